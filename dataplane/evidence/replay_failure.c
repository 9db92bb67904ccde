// SPDX-License-Identifier: BSD-3-Clause
// Which zone failed? What a failure may mean depends on the state of that zone (BR 4.2.2.1), so it must be the one that the
// steps come to: the deepest on the way to the name that was asked, or that a referral led to last.

#include "evidence/replay.h"

struct way {
	bool has_steps;
	unsigned asked_labels;
	unsigned
		referred_labels; // of a zone that need not have been asked: its servers may have no address
};

static void take_zone(const struct plx_name *name, const struct plx_name *zone, unsigned *labels)
{
	unsigned count = plx_name_label_count(zone);
	if (plx_name_is_below(name, zone) && count > *labels) {
		*labels = count;
	}
}

// Look-ups of DS and DNSKEY records go no deeper than the zone that they are to prove.
static struct way find_way(struct replay *replay, const struct plx_name *name, unsigned from,
			   unsigned end)
{
	struct way way = {0};
	for (unsigned i = from; i < end; i++) {
		const struct plx_trace_step *step = &replay->evidence->steps[i];
		if (step->kind != PLX_TRACE_QUERY || step->depth > 0) {
			continue;
		}
		way.has_steps = true;
		take_zone(name, &replay->steps[i].zone, &way.asked_labels);
		if (replay->steps[i].is_readable && replay->steps[i].kind == ZONE_REPLY_REFERRAL) {
			take_zone(name,
				  &replay_judge_step(replay, i)->referral.servers.delegation.zone,
				  &way.referred_labels);
		}
	}
	return way;
}

static bool leads_to(const struct way *way, unsigned labels, bool is_evidence)
{
	if (!way->has_steps) {
		return !is_evidence || labels <= 1; // what may have been remembered
	}
	return labels == way->asked_labels ||
	       (labels == way->referred_labels && labels > way->asked_labels);
}

// A failure behind an alias is never worth more than "indeterminate".
static bool is_above_chain(const struct plx_name *zone, const struct finding *finding)
{
	for (unsigned i = 0; i < finding->alias_count; i++) {
		if (plx_name_is_below(&finding->aliases[i], zone)) {
			return true;
		}
	}
	return false;
}

void replay_failure(struct replay *replay, unsigned from, unsigned index,
		    const struct plx_name *name, const struct plx_name *zone,
		    const struct finding *finding)
{
	bool is_right = plx_name_is_below(name, zone);
	if (finding->alias_count > 0) {
		is_right = is_right || is_above_chain(zone, finding);
	} else if (is_right) {
		const struct way way = find_way(replay, name, from, index);
		is_right = leads_to(&way, plx_name_label_count(zone),
				    (replay->evidence->job.flags & PLX_JOB_NO_CACHE) != 0);
	}
	if (!is_right) {
		replay_differs(replay, (int)index, "the steps before it come to another zone");
	}
}
