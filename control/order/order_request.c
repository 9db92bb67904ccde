// SPDX-License-Identifier: BSD-3-Clause
// The members of an order but its identifiers, which order_item.c reads.

#include "order/order_request.h"

#include "check/check_request.h"
#include "order/order_item.h"
#include "policy/dcv_text.h"
#include "policy/issuer_domain.h"
#include "rules/rule_table.h"
#include "rules/utc_time.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct json_member members[] = {
	{.name = "profile", .kind = JSON_KIND_TEXT, .is_nullable = true},
	{.name = "account_uri", .kind = JSON_KIND_TEXT, .is_nullable = true},
	{.name = "issuer_domains", .kind = JSON_KIND_ARRAY, .is_nullable = true},
	{.name = "decide_at", .kind = JSON_KIND_TEXT, .is_nullable = true},
	{.name = "max_attempts", .kind = JSON_KIND_INTEGER, .is_nullable = true},
	{.name = "reference", .kind = JSON_KIND_TEXT, .is_nullable = true},
	{.name = "identifiers", .kind = JSON_KIND_ARRAY, .is_required = true},
};

static json_t *text_or_null(json_t *value, const char *name)
{
	json_t *member = json_member_get(value, name);
	return member != NULL ? json_incref(member) : json_null();
}

static int read_profile(struct order_request *request, json_t *value, struct json_fault *fault)
{
	const char *profile = json_member_text(value, "profile");
	request->profile = profile != NULL ? profile_parse(profile, strlen(profile)) : PROFILE_TLS;
	if (request->profile == PROFILE_NOT_SET) {
		return json_fault_set(fault, "/profile", "is none of tls, smime, private");
	}
	return 0;
}

// What leaves in answers, logs and headers of others has no control characters.
static bool is_printable(const char *text)
{
	for (const char *c = text; *c != '\0'; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f) {
			return false;
		}
	}
	return text[0] != '\0';
}

static int read_texts(struct order_request *request, json_t *value, struct json_fault *fault)
{
	const char *account = json_member_text(value, "account_uri");
	const char *reference = json_member_text(value, "reference");
	if (account != NULL &&
	    (strlen(account) > CHECK_ACCOUNT_URI_MAX || !dcv_text_is_uri(account))) {
		return json_fault_set(fault, "/account_uri", "is not a URI of at most %d octets",
				      CHECK_ACCOUNT_URI_MAX);
	}
	if (reference != NULL &&
	    (strlen(reference) > ORDER_REFERENCE_MAX || !is_printable(reference))) {
		return json_fault_set(fault, "/reference",
				      "takes 1 to %d octets without control characters",
				      ORDER_REFERENCE_MAX);
	}
	request->account_uri = text_or_null(value, "account_uri");
	request->reference = text_or_null(value, "reference");
	return 0;
}

static int read_issuer(struct order_request *request, const json_t *item, size_t index,
		       const struct order_request_rules *rules, struct json_fault *fault)
{
	char pointer[JSON_POINTER_MAX];
	struct plx_name name;
	snprintf(pointer, sizeof(pointer), "/issuer_domains/%zu", index);
	const char *text = json_string_value(item);
	if (text == NULL || strlen(text) != json_string_length(item) ||
	    plx_name_parse(text, strlen(text), &name) != 0 || name.length <= 1) {
		return json_fault_set(fault, pointer, "is not a domain name");
	}
	// Held in our own spelling, which CAA records are compared with.
	const char *ours = issuer_domain_find(text, strlen(text), rules->issuer_domains,
					      rules->issuer_domain_count);
	if (ours == NULL) {
		return json_fault_set(fault, pointer, ORDER_FOREIGN_ISSUER);
	}
	return json_array_append_new(request->issuer_domains, json_string(ours)) == 0 ? 0 : -ENOMEM;
}

static int read_issuers(struct order_request *request, json_t *value,
			const struct order_request_rules *rules, struct json_fault *fault)
{
	const json_t *given = json_member_get(value, "issuer_domains");
	request->issuer_domains = json_array();
	if (request->issuer_domains == NULL) {
		return -ENOMEM;
	}
	size_t count = given != NULL ? json_array_size(given) : rules->issuer_domain_count;
	if (count == 0 || count > CHECK_ISSUERS_MAX) {
		return json_fault_set(fault, "/issuer_domains", "takes 1 to %d names",
				      CHECK_ISSUERS_MAX);
	}
	for (size_t i = 0; i < count; i++) {
		int error =
			given != NULL
				? read_issuer(request, json_array_get(given, i), i, rules, fault)
				: json_array_append_new(request->issuer_domains,
							json_string(rules->issuer_domains[i]));
		if (error != 0) {
			return given != NULL ? error : -ENOMEM;
		}
	}
	return 0;
}

static int read_decision(struct order_request *request, json_t *value,
			 const struct order_request_rules *rules, struct json_fault *fault)
{
	const char *decide_at = json_member_text(value, "decide_at");
	const json_t *attempts = json_member_get(value, "max_attempts");
	int64_t decide_at_us;
	request->decide_at_s = rules_issuance_time(rules->identifiers.now_s);
	if (decide_at != NULL) {
		if (utc_time_parse(decide_at, &decide_at_us) != 0) {
			return json_fault_set(fault, "/decide_at",
					      "is not RFC 3339 in UTC, as in 2026-12-15T00:00:00Z");
		}
		request->is_hypothetical = true;
		request->decide_at_s = decide_at_us / UTC_SECOND_US;
	}
	json_int_t count = attempts != NULL ? json_integer_value(attempts) : 1;
	if (count < 1 || count > ORDER_ATTEMPTS_MAX) {
		return json_fault_set(fault, "/max_attempts", "takes 1 to %d", ORDER_ATTEMPTS_MAX);
	}
	request->attempts_max = (unsigned)count;
	return 0;
}

