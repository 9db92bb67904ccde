// SPDX-License-Identifier: BSD-3-Clause
// One row a method, in the order of the enum, so that an auditor can lay it beside the ADN table of BR 3.2.2.4 (SC-101).

#include "policy/dcv_method.h"

#include <string.h>
#include <strings.h>

#define THIRTY_DAYS (30 * DCV_DAY_S)

// No method: allows nothing.
static const struct dcv_method_rule no_rule = {.needs_mpic = true, .retired_from = INT64_MIN};

static const struct dcv_method_rule rules[DCV_METHOD_COUNT] = {
	[DCV_METHOD_NONE] = {.needs_mpic = true, .retired_from = INT64_MIN},
	// BR gives .5.1 the longer of 30 days and the reuse period; the shorter one is lawful for both.
	[DCV_WEBSITE_CHANGE] = {.name = "website-change",
				.dns_section = "3.2.2.4.18",
				.ip_section = "3.2.2.5.1",
				.allows_onion = true,
				.needs_mpic = true,
				.retired_from = DCV_NEVER,
				.caa_labels = {"ca-tbr-18"},
				.value_age_max_s = THIRTY_DAYS},
	[DCV_ACME_HTTP_01] = {.name = "acme-http-01",
			      .dns_section = "3.2.2.4.19",
			      .ip_section = "3.2.2.5.6",
			      .allows_onion = true,
			      .needs_mpic = true,
			      .retired_from = DCV_NEVER,
			      .caa_labels = {"http-01", "ca-tbr-19"},
			      .value_age_max_s = THIRTY_DAYS},
	// RFC 8738 section 7: never for IP addresses.
	[DCV_ACME_DNS_01] = {.name = "acme-dns-01",
			     .dns_section = "3.2.2.4.7",
			     .allows_wildcard = true,
			     .allows_prune = true,
			     .allows_cname = true,
			     .needs_mpic = true,
			     .retired_from = DCV_NEVER,
			     .caa_labels = {"dns-01", "ca-tbr-7"},
			     .value_age_max_s = THIRTY_DAYS},
	[DCV_ACME_TLS_ALPN_01] = {.name = "acme-tls-alpn-01",
				  .dns_section = "3.2.2.4.20",
				  .ip_section = "3.2.2.5.7",
				  .allows_onion = true,
				  .needs_mpic = true,
				  .retired_from = DCV_NEVER,
				  .caa_labels = {"tls-alpn-01", "ca-tbr-20"},
				  .value_age_max_s = THIRTY_DAYS},
	[DCV_ACME_DNS_ACCOUNT_01] = {.name = "acme-dns-account-01",
				     .dns_section = "3.2.2.4.21",
				     .allows_wildcard = true,
				     .allows_prune = true,
				     .needs_mpic = true,
				     .retired_from = DCV_NEVER,
				     .caa_labels = {"dns-account-01", "ca-tbr-21"},
				     .value_age_max_s = THIRTY_DAYS},
	[DCV_DNS_CHANGE] = {.name = "dns-change",
			    .dns_section = "3.2.2.4.7",
			    .allows_wildcard = true,
			    .allows_prune = true,
			    .allows_cname = true,
			    .needs_mpic = true,
			    .retired_from = DCV_NEVER,
			    .caa_labels = {"ca-tbr-7"},
			    .value_age_max_s = THIRTY_DAYS},
	// .5.8 has no MPIC sentence of its own but imports .22's record, which 3.2.2.9 names.
	[DCV_DNS_PERSISTENT] = {.name = "dns-persistent",
				.dns_section = "3.2.2.4.22",
				.ip_section = "3.2.2.5.8",
				.allows_wildcard = true,
				.allows_prune = true,
				.needs_mpic = true,
				.retired_from = DCV_NEVER,
				.caa_labels = {"dns-persist-01", "ca-tbr-22"},
				.reuse_days_max = 10},
	[DCV_CONTACT_EMAIL_TXT] = {.name = "contact-email-txt",
				   .dns_section = "3.2.2.4.14",
				   .allows_wildcard = true,
				   .allows_prune = true,
				   .allows_cname = true,
				   .needs_mpic = true,
				   .retired_from = DCV_DATE_2028_03_15,
				   .caa_labels = {"ca-tbr-14"},
				   .value_age_max_s = THIRTY_DAYS},
	[DCV_CONTACT_EMAIL_CAA] = {.name = "contact-email-caa",
				   .dns_section = "3.2.2.4.13",
				   .allows_wildcard = true,
				   .allows_prune = true,
				   .allows_cname = true,
				   .needs_mpic = true,
				   .retired_from = DCV_DATE_2028_03_15,
				   .caa_labels = {"ca-tbr-13"},
				   .value_age_max_s = THIRTY_DAYS},
	[DCV_CONTACT_PHONE_TXT] = {.name = "contact-phone-txt",
				   .dns_section = "3.2.2.4.16",
				   .allows_wildcard = true,
				   .allows_prune = true,
				   .allows_cname = true,
				   .needs_mpic = true,
				   .retired_from = DCV_DATE_2027_03_15,
				   .caa_labels = {"ca-tbr-16"},
				   .value_age_max_s = THIRTY_DAYS},
	[DCV_CONTACT_PHONE_CAA] = {.name = "contact-phone-caa",
				   .dns_section = "3.2.2.4.17",
				   .allows_wildcard = true,
				   .allows_prune = true,
				   .allows_cname = true,
				   .needs_mpic = true,
				   .retired_from = DCV_DATE_2027_03_15,
				   .caa_labels = {"ca-tbr-17"},
				   .value_age_max_s = THIRTY_DAYS},
	// Retired; kept so that callers hear since when rather than "unknown".
	[DCV_IP_ADDRESS] = {.name = "ip-address",
			    .dns_section = "3.2.2.4.8",
			    .needs_mpic = true,
			    .retired_from = DCV_DATE_2026_03_15,
			    .caa_labels = {"ca-tbr-8"}},
	[DCV_REVERSE_ADDRESS_LOOKUP] = {.name = "reverse-address-lookup",
					.ip_section = "3.2.2.5.3",
					.needs_mpic = true,
					.retired_from = DCV_DATE_2027_03_15},
};

