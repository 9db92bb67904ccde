// SPDX-License-Identifier: BSD-3-Clause
// scenarios.tsv, from evidence to findings and wanted probes. How its cells are written:
//
//	h200+          a fetch that passed        h404, h200     one that ended with that status and failed
//	hCAUSE         one that failed so         @ADDRESS,...   the host's addresses, the first one was contacted
//	>URL           it was redirected there    tCAUSE, t+     a TLS handshake
//	dSTATUS        a TXT look-up; NOERROR0 has no records, /N is an extended error; d+ passed
//	eSTATUS        a CAA look-up that failed  permit, prohibit
//	down           the perspective was lost   -              not asked

#include "diagnosis/diagnosis.h"

#include "cunit_runner.h"
#include "tsv_rows.h"

#include <jansson.h>

#include <string.h>

#define VIEWS_MAX 8
#define TEXT_MAX 1024
#define SEPARATORS "@>"

struct scenario {
	struct diagnosis_view views[VIEWS_MAX];
	struct check_result dcv[VIEWS_MAX];
	struct check_result caa[VIEWS_MAX];
	json_t *probes[VIEWS_MAX];
	size_t count;
};

static json_t *addresses_of(char *text)
{
	json_t *list = json_array();
	for (char *word; (word = strsep(&text, ",")) != NULL;) {
		json_array_append_new(list, json_string(word));
	}
	return list;
}

static json_t *hop_of(const char *url, const json_t *addresses)
{
	return json_pack("{s:s, s:O?, s:O?}", "url", url, "address", json_array_get(addresses, 0),
			 "addresses", addresses);
}

static json_t *web_of(char *word)
{
	char *target = strchr(word, '>');
	char *address = strchr(word, '@');
	json_t *addresses = address != NULL ? addresses_of(address + 1) : NULL;
	json_t *hops = json_array();
	json_array_append_new(hops, hop_of("http://example.test/x", addresses));
	if (target != NULL) {
		json_array_append_new(hops, hop_of(target + 1, NULL));
	}
	json_decref(addresses);
	word[strcspn(word, SEPARATORS)] = '\0';
	long status = strtol(word + 1, NULL, 10);
	json_t *web = json_pack("{s:s, s:s, s:o}", "outcome", status > 0 ? "complete" : "failed",
				"cause", status > 0 ? "none" : word + 1, "hops", hops);
	json_object_set_new(web, "status", status > 0 ? json_integer(status) : json_null());
	return web;
}

static json_t *lookup_of(const char *type, char *status)
{
	char *code = strchr(status, '/');
	bool is_empty = strcmp(status, "NOERROR") != 0 && strcmp(status, "+") != 0;
	json_t *lookup = json_pack("{s:s, s:s}", "name",
				   strcmp(type, "TXT") == 0 ? "_acme-challenge.example.test"
							    : "example.test",
				   "type", type);
	if (code != NULL) {
		*code = '\0';
		json_object_set_new(lookup, "ede", json_integer(strtol(code + 1, NULL, 10)));
	}
	const char *name = strcmp(status, "NOERROR0") == 0 || status[0] == '+' ? "NOERROR" : status;
	json_object_set_new(lookup, "status", json_string(name));
	json_object_set_new(lookup, "records", is_empty ? json_array() : json_pack("[{}]"));
	return json_pack("[o]", lookup);
}

static void read_dcv(char *word, struct check_result *result)
{
	bool has_passed = word[1 + strcspn(word + 1, "+" SEPARATORS)] == '+';
	result->kind = CHECK_KIND_DCV;
	result->outcome = has_passed ? CHECK_PASS : CHECK_FAIL;
	if (strcmp(word, "down") == 0) {
		check_result_set_error(result, CHECK_KIND_DCV, "lost", "");
	} else if (word[0] == 'h') {
		result->evidence = json_pack("{s:o}", "http", web_of(word));
	} else if (word[0] == 't') {
		result->evidence = json_pack("{s:{s:s}}", "tls", "cause", word + 1);
	} else {
		CU_ASSERT_EQUAL_FATAL(word[0], 'd');
		result->outcome =
			has_passed ? CHECK_PASS
			: strncmp(word + 1, "NOERROR", 7) == 0 || strcmp(word + 1, "NXDOMAIN") == 0
				? CHECK_FAIL
				: CHECK_ERROR;
		result->evidence = json_pack("{s:o}", "dns", lookup_of("TXT", word + 1));
	}
}

