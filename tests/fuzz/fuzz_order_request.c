// SPDX-License-Identifier: BSD-3-Clause
// An order as a client sends it. Oracle: a refusal says where and what in one line; an order that is taken is within its
// limits, names no issuer but ours and nothing twice, and each of its identifiers makes checks that a perspective reads as the same identifier
// and method.

#include "check/check_request.h"
#include "order/order_request.h"

#include "fuzz_target.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#define NOW_S 1795435200 // 2026-11-23T12:00:00Z

static void check_fault(const struct json_fault *fault, int error)
{
	must(error == -EINVAL || error == -E2BIG);
	must(fault->text[0] != '\0');
	must(fault->pointer[0] == '\0' || fault->pointer[0] == '/');
	for (const char *c = fault->text; *c != '\0'; c++) {
		must((unsigned char)*c >= ' ' && *c != 0x7f);
	}
}

static void check_item(const struct order_item *item, const struct order_request *request,
		       const struct identifier_rules *rules)
{
	struct json_fault fault;
	must(item->type == IDENTIFIER_TYPE_DNS || item->type == IDENTIFIER_TYPE_IP);
	must(dcv_method_is_in_force(item->method, request->decide_at_s));
	must(dcv_method_section(item->method, item->type == IDENTIFIER_TYPE_IP) != NULL);
	must(!item->is_wildcard || dcv_method_rule_get(item->method)->allows_wildcard);
	json_t *check = json_pack("{s:s, s:{s:s, s:s}, s:O, s:O, s:s, s:s}", "check", "dcv",
				  "identifier", "type", identifier_type_name(item->type), "value",
				  item->text, "authorization_domain", item->authorization_domain,
				  "dcv", item->dcv, "profile", profile_name(request->profile),
				  "time", "2026-11-23T12:00:00Z");
	must(check != NULL);
	struct check_request *read = check_request_read(check, rules, &fault);
	must(read != NULL);
	must(strcmp(read->identifier.text, item->text) == 0);
	must(read->dcv.parameters.method == item->method);
	check_request_free(read);
	json_decref(check);
}

static void check_request(const struct order_request *request, const struct identifier_rules *rules)
{
	must(request->item_count >= 1 && request->item_count <= 20);
	must(profile_is_set(request->profile));
	must(request->attempts_max >= 1 && request->attempts_max <= ORDER_ATTEMPTS_MAX);
	must(json_array_size(request->issuer_domains) >= 1);
	for (size_t i = 0; i < json_array_size(request->issuer_domains); i++) {
		must(strcmp(json_string_value(json_array_get(request->issuer_domains, i)),
			    "ca.test") == 0);
	}
	must(request->is_hypothetical || request->decide_at_s == NOW_S);
	for (size_t i = 0; i < request->item_count; i++) {
		if (!request->is_hypothetical) {
			check_item(&request->items[i], request, rules);
		}
		for (size_t j = 0; j < i; j++) {
			must(strcmp(request->items[i].text, request->items[j].text) != 0);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct suffix_table *suffixes;
	static const char *const issuers[] = {"ca.test"};
	struct plx_name name;
	if (suffixes == NULL && (plx_name_parse("test", 4, &name) != 0 ||
				 suffix_table_create(NULL, &name, 1, &suffixes) != 0)) {
		return 0;
	}
	json_t *value = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	if (value == NULL) {
		return 0;
	}
	struct order_request_rules rules = {
		.identifiers = {.suffixes = suffixes, .now_s = NOW_S},
		.identifiers_max = 20,
		.issuer_domains = issuers,
		.issuer_domain_count = 1,
	};
	struct json_fault fault = {.text = ""};
	int error = 0;
	struct order_request *request = order_request_read(value, &rules, &error, &fault);
	json_decref(value); // what the request needs it holds by itself
	if (request == NULL) {
		check_fault(&fault, error);
	} else {
		check_request(request, &rules.identifiers);
	}
	order_request_free(request);
	return 0;
}
