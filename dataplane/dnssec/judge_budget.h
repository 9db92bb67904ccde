// SPDX-License-Identifier: BSD-3-Clause
// How much work the material of strangers may cause. One budget per look-up, made once and handed on through restarts,
// aliases and retries: what is used up stays used up (Unbound CVE-2026-50045 reset it). Charged inside the work, by
// public_key_verify, ds_match and nsec3_hash, never by their callers.

#pragma once

#include <stdbool.h>
#include <stdint.h>

// Signature checks (KeyTrap, CVE-2023-50387). A cold look-up of a signed name five zones deep with an NSEC3 denial needs
// 14; Knot Resolver allows 32, PowerDNS 30.
#define VALIDATIONS_PER_LOOKUP_MAX 32
// Checks that fail before an RRset is given up: one for a key that shares its tag with another, one for a signature
// left over from a roll-over (BIND: 1).
#define FAILURES_PER_RRSET_MAX 2
// Signatures of an RRset that are read at all (KeyTrap: SigJam).
#define SIGNATURES_PER_RRSET_MAX 16
// Keys of a zone that could sign (KeyTrap: LockCram). The largest honest set seen during roll-overs has fewer than 10.
#define KEYS_PER_ZONE_MAX 32
// NSEC3 hashes (CVE-2023-50868): each label below the zone takes one in the search for the closest encloser.
#define NSEC3_HASHES_PER_LOOKUP_MAX 64
// Digests of keys compared with a DS (KeyTrap: HashTrap), and DS records that fit no key before a zone is given up
// (Unbound: 4). Evidence climbs from the root's keys on at each label: three zones with two DS each take six of a label.
#define DS_DIGESTS_PER_LOOKUP_MAX 128
#define DS_MISMATCHES_MAX 4
// NSEC and NSEC3 RRsets that are read in a message. An honest denial needs three, twice that with two zone cuts in it.
#define DENIAL_RECORDS_MAX 8
// Records of a reply that is searched for DS or keys, and of an authority section that is searched for denials: each search
// compares the owners' names. An honest referral has 13 servers of two addresses, the largest sets of keys fewer.
#define SEARCHED_RECORDS_MAX 256

struct judge_budget {
	uint16_t validations_left;
	uint16_t hashes_left;
	uint16_t digests_left;
};

static inline struct judge_budget judge_budget_init(void)
{
	return (struct judge_budget) {
		.validations_left = VALIDATIONS_PER_LOOKUP_MAX,
		.hashes_left = NSEC3_HASHES_PER_LOOKUP_MAX,
		.digests_left = DS_DIGESTS_PER_LOOKUP_MAX,
	};
}

// Takes one; false when there is none left.
static inline bool judge_budget_take(uint16_t *left)
{
	if (*left == 0) {
		return false;
	}
	(*left)--;
	return true;
}