static void read_caa(char *word, struct check_result *result)
{
	char status[16] = "NOERROR";
	result->kind = CHECK_KIND_CAA;
	if (strcmp(word, "down") == 0) {
		check_result_set_error(result, CHECK_KIND_CAA, "lost", "");
		return;
	}
	if (word[0] == 'e') {
		result->outcome = CHECK_ERROR;
		(void)snprintf(status, sizeof(status), "%s", word + 1);
	} else {
		result->outcome = strcmp(word, "permit") == 0 ? CHECK_PASS : CHECK_FAIL;
	}
	result->evidence = json_pack("{s:o}", "dns", lookup_of("CAA", status));
}

static json_t *read_probe(char *word)
{
	char *kind = strsep(&word, "=");
	return json_pack("[{s:s, s:s}]", "probe", kind, "result", word);
}

static void read_view(char *text, struct scenario *scenario)
{
	size_t i = scenario->count++;
	char *name = strsep(&text, "|");
	char *region = strsep(&text, "|");
	char *time = strsep(&text, "|");
	char *dcv = strsep(&text, "|");
	char *caa = strsep(&text, "|");
	struct diagnosis_view *view = &scenario->views[i];
	*view = (struct diagnosis_view) {.name = name, .is_primary = strcmp(name, "p") == 0};
	CU_ASSERT_EQUAL_FATAL(region_parse(region, &view->region), 0);
	scenario->dcv[i] = scenario->caa[i] = (struct check_result) {.kind = CHECK_KIND_NONE};
	scenario->probes[i] = text != NULL ? read_probe(text) : NULL;
	view->probes = scenario->probes[i];
	if (strcmp(dcv, "-") != 0) {
		read_dcv(dcv, &scenario->dcv[i]);
		view->dcv = &scenario->dcv[i];
	}
	if (strcmp(caa, "-") != 0) {
		read_caa(caa, &scenario->caa[i]);
		view->caa = &scenario->caa[i];
	}
	scenario->dcv[i].time_us = INT64_C(1795435200000000) + strtol(time, NULL, 10) * 1000;
}

// Views are separated by a blank, as are the two words of a RIR's name.
static void read_scenario(char *text, struct scenario *scenario)
{
	scenario->count = 0;
	while (text != NULL && *text != '\0') {
		char *word = text;
		char *blank = strchr(strstr(text, "|"), ' ');
		if (blank != NULL && strncmp(blank, " NCC|", 5) == 0) {
			blank = strchr(blank + 1, ' ');
		}
		text = blank != NULL ? blank + 1 : NULL;
		if (blank != NULL) {
			*blank = '\0';
		}
		CU_ASSERT_TRUE_FATAL(scenario->count < VIEWS_MAX);
		read_view(word, scenario);
	}
}

static void release(struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->count; i++) {
		check_result_fini(&scenario->dcv[i]);
		check_result_fini(&scenario->caa[i]);
		json_decref(scenario->probes[i]);
	}
}

static void format_findings(const struct diagnosis_input *input, char text[TEXT_MAX])
{
	struct diagnosis diagnosis;
	diagnosis_make(input, &diagnosis);
	json_t *list = diagnosis_write(&diagnosis, input);
	size_t used = 0, index, place;
	json_t *item, *name;
	text[0] = '\0';
	json_array_foreach(list, index, item)
	{
		CU_ASSERT(strlen(json_string_value(json_object_get(item, "advice"))) > 40);
		used += (size_t)snprintf(text + used, TEXT_MAX - used, "%s%s", index > 0 ? " " : "",
					 json_string_value(json_object_get(item, "code")));
		json_array_foreach(json_object_get(item, "perspectives"), place, name)
		{
			used += (size_t)snprintf(text + used, TEXT_MAX - used, "%c%s",
						 place > 0 ? ',' : '=', json_string_value(name));
		}
	}
	json_decref(list);
}

static void format_probes(const struct diagnosis_input *input, char text[TEXT_MAX])
{
	struct diagnosis_probe probes[DIAGNOSIS_PROBES_MAX];
	size_t count = diagnosis_probes_wanted(input, probes), used = 0;
	text[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		static const char *const families[] = {[4] = "/4", [6] = "/6"};
		const char *family = probes[i].family != 0 ? families[probes[i].family] : "";
		used += (size_t)snprintf(text + used, TEXT_MAX - used, "%s%s%s@%s",
					 i > 0 ? " " : "", probe_kind_name(probes[i].kind), family,
					 input->views[probes[i].view].name);
	}
}

