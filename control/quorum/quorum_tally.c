// SPDX-License-Identifier: BSD-3-Clause

#include "quorum/quorum_tally.h"

#include <stdio.h>

static enum refusal_reason judge_primary(enum check_outcome outcome)
{
	switch (outcome) {
	case CHECK_PASS:
		return REFUSAL_NONE;
	case CHECK_FAIL:
		return REFUSAL_PRIMARY_FAILED;
	case CHECK_ERROR:
		return REFUSAL_PRIMARY_ERROR;
	case CHECK_NOT_EVALUATED:
		return REFUSAL_NOT_EVALUATED;
	}
	return REFUSAL_NOT_EVALUATED;
}

static bool remote_corroborates(const struct quorum_remote *remote)
{
	switch (remote->outcome) {
	case CHECK_PASS:
		return remote->corroborates;
	case CHECK_FAIL:
	case CHECK_ERROR:
	case CHECK_NOT_EVALUATED:
		return false;
	}
	return false;
}

static void count_remotes(const struct quorum_input *input, struct quorum_tally *tally)
{
	tally->used_count = (uint8_t)input->remote_count;
	tally->misses_allowed = (uint8_t)rules_misses_allowed(tally->used_count);
	if (input->primary != CHECK_PASS) {
		return;
	}
	for (size_t i = 0; i < input->remote_count; i++) {
		if (remote_corroborates(&input->remotes[i])) {
			tally->corroborating_count++;
			tally->regions |= region_set_of(input->remotes[i].region);
		}
	}
}

// The table of BR 3.2.2.9 for a primary that passed, as if it were enforced at any date.
static enum refusal_reason judge_quorum(const struct rule_row *rules,
					const struct quorum_tally *tally)
{
	// Before the first rule nobody set a minimum; a quorum of none is none all the same.
	if (tally->used_count < rules->remotes_min || tally->used_count < 2) {
		return REFUSAL_TOO_FEW_REMOTES;
	}
	if (tally->used_count - tally->corroborating_count > tally->misses_allowed) {
		return REFUSAL_QUORUM_MISSED;
	}
	if (region_set_count(tally->regions) < rules->regions_min) {
		return REFUSAL_TOO_FEW_REGIONS;
	}
	return REFUSAL_NONE;
}

static enum refusal_reason judge(const struct quorum_input *input, struct quorum_tally *tally)
{
	if (input->rules == NULL) {
		return REFUSAL_NOT_EVALUATED;
	}
	if (input->remote_count > PERSPECTIVE_REMOTES_MAX) {
		return REFUSAL_TOO_MANY_REMOTES;
	}
	count_remotes(input, tally);
	enum refusal_reason reason = judge_primary(input->primary);
	if (reason != REFUSAL_NONE) {
		return reason;
	}
	enum refusal_reason missed = judge_quorum(input->rules, tally);
	tally->is_corroborated = input->placement == REFUSAL_NONE && missed == REFUSAL_NONE;
	if (input->need == CORROBORATION_NOT_REQUIRED || input->rules->remotes_min == 0) {
		return REFUSAL_NONE;
	}
	if (input->placement != REFUSAL_NONE) {
		return input->placement;
	}
	if (missed == REFUSAL_QUORUM_MISSED && !input->rules->is_quorum_enforced) {
		return REFUSAL_NONE; // the monitoring phase
	}
	return missed;
}

struct quorum_tally quorum_tally_count(const struct quorum_input *input)
{
	struct quorum_tally tally = {.need = input->need};
	tally.reason = judge(input, &tally);
	tally.decision = tally.reason == REFUSAL_NONE ? DECISION_ISSUE : DECISION_REFUSE;
	(void)snprintf(tally.quorum_text, sizeof(tally.quorum_text), "%u/%u",
		       tally.corroborating_count, tally.used_count);
	return tally;
}

const char *corroboration_need_name(enum corroboration_need need)
{
	switch (need) {
	case CORROBORATION_REQUIRED:
		return "required";
	case CORROBORATION_NOT_REQUIRED:
		return "not-required";
	}
	return "required";
}
