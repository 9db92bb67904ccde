// SPDX-License-Identifier: BSD-3-Clause
// SvcParams of SVCB and HTTPS records as text (RFC 9460 2.1 and appendix A).

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/byte_reader.h>

#include "dns/text_output.h"

#include <stdbool.h>

// Everything that is left in `reader`, each parameter after a blank. False when it is malformed.
PLX_MUST_CHECK bool svcb_params_put(struct text_output *out, struct plx_reader *reader);
