// SPDX-License-Identifier: BSD-3-Clause
// The table of CAA switches.

#include "policy/caa_switches.h"

#include "rules/rule_table.h"

#include <errno.h>
#include <string.h>

static const struct caa_switch_info infos[CAA_SWITCH_COUNT] = {
	[CAA_SWITCH_ISSUER_CASE_FOLDING] =
		{"issuer-case-folding",
		 "the issuer of a record matches ours whatever its letter case, as domain names do",
		 true},
	[CAA_SWITCH_FLAG_1_CRITICAL] =
		{"flag-1-critical",
		 "flag 1 marks a property as critical as well as flag 128, as Boulder has it",
		 false},
	[CAA_SWITCH_CONTACT_TAGS_KNOWN] =
		{"contact-tags-known",
		 "contactemail and contactphone are known tags: they may be critical", true},
	[CAA_SWITCH_ISSUEVMC_KNOWN] = {"issuevmc-known",
				       "issuevmc is a known tag: it may be critical", true},
	[CAA_SWITCH_PARAMETERS_ENFORCED] =
		{"parameters-enforced",
		 "accounturi and validationmethods of RFC 8657 bind; required from 2027-03-15",
		 true},
	[CAA_SWITCH_COVERING_ACCOUNTS] =
		{"covering-accounts",
		 "an accounturi may also name an account that covers the requesting one, by a "
		 "recorded mapping (BR 4.2.2.1.2)",
		 false},
	[CAA_SWITCH_METHOD_CASE_FOLDING] = {"method-case-folding",
					    "labels in validationmethods match whatever their "
					    "letter case; the CPS must say so",
					    false},
	[CAA_SWITCH_PARAMETER_HYPHENS] = {"parameter-hyphens",
					  "a parameter's tag may have inner hyphens, as RFC 8659 "
					  "says; off: such a record is "
					  "malformed, as Boulder has it",
					  true},
	[CAA_SWITCH_TLD_NXDOMAIN_PERMITS] = {"tld-nxdomain-permits",
					     "a climb that ends with NXDOMAIN for the top-level "
					     "domain found no records; off: it is "
					     "an error, as Boulder has it",
					     true},
	[CAA_SWITCH_LOOKUP_FAILURE_PERMITS] = {"lookup-failure-permits",
					       "a failed look-up is permission when it failed "
					       "outside our infrastructure, was retried, "
					       "and the domain is proven insecure (BR 4.2.2.1)",
					       false},
};

const struct caa_switch_info *caa_switch_get(enum caa_switch which)
{
	return &infos[which];
}

int caa_switch_find(const char *name, enum caa_switch *ret_which)
{
	for (int i = 0; i < CAA_SWITCH_COUNT; i++) {
		if (strcmp(infos[i].name, name) == 0) {
			*ret_which = (enum caa_switch)i;
			return 0;
		}
	}
	return -ENOENT;
}

bool caa_switch_is_on(const struct caa_switches *switches, enum caa_switch which)
{
	return infos[which].is_on_by_default != switches->is_changed[which];
}

void caa_switch_set(struct caa_switches *switches, enum caa_switch which, bool is_on)
{
	switches->is_changed[which] = is_on != infos[which].is_on_by_default;
}

struct caa_switches caa_switches_in_force(const struct caa_switches *switches, int64_t now)
{
	struct caa_switches lawful = *switches;
	enum caa_switch breach;
	for (int i = 0; i < CAA_SWITCH_COUNT && !caa_switches_comply(&lawful, now, &breach); i++) {
		caa_switch_set(&lawful, breach, !caa_switch_is_on(&lawful, breach));
	}
	return lawful;
}

bool caa_switches_comply(const struct caa_switches *switches, int64_t now,
			 enum caa_switch *ret_breach)
{
	if (rules_at(now)->is_rfc8657_required &&
	    !caa_switch_is_on(switches, CAA_SWITCH_PARAMETERS_ENFORCED)) {
		*ret_breach = CAA_SWITCH_PARAMETERS_ENFORCED;
		return false;
	}
	return true;
}