TEST(every_scenario_has_its_codes_and_probes)
{
	static struct scenario scenario;
	struct tsv_rows rows;
	char text[TEXT_MAX];
	tsv_open(&rows, SCENARIOS_FILE, 4);
	while (tsv_next(&rows)) {
		char views[TSV_LINE_MAX];
		(void)snprintf(views, sizeof(views), "%s", rows.fields[1]);
		read_scenario(views, &scenario);
		struct diagnosis_input input = {scenario.views, scenario.count};
		format_findings(&input, text);
		if (strcmp(text, rows.fields[2]) != 0) {
			printf("\n%s: findings %s\n", rows.fields[0], text);
			CU_FAIL("findings");
		}
		format_probes(&input, text);
		if (strcmp(text, rows.fields[3]) != 0) {
			printf("\n%s: probes %s\n", rows.fields[0], text);
			CU_FAIL("probes");
		}
		release(&scenario);
	}
	CU_ASSERT(rows.row_count >= 40);
}

// Reasons and messages of perform/ that come without evidence, or against it.
TEST(errors_are_told_apart_by_reason_and_state)
{
	static const struct {
		const char *reason, *message, *evidence;
		enum plx_dnssec dnssec;
		enum sighting_kind kind;
	} errors[] = {
		{"deadline", "time ran out while the web server was asked", "{}", 0,
		 SIGHTING_DROPPED},
		{"deadline", "time ran out while the TLS server was asked", "{}", 0,
		 SIGHTING_DROPPED},
		{"deadline", "time ran out while the DNS was asked", "{}", 0, SIGHTING_UNREACHABLE},
		{"deadline", "time ran out before anything was asked", "{}", 0, SIGHTING_DOWN},
		{"dataplane-lost", "", "{}", 0, SIGHTING_DOWN},
		{"overloaded", "", "{}", 0, SIGHTING_DOWN},
		{"bad-query", "", "{}", 0, SIGHTING_NONE},
		{"dnssec-unchecked", "", "{\"http\":{\"status\":200,\"cause\":\"none\"}}", 0,
		 SIGHTING_NONE},
		{"dnssec-bogus", "", "{\"http\":{\"status\":200,\"cause\":\"none\"}}",
		 PLX_DNSSEC_BOGUS, SIGHTING_BOGUS},
		{"lookup-timeout", "",
		 "{\"http\":{\"cause\":\"resolve-failed\"},\"dns\":[{\"name\":\"a.test\","
		 "\"type\":\"CAA\",\"status\":\"NOERROR\"},{\"name\":\"a.test\",\"type\":\"A\","
		 "\"status\":\"TIMEOUT\"}]}",
		 0, SIGHTING_UNREACHABLE},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(errors); i++) {
		struct check_result result = {.kind = CHECK_KIND_DCV,
					      .outcome = CHECK_ERROR,
					      .dnssec = errors[i].dnssec,
					      .evidence = json_loads(errors[i].evidence, 0, NULL)};
		(void)snprintf(result.reason, sizeof(result.reason), "%s", errors[i].reason);
		(void)snprintf(result.message, sizeof(result.message), "%s", errors[i].message);
		struct sighting sighting = sighting_of(&result, NULL, NULL);
		CU_ASSERT_STRING_EQUAL(sighting_kind_name(sighting.kind),
				       sighting_kind_name(errors[i].kind));
		check_result_fini(&result);
	}
}

static void expect_detail(const char *evidence, const char *detail)
{
	struct check_result result = {.kind = CHECK_KIND_DCV,
				      .outcome = CHECK_ERROR,
				      .dnssec = PLX_DNSSEC_BOGUS,
				      .evidence = json_loads(evidence, 0, NULL)};
	const struct diagnosis_view views[] = {{.name = "a"}, {.name = "b", .dcv = &result}};
	const struct diagnosis_input input = {views, PLX_ARRAY_SIZE(views)};
	struct diagnosis diagnosis;
	diagnosis_make(&input, &diagnosis);
	json_t *written = diagnosis_write(&diagnosis, &input);
	const json_t *finding = json_array_get(written, 0);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(finding, "code")), "dnssec-bogus");
	const char *told = json_string_value(json_object_get(finding, "detail"));
	CU_ASSERT_STRING_EQUAL(told == NULL ? "" : told, detail);
	json_decref(written);
	check_result_fini(&result);
}

