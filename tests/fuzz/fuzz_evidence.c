// SPDX-License-Identifier: BSD-3-Clause
// Evidence that remotes send, as diagnosis and Open MPIC's responses read it: an array of {"outcome","evidence","caa"},
// one for each perspective. Oracle: a perspective that passed is never blamed for DCV; codes come once and in order, with
// perspectives that exist; at most three probes, of kinds not made yet; responses hold every member and never pass
// what did not.

#include "diagnosis/diagnosis.h"
#include "open_mpic/open_mpic_response.h"

#include "fuzz_target.h"

#include <jansson.h>
#include <string.h>

#define VIEWS_MAX 8

struct views {
	struct diagnosis_view views[VIEWS_MAX];
	struct check_result dcv[VIEWS_MAX];
	struct check_result caa[VIEWS_MAX];
	size_t count;
};

static struct check_result result_of(json_t *item, enum check_kind kind, const char *member)
{
	json_t *evidence = json_object_get(item, member);
	json_int_t outcome = json_integer_value(json_object_get(item, "outcome"));
	return (struct check_result) {
		.kind = kind,
		.outcome = (enum check_outcome)((uint64_t)outcome % (CHECK_ERROR + 1)),
		.time_us = json_integer_value(json_object_get(item, "time_us")),
		.evidence = json_is_object(evidence) ? evidence : NULL};
}

static void read_views(json_t *list, struct views *views)
{
	static const char *const names[VIEWS_MAX] = {"a", "b", "c", "d", "e", "f", "g", "h"};
	views->count = json_array_size(list) < VIEWS_MAX ? json_array_size(list) : VIEWS_MAX;
	for (size_t i = 0; i < views->count; i++) {
		json_t *item = json_array_get(list, i);
		views->dcv[i] = result_of(item, CHECK_KIND_DCV, "evidence");
		views->caa[i] = result_of(item, CHECK_KIND_CAA, "caa");
		views->views[i] = (struct diagnosis_view) {
			.name = names[i],
			.region = (enum region)(REGION_AFRINIC + i % 5),
			.is_primary = i == 0,
			.dcv = &views->dcv[i],
			.caa = views->caa[i].evidence != NULL ? &views->caa[i] : NULL};
	}
}

static void check_diagnosis(const struct views *views)
{
	const struct diagnosis_input input = {views->views, views->count};
	struct diagnosis diagnosis;
	struct diagnosis_probe probes[DIAGNOSIS_PROBES_MAX];
	uint64_t passed = 0;
	for (size_t i = 0; i < views->count; i++) {
		passed |= (uint64_t)(views->dcv[i].outcome == CHECK_PASS) << i;
	}
	diagnosis_make(&input, &diagnosis);
	must(diagnosis.count < DIAGNOSIS_FINDINGS_MAX);
	for (size_t i = 0; i < diagnosis.count; i++) {
		const struct diagnosis_finding *finding = &diagnosis.findings[i];
		must(finding->code > (i > 0 ? diagnosis.findings[i - 1].code : DIAGNOSIS_NONE));
		must(finding->views != 0 && finding->views >> views->count == 0);
		// Both checks of a view have the same outcome here.
		must((finding->views & passed) == 0);
	}
	size_t count = diagnosis_probes_wanted(&input, probes);
	must(count <= DIAGNOSIS_PROBES_MAX);
	for (size_t i = 0; i < count; i++) {
		must(probes[i].kind != PROBE_NONE && probes[i].view < views->count);
		must((probes[i].kind == PROBE_ADDRESS_FAMILY) == (probes[i].family != 0));
		must(i == 0 || probes[i].kind != probes[i - 1].kind);
	}
	json_t *list = diagnosis_write(&diagnosis, &input);
	must(json_array_size(list) == diagnosis.count);
	json_decref(list);
}

static void check_response(const struct check_result *result)
{
	for (int method = DCV_METHOD_NONE; method < DCV_METHOD_COUNT; method++) {
		struct open_mpic_request request = {.kind = result->kind,
						    .method = (enum dcv_method)method};
		json_t *response = open_mpic_check_write(result, &request);
		bool has_passed = json_is_true(json_object_get(response, "check_passed"));
		must(json_object_size(response) == 6);
		must(has_passed == (result->outcome == CHECK_PASS));
		must(!has_passed || json_is_null(json_object_get(response, "errors")));
		must(result->outcome != CHECK_ERROR ||
		     json_array_size(json_object_get(response, "errors")) == 1);
		json_decref(response);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct views views;
	json_t *list = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	read_views(list, &views);
	check_diagnosis(&views);
	for (size_t i = 0; i < views.count; i++) {
		check_response(&views.dcv[i]);
		check_response(&views.caa[i]);
	}
	json_decref(list);
	return 0;
}