const struct dcv_method_rule *dcv_method_rule_get(enum dcv_method method)
{
	return (unsigned)method < DCV_METHOD_COUNT ? &rules[method] : &no_rule;
}

const char *dcv_method_name(enum dcv_method method)
{
	const char *name = dcv_method_rule_get(method)->name;
	return name == NULL ? "none" : name;
}

enum dcv_method dcv_method_find(const char *name)
{
	for (unsigned i = DCV_METHOD_NONE + 1; i < DCV_METHOD_COUNT; i++) {
		if (strcmp(rules[i].name, name) == 0) {
			return (enum dcv_method)i;
		}
	}
	return DCV_METHOD_NONE;
}

const char *dcv_method_section(enum dcv_method method, bool is_ip)
{
	const struct dcv_method_rule *rule = dcv_method_rule_get(method);
	return is_ip ? rule->ip_section : rule->dns_section;
}

bool dcv_method_is_in_force(enum dcv_method method, int64_t unix_time)
{
	return unix_time < dcv_method_rule_get(method)->retired_from;
}

bool dcv_method_needs_mpic(enum dcv_method method, bool is_onion)
{
	const struct dcv_method_rule *rule = dcv_method_rule_get(method);
	return rule->needs_mpic && !(is_onion && rule->allows_onion);
}

bool dcv_method_has_caa_label(enum dcv_method method, const char *label, size_t length,
			      bool folds_case)
{
	const struct dcv_method_rule *rule = dcv_method_rule_get(method);
	for (size_t i = 0; i < DCV_CAA_LABELS_MAX && rule->caa_labels[i] != NULL; i++) {
		const char *own = rule->caa_labels[i];
		if (strlen(own) == length &&
		    (memcmp(own, label, length) == 0 ||
		     (folds_case && strncasecmp(own, label, length) == 0))) {
			return true;
		}
	}
	return false;
}