TEST(a_bogus_answer_says_why_when_an_extended_error_does)
{
	expect_detail("{\"dns\":[{\"name\":\"a.test\",\"type\":\"TXT\",\"status\":\"NOERROR\","
		      "\"dnssec\":\"insecure\",\"ede\":3},{\"name\":\"b.test\",\"type\":\"A\","
		      "\"status\":\"BOGUS\",\"dnssec\":\"bogus\",\"ede\":7}]}",
		      "b.test A: EDE 7, Signature Expired");
	expect_detail("{\"dns\":[{\"status\":\"BOGUS\",\"dnssec\":\"bogus\"}]}", "");
	expect_detail("{\"dns\":[{\"status\":\"BOGUS\",\"dnssec\":\"bogus\",\"ede\":70000}]}", "");
	expect_detail("{\"dns\":[{\"status\":\"BOGUS\",\"dnssec\":\"bogus\",\"ede\":9}]}",
		      "? ?: EDE 9, DNSKEY Missing");
}

// What a remote sends as evidence may be anything.
TEST(evidence_of_wrong_types_tells_nothing)
{
	static const char *const texts[] = {
		"{}",
		"{\"http\":[],\"dns\":{},\"tls\":3,\"probes\":\"x\"}",
		"{\"http\":{\"hops\":[1,null],\"status\":\"404\",\"cause\":7}}",
		"{\"dns\":[{\"status\":4},{\"name\":null},7]}",
		"{\"dns\":[{\"status\":\"NOERROR\",\"records\":{}}],\"probes\":[{\"probe\":1},{}]}",
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(texts); i++) {
		struct check_result result = {.kind = CHECK_KIND_DCV, .outcome = CHECK_FAIL};
		struct diagnosis_view view = {.name = "a", .dcv = &result, .caa = &result};
		struct diagnosis_input input = {&view, 1};
		struct diagnosis diagnosis;
		struct diagnosis_probe probes[DIAGNOSIS_PROBES_MAX];
		result.evidence = json_loads(texts[i], 0, NULL);
		CU_ASSERT_PTR_NOT_NULL_FATAL(result.evidence);
		diagnosis_make(&input, &diagnosis);
		CU_ASSERT(diagnosis.count <= 1);
		CU_ASSERT_EQUAL(diagnosis_probes_wanted(&input, probes), 0);
		check_result_fini(&result);
	}
}

TEST(views_beyond_the_limit_are_not_read)
{
	static struct diagnosis_view views[DIAGNOSIS_PERSPECTIVES_MAX + 1];
	struct check_result down = {.kind = CHECK_KIND_DCV, .outcome = CHECK_ERROR};
	struct diagnosis_input input = {views, PLX_ARRAY_SIZE(views)};
	struct diagnosis diagnosis;
	for (size_t i = 0; i < PLX_ARRAY_SIZE(views); i++) {
		views[i] = (struct diagnosis_view) {.name = "a", .dcv = &down};
	}
	diagnosis_make(&input, &diagnosis);
	CU_ASSERT_EQUAL_FATAL(diagnosis.count, 1);
	CU_ASSERT_EQUAL(diagnosis.findings[0].views, UINT64_MAX);
	json_t *list = diagnosis_write(&diagnosis, &input);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(json_array_get(list, 0), "perspectives")),
			DIAGNOSIS_PERSPECTIVES_MAX);
	json_decref(list);
}

TEST(every_code_has_a_name_and_advice)
{
	for (int code = 1; code < DIAGNOSIS_CODE_COUNT; code++) {
		for (int other = 0; other < code; other++) {
			CU_ASSERT_STRING_NOT_EQUAL(diagnosis_code_name((enum diagnosis_code)code),
						   diagnosis_code_name((enum diagnosis_code)other));
		}
		CU_ASSERT(strlen(diagnosis_code_advice((enum diagnosis_code)code)) > 40);
	}
	CU_ASSERT_STRING_EQUAL(diagnosis_code_name((enum diagnosis_code)99), "none");
	CU_ASSERT_STRING_EQUAL(diagnosis_code_advice((enum diagnosis_code)99), "");
}

TEST(every_kind_has_a_name)
{
	for (int kind = 0; kind < SIGHTING_KIND_COUNT; kind++) {
		CU_ASSERT_PTR_NOT_NULL(sighting_kind_name((enum sighting_kind)kind));
	}
	CU_ASSERT_STRING_EQUAL(sighting_kind_name((enum sighting_kind)99), "none");
	CU_ASSERT_STRING_EQUAL(probe_kind_name((enum probe_kind)99), "none");
}

TEST_MAIN(diagnosis, T(every_scenario_has_its_codes_and_probes),
	  T(errors_are_told_apart_by_reason_and_state),
	  T(a_bogus_answer_says_why_when_an_extended_error_does),
	  T(evidence_of_wrong_types_tells_nothing), T(views_beyond_the_limit_are_not_read),
	  T(every_code_has_a_name_and_advice), T(every_kind_has_a_name))
