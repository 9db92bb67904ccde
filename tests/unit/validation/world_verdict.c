// SPDX-License-Identifier: BSD-3-Clause

#include "world_verdict.h"

#include "unit/dnssec/zone_fixture.h"

#include <parallax/exchange/result.h>

#include <stdio.h>

bool world_has_verdict(const struct world *world, enum plx_dnssec state, enum dnssec_cause cause,
		       const char *zone)
{
	const struct proof_verdict *verdict = &world->driver.verdict;
	struct plx_name wire = fixture_name(zone);
	bool is_right = verdict->state == state && verdict->cause == cause &&
			plx_name_equal(&verdict->zone, &wire);
	if (!is_right) {
		char text[PLX_NAME_TEXT_MAX];
		plx_name_format(&verdict->zone, text);
		printf("\n  %s %s %s, not %s %s %s", plx_dnssec_name(verdict->state),
		       dnssec_cause_name(verdict->cause), text, plx_dnssec_name(state),
		       dnssec_cause_name(cause), zone);
	}
	return is_right;
}

bool world_proves(struct world *world, const char *name, uint16_t type, enum plx_dnssec state,
		  enum dnssec_cause cause, const char *zone)
{
	world_reset(world);
	world_look_up(world, name, type);
	world_prove(world);
	return world_has_verdict(world, state, cause, zone);
}

bool world_proves_failed(struct world *world, const char *at, enum plx_dnssec state,
			 enum dnssec_cause cause, const char *zone)
{
	world_reset(world);
	world_fail(world, at);
	world_prove(world);
	return world_has_verdict(world, state, cause, zone);
}
