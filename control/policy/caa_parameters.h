// SPDX-License-Identifier: BSD-3-Clause
// The parameters of RFC 8657 with the additions of BR 4.2.2.1.2: whether a record that names our issuer domain binds
// issuance to an account (accounturi) or to methods (validationmethods), and whether this request keeps to that.

#pragma once

#include "policy/caa_switches.h"
#include "policy/issue_value.h"

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>

// A method has at most two labels: its ACME name (IANA "ACME Validation Methods") and ca-tbr-N.
#define CAA_METHOD_LABELS_MAX 2
#define CAA_METHOD_LABEL_MAX 32 // octets with the NUL

struct caa_method_labels {
	size_t count; // 0: the method has no label, so that no validationmethods allows it (methods for IP addresses)
	char text[CAA_METHOD_LABELS_MAX][CAA_METHOD_LABEL_MAX];
};

// Who asks for the certificate and how control was validated. The strings are the caller's.
struct caa_requester {
	const char *account_uri; // NULL: none, so that no accounturi allows it
	// Accounts that cover this one; used only with the switch covering-accounts. NULL when there are none.
	const char *const *covering_uris;
	size_t covering_count;
	struct caa_method_labels methods;
};

enum caa_binding {
	CAA_BINDING_NOT_EVALUATED = 0,
	CAA_BINDING_KEPT, // also when the record has neither parameter
	CAA_BINDING_ACCOUNT_REPEATED,
	CAA_BINDING_ACCOUNT_INVALID,
	CAA_BINDING_ACCOUNT_DIFFERS,
	CAA_BINDING_METHODS_REPEATED,
	CAA_BINDING_METHODS_INVALID,
	CAA_BINDING_METHOD_DIFFERS,
};

// The labels of a method: `acme_name` ("http-01") or NULL, and `subsection`, the N of BR 3.2.2.4.N or 0.
// -EINVAL when the name is no label of validationmethods or too long.
PLX_MUST_CHECK int caa_method_labels_make(const char *acme_name, unsigned subsection,
					  struct caa_method_labels *ret_labels);

// RFC 8657 3 and 4. An accounturi must be the account's octet by octet; one that is repeated or no URI can be satisfied
// by nobody (RFC 8657 3). The same holds for validationmethods, on which the RFC is silent. Pure, any thread.
enum caa_binding caa_parameters_judge(const struct issue_value *value,
				      const struct caa_requester *requester,
				      const struct caa_switches *switches);
