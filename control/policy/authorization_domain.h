// SPDX-License-Identifier: BSD-3-Clause
// Which Authorization Domain Name a method may validate for an applied-for name (BR 3.2.2.4 as of SC-101, mandatory
// since 2026-11-15):
//
//	applied-for name --(CNAME column)--> its alias targets, in order --(Prune column)--> ancestors down to the
//	                                                                                     Base Domain of that name
//
// A wildcard loses its "*." and takes no CNAME step; after the first prune there is no CNAME step any more. Pure facts
// in, reason out. Any thread.

#pragma once

#include "policy/dcv_method.h"

#include <parallax/dns/name.h>
#include <parallax/exchange/result.h>

#include <stdbool.h>
#include <stddef.h>

// A name of the chain and its Base Domain (public suffix and one label), length 0 when it has none (it is a public
// suffix itself).
struct authorization_domain_step {
	struct plx_name name;
	struct plx_name base_domain;
};

#define AUTHORIZATION_DOMAIN_STEPS_MAX (1 + PLX_ALIASES_MAX)

struct authorization_domain_facts {
	enum dcv_method method;
	bool is_onion;
	const struct plx_name *applied; // as applied for, "*." included
	// chain[0] is the applied-for name without "*."; then the CNAME targets that the primary's validated look-up of
	// that name followed, in order. At least one step.
	const struct authorization_domain_step *chain;
	size_t chain_count;
	const struct plx_name *chosen; // by the caller; NULL: the applied-for name
};

enum authorization_domain_reason {
	AUTHORIZATION_DOMAIN_NOT_EVALUATED = 0,
	// allowed
	AUTHORIZATION_DOMAIN_APPLIED,      // the applied-for name itself, "*." removed
	AUTHORIZATION_DOMAIN_PRUNED,       // an ancestor of it
	AUTHORIZATION_DOMAIN_CNAME,        // one of its alias targets
	AUTHORIZATION_DOMAIN_CNAME_PRUNED, // an ancestor of one
	// refused
	AUTHORIZATION_DOMAIN_BAD_FACTS, // the chain does not begin with the applied-for name, or is too long
	AUTHORIZATION_DOMAIN_NO_METHOD,     // no method for domain names
	AUTHORIZATION_DOMAIN_WILDCARD,      // the method takes no wildcards
	AUTHORIZATION_DOMAIN_ONION,         // the method takes no onion names
	AUTHORIZATION_DOMAIN_PUBLIC_SUFFIX, // a wildcard directly below a public suffix (BR 3.2.2.6)
	AUTHORIZATION_DOMAIN_NO_PRUNE,      // an ancestor, and the method does not prune
	AUTHORIZATION_DOMAIN_ABOVE_BASE,    // an ancestor above the Base Domain
	AUTHORIZATION_DOMAIN_NO_CNAME, // by way of an alias, and the method does not choose by CNAME
	AUTHORIZATION_DOMAIN_CNAME_WILDCARD, // by way of an alias, for a wildcard
	AUTHORIZATION_DOMAIN_UNRELATED,      // neither the name, an alias target nor an ancestor
	AUTHORIZATION_DOMAIN_REASON_COUNT
};

// Judges the choice. When allowed, `ret_domain` is the ADN in lower case; else it is untouched.
enum authorization_domain_reason
authorization_domain_judge(const struct authorization_domain_facts *facts,
			   struct plx_name *ret_domain);

PLX_PURE bool authorization_domain_is_allowed(enum authorization_domain_reason reason);
const char *authorization_domain_reason_name(enum authorization_domain_reason reason);
const char *authorization_domain_reason_text(enum authorization_domain_reason reason);
