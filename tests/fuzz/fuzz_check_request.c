// SPDX-License-Identifier: BSD-3-Clause
// A check as a remote receives it, or a result as the primary receives it. Oracle: a refusal says where and what in one
// line; an accepted request is within its limits; an accepted result reads back equal, and none reads as evaluated
// without a known outcome; whatever JSON it is, our writer spells it as jansson does.

#include "check/check_request.h"
#include "check/check_result.h"
#include "check/json_writer.h"

#include "fuzz_target.h"

#include <jansson.h>
#include <string.h>

static void check_fault(const struct json_fault *fault)
{
	must(fault->text[0] != '\0');
	must(fault->pointer[0] == '\0' || fault->pointer[0] == '/');
	for (const char *c = fault->text; *c != '\0'; c++) {
		must((unsigned char)*c >= ' ' && *c != 0x7f);
	}
}

static void try_result(json_t *value)
{
	struct check_result result;
	struct json_fault fault;
	if (check_result_read(value, &result, &fault) != 0) {
		check_fault(&fault);
		return;
	}
	must(result.outcome != CHECK_NOT_EVALUATED && result.kind != CHECK_KIND_NONE);
	json_t *written = check_result_write(&result);
	struct check_result again;
	must(written != NULL && check_result_read(written, &again, &fault) == 0);
	must(again.outcome == result.outcome && strcmp(again.reason, result.reason) == 0);
	check_result_fini(&again);
	check_result_fini(&result);
	json_decref(written);
}

static void try_writer(const json_t *value)
{
	static const size_t flags[] = {0, JSON_CANONICAL, JSON_CANONICAL | JSON_ENSURE_ASCII};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(flags); i++) {
		size_t length = 0;
		char *wanted = json_dumps(value, JSON_COMPACT | flags[i]);
		char *text = json_text_write(value, flags[i], &length);
		must(wanted != NULL && text != NULL && length == strlen(wanted));
		must(memcmp(text, wanted, length + 1) == 0);
		free(wanted);
		free(text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct suffix_table *suffixes;
	struct plx_name name;
	if (suffixes == NULL && (plx_name_parse("test", 4, &name) != 0 ||
				 suffix_table_create(NULL, &name, 1, &suffixes) != 0)) {
		return 0;
	}
	json_t *value = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	if (value == NULL) {
		return 0;
	}
	try_writer(value);
	struct identifier_rules rules = {.suffixes = suffixes};
	struct json_fault fault = {.text = ""};
	struct check_request *request = check_request_read(value, &rules, &fault);
	if (request == NULL) {
		check_fault(&fault);
	} else {
		must(request->kind == CHECK_KIND_DCV || request->kind == CHECK_KIND_CAA);
		must(request->identifier.type != IDENTIFIER_TYPE_NONE);
		must(request->kind != CHECK_KIND_CAA || request->issuer_domain_count > 0);
		must(request->kind != CHECK_KIND_DCV ||
		     request->dcv.parameters.method != DCV_METHOD_NONE);
		must((request->probe == PROBE_ADDRESS_FAMILY) == (request->address_family != 0));
		must(request->kind == CHECK_KIND_DCV || request->probe == PROBE_NONE);
		check_request_free(request);
	}
	try_result(value);
	json_decref(value);
	return 0;
}
