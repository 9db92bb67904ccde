// SPDX-License-Identifier: BSD-3-Clause
// QNAME minimisation (RFC 9156), relaxed: each zone's servers are asked about one label more than they are known to
// serve, until the whole name is reached. What a server answers wrongly to a shortened name (NXDOMAIN at an empty
// non-terminal, SERVFAIL, REFUSED) never decides: the whole name is asked then. Pure.

#pragma once

#include <parallax/dns/name.h>

#include <stdbool.h>
#include <stdint.h>

// RFC 9156 2.3: a name of many labels must not cost a query for each (MAX_MINIMISE_COUNT, MINIMISE_ONE_LAB).
#define MINIMISATION_STEPS_MAX 10
#define MINIMISATION_SINGLE_LABEL_STEPS 4

struct minimisation {
	uint16_t
		probe_type; // asked of shortened names: A (RFC 9156 2.1), NS, or CAA for a climb's sake; 0: no minimisation
	uint8_t label_count; // of the whole name
	uint8_t known;       // labels that the zone asked is known to serve
	uint8_t asked;       // labels of the name in question; label_count: the whole name
	uint8_t steps;
};

// `known_labels`: of the zone whose servers are asked first.
void minimisation_start(struct minimisation *minimisation, const struct plx_name *name,
			uint16_t probe_type, unsigned known_labels);
// A referral to a zone of `known_labels`, or an answer to the shortened name: one step on. True when there is another
// question for it; false when the whole name had been asked already.
bool minimisation_advance(struct minimisation *minimisation, const struct plx_name *name,
			  unsigned known_labels);
// The shortened name got an answer that decides nothing: the whole name comes next.
void minimisation_fall_back(struct minimisation *minimisation);
static inline bool minimisation_is_whole(const struct minimisation *minimisation)
{
	return minimisation->asked == minimisation->label_count;
}
// What to ask now.
void minimisation_question(const struct minimisation *minimisation, const struct plx_name *name,
			   uint16_t type, struct plx_name *ret_name, uint16_t *ret_type);
