// SPDX-License-Identifier: BSD-3-Clause
// Every way to the chosen name is tried; the first lawful one decides. When none is, the reason of the nearest miss is
// told: it is what the caller can mend.

#include "policy/authorization_domain.h"

struct reason_text {
	const char *name;
	const char *sentence;
};

static const struct reason_text texts[AUTHORIZATION_DOMAIN_REASON_COUNT] = {
	[AUTHORIZATION_DOMAIN_NOT_EVALUATED] = {"not-evaluated", "the name was not judged"},
	[AUTHORIZATION_DOMAIN_APPLIED] = {"applied", "it is the name applied for"},
	[AUTHORIZATION_DOMAIN_PRUNED] = {"pruned", "it is an ancestor of the name applied for"},
	[AUTHORIZATION_DOMAIN_CNAME] = {"cname", "it is an alias target of the name applied for"},
	[AUTHORIZATION_DOMAIN_CNAME_PRUNED] = {"cname-pruned",
					       "it is an ancestor of an alias target"},
	[AUTHORIZATION_DOMAIN_BAD_FACTS] =
		{"bad-facts", "the alias chain does not begin at the name applied for"},
	[AUTHORIZATION_DOMAIN_NO_METHOD] = {"no-method",
					    "the method does not validate domain names"},
	[AUTHORIZATION_DOMAIN_WILDCARD] = {"wildcard", "the method does not validate wildcards"},
	[AUTHORIZATION_DOMAIN_ONION] = {"onion", "the method does not validate onion names"},
	[AUTHORIZATION_DOMAIN_PUBLIC_SUFFIX] = {"public-suffix",
						"a wildcard may not cover a whole public suffix"},
	[AUTHORIZATION_DOMAIN_NO_PRUNE] = {"no-prune", "the method validates the exact name only"},
	[AUTHORIZATION_DOMAIN_ABOVE_BASE] = {"above-base", "it lies above the base domain"},
	[AUTHORIZATION_DOMAIN_NO_CNAME] = {"no-cname",
					   "the method does not let an alias choose the domain"},
	[AUTHORIZATION_DOMAIN_CNAME_WILDCARD] = {"cname-wildcard",
						 "an alias cannot choose the domain of a wildcard"},
	[AUTHORIZATION_DOMAIN_UNRELATED] = {"unrelated",
					    "it is neither the name, its alias nor an ancestor"},
};

static const struct reason_text *text_of(enum authorization_domain_reason reason)
{
	return &texts[(unsigned)reason < AUTHORIZATION_DOMAIN_REASON_COUNT
			      ? reason
			      : AUTHORIZATION_DOMAIN_NOT_EVALUATED];
}

const char *authorization_domain_reason_name(enum authorization_domain_reason reason)
{
	return text_of(reason)->name;
}

const char *authorization_domain_reason_text(enum authorization_domain_reason reason)
{
	return text_of(reason)->sentence;
}

bool authorization_domain_is_allowed(enum authorization_domain_reason reason)
{
	return reason == AUTHORIZATION_DOMAIN_APPLIED || reason == AUTHORIZATION_DOMAIN_PRUNED ||
	       reason == AUTHORIZATION_DOMAIN_CNAME || reason == AUTHORIZATION_DOMAIN_CNAME_PRUNED;
}

// How `chosen` is reached from one name of the chain, aliases aside.
static enum authorization_domain_reason prune_judge(const struct authorization_domain_step *step,
						    const struct plx_name *chosen,
						    bool allows_prune)
{
	if (plx_name_equal(&step->name, chosen)) {
		return AUTHORIZATION_DOMAIN_APPLIED;
	}
	if (!plx_name_is_below(&step->name, chosen)) {
		return AUTHORIZATION_DOMAIN_UNRELATED;
	}
	if (!allows_prune) {
		return AUTHORIZATION_DOMAIN_NO_PRUNE;
	}
	if (step->base_domain.length == 0 || !plx_name_is_below(&step->name, &step->base_domain) ||
	    !plx_name_is_below(chosen, &step->base_domain)) {
		return AUTHORIZATION_DOMAIN_ABOVE_BASE;
	}
	return AUTHORIZATION_DOMAIN_PRUNED;
}

static enum authorization_domain_reason chain_judge(const struct authorization_domain_facts *facts,
						    const struct plx_name *chosen, bool is_wildcard)
{
	const struct dcv_method_rule *rule = dcv_method_rule_get(facts->method);
	enum authorization_domain_reason miss = AUTHORIZATION_DOMAIN_UNRELATED;
	for (size_t i = 0; i < facts->chain_count; i++) {
		enum authorization_domain_reason reason =
			prune_judge(&facts->chain[i], chosen, rule->allows_prune);
		if (authorization_domain_is_allowed(reason)) {
			bool is_pruned = reason == AUTHORIZATION_DOMAIN_PRUNED;
			if (i == 0) {
				return reason;
			}
			if (!is_wildcard && rule->allows_cname) {
				return is_pruned ? AUTHORIZATION_DOMAIN_CNAME_PRUNED
						 : AUTHORIZATION_DOMAIN_CNAME;
			}
			reason = is_wildcard ? AUTHORIZATION_DOMAIN_CNAME_WILDCARD
					     : AUTHORIZATION_DOMAIN_NO_CNAME;
		}
		if (miss == AUTHORIZATION_DOMAIN_UNRELATED) {
			miss = reason;
		}
	}
	return miss;
}

static bool facts_are_sound(const struct authorization_domain_facts *facts,
			    const struct plx_name *bare)
{
	return facts->chain_count >= 1 && facts->chain_count <= AUTHORIZATION_DOMAIN_STEPS_MAX &&
	       plx_name_equal(&facts->chain[0].name, bare);
}

enum authorization_domain_reason
authorization_domain_judge(const struct authorization_domain_facts *facts,
			   struct plx_name *ret_domain)
{
	const struct dcv_method_rule *rule = dcv_method_rule_get(facts->method);
	struct plx_name bare = *facts->applied;
	plx_name_strip_wildcard(&bare);
	bool is_wildcard = bare.length != facts->applied->length;
	if (!facts_are_sound(facts, &bare)) {
		return AUTHORIZATION_DOMAIN_BAD_FACTS;
	}
	if (rule->dns_section == NULL) {
		return AUTHORIZATION_DOMAIN_NO_METHOD;
	}
	if (is_wildcard && !rule->allows_wildcard) {
		return AUTHORIZATION_DOMAIN_WILDCARD;
	}
	if (facts->is_onion && !rule->allows_onion) {
		return AUTHORIZATION_DOMAIN_ONION;
	}
	if (is_wildcard && facts->chain[0].base_domain.length == 0) {
		return AUTHORIZATION_DOMAIN_PUBLIC_SUFFIX;
	}
	const struct plx_name *chosen = facts->chosen == NULL ? &bare : facts->chosen;
	enum authorization_domain_reason reason = chain_judge(facts, chosen, is_wildcard);
	if (authorization_domain_is_allowed(reason)) {
		*ret_domain = *chosen;
		plx_name_lower(ret_domain);
	}
	return reason;
}
