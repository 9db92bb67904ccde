// SPDX-License-Identifier: BSD-3-Clause
// The rules, in the order of docs/diagnosis.md. Each takes the views that it explains out of those that still want a
// cause, so that the surest evidence comes first and no view is explained twice in one check.

#include "diagnosis/diagnosis.h"

#include <parallax/exchange/result.h>

#include "diagnosis/comparison.h"

#include <jansson.h>

#include <string.h>

struct explanation {
	const struct comparison *seen;
	uint64_t open;                           // views whose failure has no cause yet
	uint64_t findings[DIAGNOSIS_CODE_COUNT]; // views by code
};

static void explain(struct explanation *explanation, enum diagnosis_code code, uint64_t views)
{
	explanation->findings[code] |= views & explanation->open;
	explanation->open &= ~views;
}

static unsigned count_of(uint64_t set)
{
	return (unsigned)__builtin_popcountll(set);
}

static uint64_t seen_as(const struct explanation *explanation, enum sighting_kind kind)
{
	return comparison_of_kind(explanation->seen, kind);
}

// What one view says by itself.
static void explain_by_itself(struct explanation *explanation)
{
	explain(explanation, DIAGNOSIS_PERSPECTIVE_DOWN, seen_as(explanation, SIGHTING_DOWN));
	explain(explanation, DIAGNOSIS_DNSSEC_BOGUS, seen_as(explanation, SIGHTING_BOGUS));
	explain(explanation, DIAGNOSIS_DNS_TYPE_REFUSED,
		seen_as(explanation, SIGHTING_TYPE_REFUSED));
	explain(explanation, DIAGNOSIS_DNS_SERVER_UNREACHABLE,
		seen_as(explanation, SIGHTING_UNREACHABLE));
}

// One probe speaks for all views that failed in the same way: more are not made.
static uint64_t filtered_by_user_agent(const struct comparison *seen)
{
	uint64_t passed = comparison_probed(seen, PROBE_USER_AGENT, CHECK_PASS);
	uint64_t alike = passed;
	for (size_t i = 0; i < seen->count; i++) {
		alike |= (passed >> i & 1) != 0 ? comparison_of_kind(seen, seen->sightings[i].kind)
						: 0;
	}
	return alike & ~comparison_probed(seen, PROBE_USER_AGENT, CHECK_FAIL);
}

// A probe that passed where the check did not names the difference.
static void explain_by_probe(struct explanation *explanation)
{
	uint64_t family = comparison_probed(explanation->seen, PROBE_ADDRESS_FAMILY, CHECK_PASS);
	explain(explanation, DIAGNOSIS_HTTP_USER_AGENT_FILTERED,
		filtered_by_user_agent(explanation->seen));
	explain(explanation, DIAGNOSIS_HTTP_FIREWALLED,
		family & (seen_as(explanation, SIGHTING_DROPPED) |
			  seen_as(explanation, SIGHTING_REFUSED) |
			  seen_as(explanation, SIGHTING_BROKEN)));
	explain(explanation, DIAGNOSIS_HTTP_CONTENT_DIFFERS, family);
}

// Everybody is kept off, or all remotes alike while the primary gets through.
static void explain_allow_list(struct explanation *explanation, uint64_t reached)
{
	uint64_t remotes = comparison_remotes(explanation->seen);
	uint64_t blocked = comparison_blocked(explanation->seen) & explanation->open;
	uint64_t denied = blocked & seen_as(explanation, SIGHTING_DENIED);
	bool is_alike = denied == blocked || denied == 0;
	if (reached == 0) {
		// Silence everywhere is no list but a server that is not there.
		explain(explanation, DIAGNOSIS_HTTP_ALLOW_LIST, denied);
		explain(explanation, DIAGNOSIS_HTTP_FIREWALLED, blocked);
	} else if ((reached & remotes) == 0 && is_alike && count_of(blocked & remotes) >= 2) {
		explain(explanation, DIAGNOSIS_HTTP_ALLOW_LIST, blocked & remotes);
	}
}

