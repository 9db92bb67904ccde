// SPDX-License-Identifier: BSD-3-Clause
// The remote's side of the channel, joined with this perspective's own checks: what a primary asks is run here, and the
// answer goes back signed.

#pragma once

#include <parallax/base/attributes.h>

struct config;
struct service_context;
struct service_fault;

// service->checks. -EINVAL and the fault; -ENOMEM.
PLX_MUST_CHECK int remote_checks_open(struct service_context *service, struct service_fault *fault);
// A reload: callers of `config` may ask from the next request on. -EINVAL: a name is not valid, and nothing changed.
// service->checks may be NULL.
PLX_MUST_CHECK int remote_checks_renew(struct service_context *service,
				       const struct config *config);
// After the listener was closed. NULL is accepted as service->checks.
void remote_checks_close(struct service_context *service);
