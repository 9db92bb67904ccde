// SPDX-License-Identifier: BSD-3-Clause
// What a foreign checker answers: the first octet chooses the check that was asked, the rest is its body. Oracle: a
// refusal says where and what; an accepted answer passes only if it says so, completely and without errors; it
// travels as a check result.

#include "open_mpic/open_mpic_foreign.h"

#include "fuzz_target.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define TIME_US INT64_C(1795435200000000)

static const char *const checks[] = {
	"{\"check\":\"caa\",\"issuer_domains\":[\"ca.test\"]",
	"{\"check\":\"dcv\",\"dcv\":{\"validation_method\":\"acme-http-01\",\"token\":\"t\","
	"\"key_authorization\":\"t.k\"}",
	"{\"check\":\"dcv\",\"dcv\":{\"validation_method\":\"acme-dns-01\","
	"\"key_authorization_hash\":\"h\"}",
	"{\"check\":\"dcv\",\"dcv\":{\"validation_method\":\"acme-tls-alpn-01\","
	"\"key_authorization_hash\":\"ab\"}",
};
#define CHECK_COUNT (sizeof(checks) / sizeof(checks[0]))

static struct check_request *request_of(size_t number)
{
	static struct check_request *requests[CHECK_COUNT];
	const struct identifier_rules rules = {.now_s = 0};
	struct json_fault fault;
	char text[512];
	if (requests[number] == NULL) {
		(void)snprintf(text, sizeof(text),
			       "%s,\"identifier\":{\"type\":\"ip\",\"value\":\"8.8.8.8\"},"
			       "\"profile\":\"tls\",\"time\":\"2026-11-23T12:00:00Z\"}",
			       checks[number]);
		json_t *value = json_loads(text, 0, NULL);
		requests[number] = check_request_read(value, &rules, &fault);
		json_decref(value);
	}
	return requests[number];
}

static void check_accepted(const struct check_request *request, const struct check_result *result)
{
	const json_t *response = json_object_get(result->evidence, "foreign");
	bool is_completed = json_is_true(json_object_get(response, "check_completed"));
	bool has_passed = json_is_true(json_object_get(response, "check_passed"));
	struct check_result again;
	struct json_fault fault;
	must(result->kind == request->kind);
	must(result->outcome != CHECK_PASS ||
	     (is_completed && has_passed &&
	      json_array_size(json_object_get(response, "errors")) == 0));
	must(result->outcome != CHECK_FAIL || (is_completed && !has_passed));
	must(result->outcome != CHECK_NOT_EVALUATED);
	must(result->dnssec == PLX_DNSSEC_UNCHECKED && result->usable_until_s == 0);
	json_t *written = check_result_write(result);
	must(written != NULL && check_result_read(written, &again, &fault) == 0);
	must(again.outcome == result->outcome);
	check_result_fini(&again);
	json_decref(written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct check_result result = {.kind = CHECK_KIND_NONE};
	struct json_fault fault = {.text = ""};
	if (size == 0) {
		return 0;
	}
	const struct check_request *request = request_of(data[0] % CHECK_COUNT);
	must(request != NULL);
	if (open_mpic_foreign_read(request, (const char *)data + 1, size - 1, TIME_US,
				   TIME_US + 1000, &result, &fault) != 0) {
		must(fault.text[0] != '\0');
		must(fault.pointer[0] == '\0' || fault.pointer[0] == '/');
		must(result.outcome == CHECK_NOT_EVALUATED && result.evidence == NULL);
		return 0;
	}
	check_accepted(request, &result);
	check_result_fini(&result);
	return 0;
}
