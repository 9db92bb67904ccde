// SPDX-License-Identifier: BSD-3-Clause
// The choices that the CAA rules leave to a CA, or that other implementations make otherwise, each by name. Zeroed
// memory means the defaults, which are the strict reading of RFC 8659, RFC 8657 and BR 4.2.2.1.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum caa_switch {
	CAA_SWITCH_ISSUER_CASE_FOLDING = 0,
	CAA_SWITCH_FLAG_1_CRITICAL,
	CAA_SWITCH_CONTACT_TAGS_KNOWN,
	CAA_SWITCH_ISSUEVMC_KNOWN,
	CAA_SWITCH_PARAMETERS_ENFORCED,
	CAA_SWITCH_COVERING_ACCOUNTS,
	CAA_SWITCH_METHOD_CASE_FOLDING,
	CAA_SWITCH_PARAMETER_HYPHENS,
	CAA_SWITCH_TLD_NXDOMAIN_PERMITS,
	CAA_SWITCH_LOOKUP_FAILURE_PERMITS,
	CAA_SWITCH_COUNT
};

// For the configuration, `parallaxctl` and the documents. Plain data.
struct caa_switch_info {
	const char *name; // "issuer-case-folding"
	const char *text; // what it does when on: one sentence without a full stop
	bool is_on_by_default;
};

struct caa_switches {
	bool is_changed[CAA_SWITCH_COUNT]; // from its default
};

const struct caa_switch_info *caa_switch_get(enum caa_switch which);
// -ENOENT when no switch has this name.
PLX_MUST_CHECK int caa_switch_find(const char *name, enum caa_switch *ret_which);

bool caa_switch_is_on(const struct caa_switches *switches, enum caa_switch which);
void caa_switch_set(struct caa_switches *switches, enum caa_switch which, bool is_on);

// Whether the rules of the moment `now` (Unix seconds; rules/rule_table.h) allow these settings. Otherwise false, and
// the switch that breaks them. Only RFC 8657 is ever obligatory (BR 4.2.2.1.2); all else is the CA's to choose.
bool caa_switches_comply(const struct caa_switches *switches, int64_t now,
			 enum caa_switch *ret_breach);
// The settings that count at `now`: as they are, but for those that the rules forbid.
struct caa_switches caa_switches_in_force(const struct caa_switches *switches, int64_t now);
