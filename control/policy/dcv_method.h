// SPDX-License-Identifier: BSD-3-Clause
// The methods of domain control validation (TLS BR 3.2.2.4 and 3.2.2.5), one row each: how Open MPIC calls it, which
// section it implements, what it may validate, until when, and how RFC 8657 names it. Pure data, any thread.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dcv_method {
	DCV_METHOD_NONE = 0,
	DCV_WEBSITE_CHANGE,
	DCV_ACME_HTTP_01,
	DCV_ACME_DNS_01,
	DCV_ACME_TLS_ALPN_01,
	DCV_ACME_DNS_ACCOUNT_01,
	DCV_DNS_CHANGE,
	DCV_DNS_PERSISTENT,
	DCV_CONTACT_EMAIL_TXT,
	DCV_CONTACT_EMAIL_CAA,
	DCV_CONTACT_PHONE_TXT,
	DCV_CONTACT_PHONE_CAA,
	DCV_IP_ADDRESS,
	DCV_REVERSE_ADDRESS_LOOKUP,
	DCV_METHOD_COUNT
};

#define DCV_DATE_2026_03_15 INT64_C(1773532800) // a BR date starts at 00:00:00 UTC (BR 1.6.4)
#define DCV_DATE_2027_03_15 INT64_C(1805068800)
#define DCV_DATE_2028_03_15 INT64_C(1836691200)
#define DCV_NEVER INT64_MAX
#define DCV_DAY_S INT64_C(86400)
#define DCV_CAA_LABELS_MAX 2

// One row. Columns of the ADN table are BR 3.2.2.4 as of SC-101.
struct dcv_method_rule {
	const char *name;        // Open MPIC's validation_method
	const char *dns_section; // "3.2.2.4.18"; NULL: not for domain names
	const char *ip_section;  // "3.2.2.5.1"; NULL: not for IP addresses
	bool allows_wildcard;
	bool allows_prune;
	bool allows_cname; // to choose the ADN; the queried name itself may always be an alias
	bool allows_onion;
	bool needs_mpic; // BR 3.2.2.9; never for Onion names
	// Unix time from which it must not be relied upon, earlier validations included.
	int64_t retired_from;
	// RFC 8657 validationmethods: the IANA label if there is one, then the BR's (4.2.2.1.2). NULL: no such label.
	const char *caa_labels[DCV_CAA_LABELS_MAX];
	int64_t value_age_max_s; // of the Random Value or token; 0: has none
	unsigned
		reuse_days_max; // cap beside the general reuse period of BR 4.2.1; 0: none of its own
};

// The row; that of DCV_METHOD_NONE or an unknown number has no name and no sections and allows nothing.
PLX_PURE const struct dcv_method_rule *dcv_method_rule_get(enum dcv_method method);
// "acme-http-01" ...; "none" for what is no method.
PLX_PURE const char *dcv_method_name(enum dcv_method method);
// DCV_METHOD_NONE when `name` (exact case) is not one. `name` is NUL-terminated.
PLX_PURE enum dcv_method dcv_method_find(const char *name);
// The BR section relied upon, or NULL when the method is not for this kind of identifier.
PLX_PURE const char *dcv_method_section(enum dcv_method method, bool is_ip);
// False from the day on which a ballot ended it (SC-090, SC-091), and for what is no method.
PLX_PURE bool dcv_method_is_in_force(enum dcv_method method, int64_t unix_time);
// BR 3.2.2.9: multi-perspective corroboration is due. What is no method needs it (fails closed).
PLX_PURE bool dcv_method_needs_mpic(enum dcv_method method, bool is_onion);
// True when `label`, one entry of an RFC 8657 validationmethods list, names the method. Without `folds_case` (only
// when the CA's CPS documents it, BR 4.2.2.1.2) the comparison is exact.
PLX_PURE bool dcv_method_has_caa_label(enum dcv_method method, const char *label, size_t length,
				       bool folds_case);
