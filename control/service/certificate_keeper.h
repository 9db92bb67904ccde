// SPDX-License-Identifier: BSD-3-Clause
// The alarms of the certificates and keys that the configuration names, in the log; status and metrics read the watch
// itself (docs/control-security.md).

#pragma once

#include <parallax/base/attributes.h>

struct service_context;

// service->certificates, with the files of the present configuration. -ENOMEM.
PLX_MUST_CHECK int certificate_keeper_open(struct service_context *service);
// After another configuration came into force. A failure is logged, and the alarms stay those of before.
void certificate_keeper_renew(struct service_context *service);
