// SPDX-License-Identifier: BSD-3-Clause
// Denial by NSEC: RFC 4035 5.4, RFC 6840 4.1-4.4.

#include "dnssec/denial_flavours.h"
#include "dnssec/name_order.h"

#include <parallax/dns/rr_type.h>

static const struct nsec *find_match(const struct denial_set *set, const struct plx_name *name)
{
	for (unsigned i = 0; i < set->nsec_count; i++) {
		if (plx_name_equal(&set->nsec[i].owner, name)) {
			return &set->nsec[i];
		}
	}
	return NULL;
}

static const struct nsec *find_denier(const struct denial_set *set, const struct plx_name *name)
{
	for (unsigned i = 0; i < set->nsec_count; i++) {
		if (nsec_denies(&set->nsec[i], &set->zone, name)) {
			return &set->nsec[i];
		}
	}
	return NULL;
}

static bool is_empty_non_terminal(const struct denial_set *set, const struct plx_name *name)
{
	for (unsigned i = 0; i < set->nsec_count; i++) {
		if (nsec_is_empty_non_terminal(&set->nsec[i], &set->zone, name)) {
			return true;
		}
	}
	return false;
}

// The wildcard that would make `name`: below the longest ancestor that exists, which one of the neighbours shares.
// False when no name can be that long: then there is none.
static bool source_of_synthesis(const struct nsec *denier, const struct plx_name *name,
				struct plx_name *ret_wildcard)
{
	unsigned before = name_common_labels(name, &denier->owner);
	unsigned after = name_common_labels(name, &denier->next);
	struct plx_name encloser;
	name_suffix(name, before > after ? before : after, &encloser);
	return name_wildcard(&encloser, ret_wildcard);
}

enum denial_result denial_nsec_of_name(const struct denial_set *set, const struct plx_name *name)
{
	const struct nsec *denier = find_denier(set, name);
	struct plx_name wildcard;
	if (denier == NULL) {
		return DENIAL_MISSING;
	}
	bool is_proved = !source_of_synthesis(denier, name, &wildcard) ||
			 find_denier(set, &wildcard) != NULL;
	return is_proved ? DENIAL_PROVED : DENIAL_MISSING;
}

enum denial_result denial_nsec_of_type(const struct denial_set *set, const struct plx_name *name,
				       uint16_t type)
{
	const struct nsec *match = find_match(set, name);
	if (match != NULL) {
		return denial_types_lack(&match->types, name, type) ? DENIAL_PROVED
								    : DENIAL_MISSING;
	}
	if (is_empty_non_terminal(set, name)) {
		return DENIAL_PROVED;
	}
	const struct nsec *denier = find_denier(set, name);
	struct plx_name wildcard;
	if (denier == NULL || !source_of_synthesis(denier, name, &wildcard)) {
		return DENIAL_MISSING;
	}
	match = find_match(set, &wildcard);
	if (match == NULL && is_empty_non_terminal(set, &wildcard)) {
		return DENIAL_PROVED; // the wildcard exists, without any type
	}
	// A wildcard that delegates makes no delegations (RFC 4592 4.2): DS is no exception here.
	bool is_proved = match != NULL && denial_types_lack(&match->types, &wildcard, type) &&
			 !type_bitmap_is_delegation(&match->types);
	return is_proved ? DENIAL_PROVED : DENIAL_MISSING;
}

enum denial_result denial_nsec_of_closer(const struct denial_set *set, const struct plx_name *name,
					 unsigned labels)
{
	struct plx_name closer;
	name_suffix(name, labels + 1, &closer);
	return find_denier(set, &closer) != NULL ? DENIAL_PROVED : DENIAL_MISSING;
}

enum denial_result denial_nsec_is_delegation(const struct denial_set *set,
					     const struct plx_name *name, bool *ret_is_delegation)
{
	const struct nsec *match = find_match(set, name);
	if (match == NULL) {
		// An empty non-terminal, or made by a wildcard.
		if (denial_nsec_of_type(set, name, PLX_TYPE_DS) != DENIAL_PROVED) {
			return DENIAL_MISSING;
		}
		*ret_is_delegation = false;
		return DENIAL_PROVED;
	}
	*ret_is_delegation = type_bitmap_is_delegation(&match->types);
	return DENIAL_PROVED;
}
