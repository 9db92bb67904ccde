// SPDX-License-Identifier: BSD-3-Clause
// Denial by NSEC3: RFC 5155 section 8, RFC 6840 4.1-4.4. Every hash is taken from the look-up's budget.

#include "dnssec/denial_flavours.h"
#include "dnssec/name_order.h"

#include <parallax/dns/rr_type.h>

// Hashes the name. NULL results with PROVED: there is no such record.
static enum denial_result find_match(const struct denial_set *set, const struct plx_name *name,
				     const struct nsec3 **ret_match)
{
	uint8_t hash[NSEC3_HASH_BYTES];
	if (nsec3_hash(name, &set->nsec3[0], set->judge->budget, hash) != NSEC3_HASH_MADE) {
		return DENIAL_LIMIT;
	}
	*ret_match = NULL;
	for (unsigned i = 0; i < set->nsec3_count && *ret_match == NULL; i++) {
		*ret_match = nsec3_matches(&set->nsec3[i], hash) ? &set->nsec3[i] : NULL;
	}
	return DENIAL_PROVED;
}

// PROVED or OPT_OUT by the record that covers the name, MISSING, LIMIT.
static enum denial_result find_cover(const struct denial_set *set, const struct plx_name *name)
{
	uint8_t hash[NSEC3_HASH_BYTES];
	if (nsec3_hash(name, &set->nsec3[0], set->judge->budget, hash) != NSEC3_HASH_MADE) {
		return DENIAL_LIMIT;
	}
	for (unsigned i = 0; i < set->nsec3_count; i++) {
		if (nsec3_covers(&set->nsec3[i], hash)) {
			bool is_opt_out = (set->nsec3[i].flags & NSEC3_FLAG_OPT_OUT) != 0;
			return is_opt_out ? DENIAL_OPT_OUT : DENIAL_PROVED;
		}
	}
	return DENIAL_MISSING;
}

// RFC 5155 8.3 for a name without a record of its own: its longest ancestor with one, and the cover of the name one label
// longer. PROVED, OPT_OUT, MISSING, LIMIT.
static enum denial_result prove_encloser(const struct denial_set *set, const struct plx_name *name,
					 struct plx_name *ret_encloser)
{
	unsigned zone_labels = plx_name_label_count(&set->zone);
	// Each turn takes one hash: the budget ends it before the 127 labels of the longest name.
	for (unsigned labels = plx_name_label_count(name); labels-- > zone_labels;) {
		const struct nsec3 *match;
		name_suffix(name, labels, ret_encloser);
		enum denial_result result = find_match(set, ret_encloser, &match);
		if (result != DENIAL_PROVED) {
			return result;
		}
		if (match == NULL) {
			continue;
		}
		// What lies below a zone cut or a DNAME is not this zone's to deny.
		if (type_bitmap_is_delegation(&match->types) ||
		    type_bitmap_has(&match->types, PLX_TYPE_DNAME)) {
			return DENIAL_MISSING;
		}
		struct plx_name closer;
		name_suffix(name, labels + 1, &closer);
		return find_cover(set, &closer);
	}
	return DENIAL_MISSING;
}

static bool is_denied(enum denial_result result)
{
	return result == DENIAL_PROVED || result == DENIAL_OPT_OUT;
}

enum denial_result denial_nsec3_of_name(const struct denial_set *set, const struct plx_name *name)
{
	const struct nsec3 *match;
	struct plx_name encloser;
	struct plx_name wildcard;
	enum denial_result result = find_match(set, name, &match);
	if (result != DENIAL_PROVED || match != NULL) {
		return result == DENIAL_PROVED ? DENIAL_MISSING : result;
	}
	result = prove_encloser(set, name, &encloser);
	if (!is_denied(result) || !name_wildcard(&encloser, &wildcard)) {
		return result;
	}
	enum denial_result of_wildcard = find_cover(set, &wildcard);
	// RFC 5155 9.2: it is the cover of the next closer name that decides on opt-out.
	return is_denied(of_wildcard) ? result : of_wildcard;
}

// RFC 5155 8.6 (DS), 8.7 (a wildcard without the type), and opt-out ranges that hide empty non-terminals (erratum 3441).
static enum denial_result type_at_unmatched(const struct denial_set *set,
					    const struct plx_name *name, uint16_t type)
{
	const struct nsec3 *match;
	struct plx_name encloser;
	struct plx_name wildcard;
	enum denial_result result = prove_encloser(set, name, &encloser);
	if (!is_denied(result) || !name_wildcard(&encloser, &wildcard)) {
		return result == DENIAL_PROVED ? DENIAL_MISSING : result;
	}
	enum denial_result of_wildcard = find_match(set, &wildcard, &match);
	if (of_wildcard != DENIAL_PROVED) {
		return of_wildcard;
	}
	if (match != NULL) {
		bool is_proved = denial_types_lack(&match->types, &wildcard, type) &&
				 !type_bitmap_is_delegation(&match->types);
		return is_proved ? result : DENIAL_MISSING;
	}
	return result == DENIAL_OPT_OUT ? DENIAL_OPT_OUT : DENIAL_MISSING;
}

enum denial_result denial_nsec3_of_type(const struct denial_set *set, const struct plx_name *name,
					uint16_t type)
{
	const struct nsec3 *match;
	enum denial_result result = find_match(set, name, &match);
	if (result != DENIAL_PROVED) {
		return result;
	}
	if (match != NULL) {
		return denial_types_lack(&match->types, name, type) ? DENIAL_PROVED
								    : DENIAL_MISSING;
	}
	return type_at_unmatched(set, name, type);
}

enum denial_result denial_nsec3_of_closer(const struct denial_set *set, const struct plx_name *name,
					  unsigned labels)
{
	struct plx_name closer;
	name_suffix(name, labels + 1, &closer);
	return find_cover(set, &closer);
}

enum denial_result denial_nsec3_is_delegation(const struct denial_set *set,
					      const struct plx_name *name, bool *ret_is_delegation)
{
	const struct nsec3 *match;
	enum denial_result result = find_match(set, name, &match);
	if (result == DENIAL_PROVED) {
		*ret_is_delegation = match != NULL && type_bitmap_is_delegation(&match->types);
	}
	return result;
}
