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

json_t *order_diagnose(void *context, const struct order_findings *findings)
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
	const struct diagnosis_input input = {.views = sides->views, .view_count = sides->count};
	struct diagnosis diagnosis;
	diagnosis_make(&input, &diagnosis);
	json_t *written = diagnosis_write(&diagnosis, &input);
	for (int set = 0; set < CHECK_SET_COUNT; set++) {
		for (size_t i = 0; i < sides->count; i++) {
			if (sides->is_read[set][i]) {
				check_result_fini(&sides->results[set][i]);
			}
		}
	}
	free(sides);
	return written;
}
