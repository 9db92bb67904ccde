// SPDX-License-Identifier: BSD-3-Clause
// The certificate that a tls-alpn-01 server sent, judged for the identifier of a request.

#pragma once

#include "check/check_request.h"
#include "policy/dcv_switches.h"
#include "rules/verdict.h"

#include <stddef.h>
#include <stdint.h>

struct tls_alpn_judgement {
	enum check_outcome outcome;
	const char *reason; // code
	const char *text;   // sentence
};

// `domain`: the ADN as text; not used for an address.
struct tls_alpn_judgement tls_alpn_judge(const struct check_request *request, const char *domain,
					 const uint8_t *der, size_t length,
					 const struct dcv_switches *switches);