static void explain_blocked(struct explanation *explanation)
{
	const struct comparison *seen = explanation->seen;
	uint64_t passed = seen_as(explanation, SIGHTING_PASS);
	uint64_t reached = passed | comparison_missing(seen);
	uint64_t denied = seen_as(explanation, SIGHTING_DENIED);
	for (size_t i = 0; i < seen->count; i++) {
		// An answer that denies comes from a server that knows its visitor; silence may come from a wrong server.
		uint64_t view = UINT64_C(1) << i;
		if ((comparison_blocked(seen) & ~denied & explanation->open & view) != 0 &&
		    comparison_is_sent_elsewhere(seen, i, passed)) {
			explain(explanation, DIAGNOSIS_DNS_DIFFERS_BY_LOCATION, view);
		}
	}
	explain_allow_list(explanation, reached);
	explain(explanation, DIAGNOSIS_HTTP_GEO_BLOCKED, denied);
	// Refusals that follow the borders of regions are rules by region.
	uint64_t refused = seen_as(explanation, SIGHTING_REFUSED) & explanation->open;
	if (!comparison_shares_region(seen, refused, reached)) {
		explain(explanation, DIAGNOSIS_HTTP_GEO_BLOCKED, refused);
	}
	explain(explanation, DIAGNOSIS_HTTP_FIREWALLED, comparison_blocked(seen));
}

static void explain_missing(struct explanation *explanation)
{
	const struct comparison *seen = explanation->seen;
	uint64_t passed = seen_as(explanation, SIGHTING_PASS);
	uint64_t missing = comparison_missing(seen) & explanation->open;
	if (missing == 0) {
		return;
	}
	if (passed == 0) {
		explain(explanation, DIAGNOSIS_CHALLENGE_MISSING_EVERYWHERE, missing);
		return;
	}
	if (comparison_removal(seen, passed, missing) == REMOVAL_SEEN) {
		explain(explanation, DIAGNOSIS_CHALLENGE_REMOVED_EARLY, missing);
	}
	missing &= explanation->open;
	for (size_t i = 0; i < seen->count; i++) {
		uint64_t view = UINT64_C(1) << i;
		if ((missing & view) != 0 && comparison_is_sent_elsewhere(seen, i, passed)) {
			explain(explanation, DIAGNOSIS_DNS_DIFFERS_BY_LOCATION, view);
		} else if ((missing & view) != 0 && comparison_is_led_elsewhere(seen, i, passed)) {
			explain(explanation, DIAGNOSIS_HTTP_REDIRECT_DIFFERS, view);
		}
	}
	missing &= explanation->open;
	if (missing != 0 && comparison_removal(seen, passed, missing) == REMOVAL_LIKELY) {
		explain(explanation, DIAGNOSIS_CHALLENGE_REMOVED_EARLY, missing);
	}
	explain(explanation, DIAGNOSIS_HTTP_REDIRECT_DIFFERS,
		seen_as(explanation, SIGHTING_REDIRECT));
	explain(explanation, DIAGNOSIS_HTTP_CONTENT_DIFFERS,
		seen_as(explanation, SIGHTING_STATUS) | seen_as(explanation, SIGHTING_CONTENT));
	explain(explanation, DIAGNOSIS_DNS_DIFFERS_BY_LOCATION, missing);
}

static void explain_prohibited(struct explanation *explanation)
{
	explain(explanation,
		seen_as(explanation, SIGHTING_PASS) != 0 ? DIAGNOSIS_CAA_DIFFERS_BY_LOCATION
							 : DIAGNOSIS_CAA_PROHIBITS_EVERYWHERE,
		seen_as(explanation, SIGHTING_PROHIBITED));
}

static void start(struct explanation *explanation, const struct comparison *seen)
{
	explanation->seen = seen;
	explanation->open = 0;
	for (int kind = SIGHTING_PASS + 1; kind < SIGHTING_KIND_COUNT; kind++) {
		explanation->open |= comparison_of_kind(seen, (enum sighting_kind)kind);
	}
}

