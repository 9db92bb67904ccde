// SPDX-License-Identifier: BSD-3-Clause

#include "service/order_diagnosis.h"

#include "check/check_result.h"
#include "diagnosis/diagnosis.h"
#include "order/order_findings.h"

#include <jansson.h>

#include <stdlib.h>
#include <string.h>

// DCV and CAA of the same perspectives, side by side; large, so on the heap.
struct sides {
	size_t count;
	struct diagnosis_view views[DIAGNOSIS_PERSPECTIVES_MAX];
	struct check_result results[CHECK_SET_COUNT][DIAGNOSIS_PERSPECTIVES_MAX];
	bool is_read[CHECK_SET_COUNT][DIAGNOSIS_PERSPECTIVES_MAX];
	json_t *probes[DIAGNOSIS_PERSPECTIVES_MAX];
};

static size_t view_of(struct sides *sides, const struct order_finding *finding, bool is_primary)
{
	for (size_t i = 0; i < sides->count; i++) {
		if (strcmp(sides->views[i].name, finding->perspective) == 0) {
			return i;
		}
	}
	if (sides->count == DIAGNOSIS_PERSPECTIVES_MAX) {
		return DIAGNOSIS_PERSPECTIVES_MAX;
	}
	sides->views[sides->count] = (struct diagnosis_view) {
		.name = finding->perspective, .region = finding->region, .is_primary = is_primary};
	return sides->count++;
}

static void add_finding(struct sides *sides, const struct order_finding *finding, int set,
			bool is_primary)
{
	struct json_fault fault;
	size_t view = view_of(sides, finding, is_primary);
	if (view == DIAGNOSIS_PERSPECTIVES_MAX || finding->result == NULL ||
	    check_result_read(finding->result, &sides->results[set][view], &fault) != 0) {
		return;
	}
	sides->is_read[set][view] = true;
	if (set == CHECK_SET_DCV) {
		sides->views[view].dcv = &sides->results[set][view];
	} else {
		sides->views[view].caa = &sides->results[set][view];
	}
}

// Of the perspective at `seat`, as the evidence would have them. A failed append leaves one out: diagnosis says less.
static json_t *probes_at(const struct order_findings *findings, size_t seat)
{
	json_t *probes = NULL;
	for (size_t i = 0; i < findings->probe_count; i++) {
		const struct order_probe_finding *probe = &findings->probes[i];
		if (probe->seat == seat) {
			probes = probes != NULL ? probes : json_array();
			json_array_append_new(probes,
					      json_pack("{s:s, s:s}", "probe",
							probe_kind_name(probe->kind), "result",
							check_outcome_dcv_name(probe->outcome)));
		}
	}
	return probes;
}

static struct sides *sides_open(const struct order_findings *findings)
{
	struct sides *sides = calloc(1, sizeof(*sides));
	if (sides == NULL) {
		return NULL;
	}
	for (int set = 0; set < CHECK_SET_COUNT; set++) {
		for (size_t i = 0; i < findings->counts[set]; i++) {
			add_finding(sides, &findings->sets[set][i], set, i == 0);
		}
	}
	for (size_t i = 0; i < findings->counts[CHECK_SET_DCV]; i++) {
		size_t view = view_of(sides, &findings->sets[CHECK_SET_DCV][i], i == 0);
		if (view < DIAGNOSIS_PERSPECTIVES_MAX && sides->probes[view] == NULL) {
			sides->probes[view] = probes_at(findings, i);
			sides->views[view].probes = sides->probes[view];
		}
	}
	return sides;
}

static void sides_close(struct sides *sides)
{
	for (size_t i = 0; i < sides->count; i++) {
		for (int set = 0; set < CHECK_SET_COUNT; set++) {
			if (sides->is_read[set][i]) {
				check_result_fini(&sides->results[set][i]);
			}
		}
		json_decref(sides->probes[i]);
	}
	free(sides);
}

json_t *order_diagnose(void *context, const struct order_findings *findings)
{
	struct sides *sides = sides_open(findings);
	if (sides == NULL) {
		return NULL;
	}
	const struct diagnosis_input input = {.views = sides->views, .view_count = sides->count};
	struct diagnosis diagnosis;
	diagnosis_make(&input, &diagnosis);
	json_t *written = diagnosis_write(&diagnosis, &input);
	sides_close(sides);
	return written;
}

static bool find_seat(const struct order_findings *findings, const char *name, size_t *ret_seat)
{
	for (size_t i = 0; i < findings->counts[CHECK_SET_DCV]; i++) {
		if (strcmp(findings->sets[CHECK_SET_DCV][i].perspective, name) == 0) {
			*ret_seat = i;
			return true;
		}
	}
	return false;
}

size_t order_probes_wanted(void *context, const struct order_findings *findings,
			   struct order_probe_wish ret_wishes[static ORDER_PROBES_MAX])
{
	struct diagnosis_probe probes[DIAGNOSIS_PROBES_MAX];
	struct sides *sides = sides_open(findings);
	if (sides == NULL) {
		return 0;
	}
	const struct diagnosis_input input = {.views = sides->views, .view_count = sides->count};
	size_t wanted = diagnosis_probes_wanted(&input, probes);
	size_t count = 0;
	for (size_t i = 0; i < wanted && count < ORDER_PROBES_MAX; i++) {
		struct order_probe_wish *wish = &ret_wishes[count];
		*wish = (struct order_probe_wish) {.kind = probes[i].kind,
						   .family = probes[i].family};
		count += find_seat(findings, sides->views[probes[i].view].name, &wish->seat);
	}
	sides_close(sides);
	return count;
}