// The canonical texts seen so far; its hashes are seeded, so that no client can choose names that collide.
static int note_identifier(json_t *seen, const char *text, size_t index, struct json_fault *fault)
{
	const json_t *first = json_object_get(seen, text);
	if (first != NULL) {
		return json_fault_set(fault, "/value",
				      "names the same as /identifiers/%" JSON_INTEGER_FORMAT
				      ": remove one",
				      json_integer_value(first));
	}
	return json_object_set_new(seen, text, json_integer((json_int_t)index)) == 0 ? 0 : -ENOMEM;
}

static int read_identifiers(struct order_request *request, const json_t *identifiers,
			    const struct order_request_rules *rules, struct json_fault *fault)
{
	json_t *seen = json_object();
	struct order_item_rules item_rules = {.identifiers = rules->identifiers,
					      .dcv = &rules->dcv,
					      .issuer_domains = rules->issuer_domains,
					      .issuer_domain_count = rules->issuer_domain_count,
					      .profile = request->profile,
					      .scope = request->scope,
					      .decide_at_s = request->decide_at_s};
	int error = seen != NULL ? 0 : -ENOMEM;
	for (size_t i = 0; i < json_array_size(identifiers) && error == 0; i++) {
		struct order_item *item = &request->items[i];
		error = order_item_read(json_array_get(identifiers, i), &item_rules, item, fault);
		if (error == 0) {
			request->item_count++;
			error = note_identifier(seen, item->text, i, fault);
		}
		if (error == -EINVAL) {
			char pointer[JSON_POINTER_MAX];
			snprintf(pointer, sizeof(pointer), "/identifiers/%zu", i);
			json_fault_prefix(fault, pointer);
		}
	}
	json_decref(seen);
	return error;
}

static int judge_count(const json_t *identifiers, const struct order_request_rules *rules,
		       struct json_fault *fault)
{
	size_t count = json_array_size(identifiers);
	size_t limit = rules->identifiers_max < ORDER_IDENTIFIERS_MAX ? rules->identifiers_max
								      : ORDER_IDENTIFIERS_MAX;
	if (count == 0) {
		return json_fault_set(fault, "/identifiers", "is empty: name at least one");
	}
	if (count > limit) {
		json_fault_set(fault, "/identifiers",
			       "has %zu identifiers, the limit is %zu: split the order", count,
			       limit);
		return -E2BIG;
	}
	return 0;
}

static int read_request(struct order_request *request, json_t *value,
			const struct order_request_rules *rules, struct json_fault *fault)
{
	request->scope = rules->scope;
	int error = read_profile(request, value, fault);
	error = error != 0 ? error : read_texts(request, value, fault);
	error = error != 0 ? error : read_issuers(request, value, rules, fault);
	error = error != 0 ? error : read_decision(request, value, rules, fault);
	return error != 0 ? error
			  : read_identifiers(request, json_object_get(value, "identifiers"), rules,
					     fault);
}

struct order_request *order_request_read(json_t *value, const struct order_request_rules *rules,
					 int *ret_error, struct json_fault *fault)
{
	*ret_error = json_members_check(value, members, PLX_ARRAY_SIZE(members), fault);
	const json_t *identifiers = json_object_get(value, "identifiers");
	*ret_error = *ret_error != 0 ? *ret_error : judge_count(identifiers, rules, fault);
	if (*ret_error != 0) {
		return NULL;
	}
	struct order_request *request = calloc(
		1, sizeof(*request) + json_array_size(identifiers) * sizeof(request->items[0]));
	*ret_error = request != NULL ? read_request(request, value, rules, fault) : -ENOMEM;
	if (*ret_error == -ENOMEM) {
		json_fault_set(fault, "", "not enough memory");
	}
	if (*ret_error != 0) {
		order_request_free(request);
		return NULL;
	}
	return request;
}

void order_request_make_readiness(struct order_request *request)
{
	request->is_for_readiness = true;
	request->is_hypothetical = true;
}

const char *order_request_purpose(const struct order_request *request)
{
	switch (request->scope) {
	case ORDER_SCOPE_DCV:
		return "dcv-check";
	case ORDER_SCOPE_CAA:
		return "caa-check";
	case ORDER_SCOPE_WHOLE:
		break;
	}
	return request->is_for_readiness ? "readiness" : "issuance";
}

const char *order_request_decision_name(const struct order_request *request, enum decision decision)
{
	if (request->scope == ORDER_SCOPE_WHOLE) {
		return decision_name(decision);
	}
	return decision == DECISION_ISSUE ? "check-passed" : "check-refused";
}

void order_request_free(struct order_request *request)
{
	if (request == NULL) {
		return;
	}
	for (size_t i = 0; i < request->item_count; i++) {
		order_item_fini(&request->items[i]);
	}
	json_decref(request->account_uri);
	json_decref(request->issuer_domains);
	json_decref(request->reference);
	free(request);
}