void diagnosis_make(const struct diagnosis_input *input, struct diagnosis *ret_diagnosis)
{
	struct comparison seen;
	struct explanation explanation = {.open = 0};
	comparison_make(input, CHECK_KIND_DCV, &seen);
	start(&explanation, &seen);
	explain_by_itself(&explanation);
	explain_by_probe(&explanation);
	explain_blocked(&explanation);
	explain_missing(&explanation);
	comparison_make(input, CHECK_KIND_CAA, &seen);
	start(&explanation, &seen);
	explain_by_itself(&explanation);
	explain_prohibited(&explanation);

	*ret_diagnosis = (struct diagnosis) {.count = 0};
	for (int code = DIAGNOSIS_NONE + 1; code < DIAGNOSIS_CODE_COUNT; code++) {
		if (explanation.findings[code] != 0) {
			ret_diagnosis->findings[ret_diagnosis->count++] =
				(struct diagnosis_finding) {(enum diagnosis_code)code,
							    explanation.findings[code]};
		}
	}
}

static json_t *names_write(uint64_t set, const struct diagnosis_input *input)
{
	json_t *names = json_array();
	for (size_t i = 0; i < input->view_count && i < DIAGNOSIS_PERSPECTIVES_MAX; i++) {
		if ((set >> i & 1) != 0 &&
		    json_array_append_new(names, json_string(input->views[i].name)) != 0) {
			json_decref(names);
			return NULL;
		}
	}
	return names;
}

// The first extended error beside a bogus answer, info-code and name; NULL: none told.
static json_t *bogus_detail(const struct check_result *result)
{
	size_t index;
	json_t *answer;
	if (result == NULL || result->dnssec != PLX_DNSSEC_BOGUS) {
		return NULL;
	}
	json_array_foreach(json_object_get(result->evidence, "dns"), index, answer)
	{
		const char *dnssec = json_string_value(json_object_get(answer, "dnssec"));
		const char *name = json_string_value(json_object_get(answer, "name"));
		const char *type = json_string_value(json_object_get(answer, "type"));
		json_int_t ede = json_integer_value(json_object_get(answer, "ede"));
		bool is_bogus = dnssec != NULL && strcmp(dnssec, "bogus") == 0;
		if (is_bogus && json_is_integer(json_object_get(answer, "ede")) && ede >= 0 &&
		    ede <= UINT16_MAX) {
			return json_sprintf("%s %s: EDE %u, %s", name == NULL ? "?" : name,
					    type == NULL ? "?" : type, (unsigned)ede,
					    plx_ede_name((uint16_t)ede));
		}
	}
	return NULL;
}

// What the evidence tells beyond the code, of the first perspective that has it. NULL: nothing.
static json_t *detail_write(const struct diagnosis_finding *finding,
			    const struct diagnosis_input *input)
{
	json_t *detail = NULL;
	if (finding->code != DIAGNOSIS_DNSSEC_BOGUS) {
		return NULL;
	}
	for (size_t i = 0;
	     detail == NULL && i < input->view_count && i < DIAGNOSIS_PERSPECTIVES_MAX; i++) {
		if ((finding->views >> i & 1) != 0) {
			detail = bogus_detail(input->views[i].dcv);
			detail = detail != NULL ? detail : bogus_detail(input->views[i].caa);
		}
	}
	return detail;
}

json_t *diagnosis_write(const struct diagnosis *diagnosis, const struct diagnosis_input *input)
{
	json_t *list = json_array();
	for (size_t i = 0; i < diagnosis->count; i++) {
		const struct diagnosis_finding *finding = &diagnosis->findings[i];
		json_t *item = json_pack("{s:s, s:o, s:s, s:o*}", "code",
					 diagnosis_code_name(finding->code), "perspectives",
					 names_write(finding->views, input), "advice",
					 diagnosis_code_advice(finding->code), "detail",
					 detail_write(finding, input));
		if (json_array_append_new(list, item) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}
