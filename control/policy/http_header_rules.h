// SPDX-License-Identifier: BSD-3-Clause
// Headers that a caller may add to a DCV request. They must not split the request, name another host than the one being
// validated, or carry somebody's credentials to it.

#pragma once

#include "policy/dcv_parameters.h"

// DCV_PARAMETERS_OK or what is wrong with the header. RFC 9110 5.1 and 5.5.
enum dcv_parameters_verdict http_header_verdict(const struct dcv_http_header *header);
