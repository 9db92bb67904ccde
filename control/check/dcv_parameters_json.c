// SPDX-License-Identifier: BSD-3-Clause

#include "check/dcv_parameters_json.h"

#include <parallax/dns/rr_type.h>

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define OPTIONAL_TEXT(name_)                                                                       \
	{                                                                                          \
		.name = (name_), .kind = JSON_KIND_TEXT, .is_nullable = true                       \
	}
#define OPTIONAL_BOOLEAN(name_)                                                                    \
	{                                                                                          \
		.name = (name_), .kind = JSON_KIND_BOOLEAN, .is_nullable = true                    \
	}

static const struct json_member members[] = {
	{.name = "validation_method", .kind = JSON_KIND_TEXT, .is_required = true},
	OPTIONAL_TEXT("challenge_value"),
	OPTIONAL_TEXT("token"),
	OPTIONAL_TEXT("key_authorization"),
	OPTIONAL_TEXT("key_authorization_hash"),
	OPTIONAL_TEXT("http_token_path"),
	OPTIONAL_TEXT("url_scheme"),
	{.name = "http_headers", .kind = JSON_KIND_OBJECT, .is_nullable = true},
	OPTIONAL_TEXT("match_regex"),
	OPTIONAL_TEXT("dns_record_type"),
	OPTIONAL_TEXT("dns_name_prefix"),
	OPTIONAL_BOOLEAN("require_exact_match"),
	OPTIONAL_BOOLEAN("require_exact_case"),
	{.name = "issuer_domain_names", .kind = JSON_KIND_ARRAY, .is_nullable = true},
	OPTIONAL_TEXT("expected_account_uri"),
	{.name = "issued_at", .kind = JSON_KIND_INTEGER, .is_nullable = true},
};

// What Open MPIC fixes per method may be sent with that value only.
struct fixed {
	const char *record_type;
	const char *prefix;
	int exact_case; // -1: not fixed
};

static struct fixed fixed_of(enum dcv_method method)
{
	switch (method) {
	case DCV_ACME_HTTP_01:
		return (struct fixed) {NULL, NULL, 1};
	case DCV_ACME_DNS_01:
		return (struct fixed) {"TXT", "_acme-challenge", 1};
	case DCV_ACME_DNS_ACCOUNT_01:
		return (struct fixed) {"TXT", NULL, 1};
	case DCV_ACME_TLS_ALPN_01:
		return (struct fixed) {NULL, NULL, 0};
	case DCV_DNS_PERSISTENT:
		return (struct fixed) {"TXT", "_validation-persist", 0};
	case DCV_CONTACT_EMAIL_TXT:
		return (struct fixed) {"TXT", "_validation-contactemail", 0};
	case DCV_CONTACT_PHONE_TXT:
		return (struct fixed) {"TXT", "_validation-contactphone", 0};
	case DCV_CONTACT_EMAIL_CAA:
	case DCV_CONTACT_PHONE_CAA:
		return (struct fixed) {"CAA", NULL, 0};
	case DCV_REVERSE_ADDRESS_LOOKUP:
		return (struct fixed) {"PTR", NULL, 0};
	case DCV_IP_ADDRESS:
		return (struct fixed) {NULL, NULL, 0};
	case DCV_WEBSITE_CHANGE:
	case DCV_DNS_CHANGE:
	case DCV_METHOD_NONE:
	case DCV_METHOD_COUNT:
		break;
	}
	return (struct fixed) {NULL, NULL, -1};
}

static int fixed_fault(const char *pointer, const char *value, struct json_fault *fault)
{
	return json_fault_set(fault, pointer, "is fixed for this method; leave it out or write %s",
			      value);
}

static int check_fixed(const json_t *value, enum dcv_method method, struct json_fault *fault)
{
	struct fixed fixed = fixed_of(method);
	const char *type = json_member_text(value, "dns_record_type");
	const char *prefix = json_member_text(value, "dns_name_prefix");
	const json_t *exact = json_member_get(value, "require_exact_case");
	if (fixed.record_type != NULL && type != NULL && strcmp(type, fixed.record_type) != 0) {
		return fixed_fault("/dns_record_type", fixed.record_type, fault);
	}
	if (fixed.prefix != NULL && prefix != NULL && strcmp(prefix, fixed.prefix) != 0) {
		return fixed_fault("/dns_name_prefix", fixed.prefix, fault);
	}
	if (fixed.exact_case >= 0 && exact != NULL &&
	    json_is_true(exact) != (fixed.exact_case == 1)) {
		return fixed_fault("/require_exact_case", fixed.exact_case == 1 ? "true" : "false",
				   fault);
	}
	return 0;
}

static int read_issuers(const json_t *value, struct dcv_parameters_store *store,
			struct json_fault *fault)
{
	const json_t *list = json_member_get(value, "issuer_domain_names");
	size_t count = json_array_size(list);
	if (count > DCV_ISSUER_NAMES_MAX) {
		return json_fault_set(fault, "/issuer_domain_names",
				      "has %zu names, at most %d are "
				      "possible",
				      count, DCV_ISSUER_NAMES_MAX);
	}
	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(list, i);
		char pointer[48];
		snprintf(pointer, sizeof(pointer), "/issuer_domain_names/%zu", i);
		if (!json_is_string(item) ||
		    strlen(json_string_value(item)) != json_string_length(item)) {
			return json_fault_set(fault, pointer, "expected a string");
		}
		store->issuer_domain_names[i] = json_string_value(item);
	}
	store->parameters.issuer_domain_name_count = count;
	store->parameters.issuer_domain_names = store->issuer_domain_names;
	return 0;
}

static int read_headers(const json_t *value, struct dcv_parameters_store *store,
			struct json_fault *fault)
{
	json_t *headers = json_member_get(value, "http_headers");
	if (json_object_size(headers) > DCV_HTTP_HEADERS_MAX) {
		return json_fault_set(fault, "/http_headers",
				      "has %zu members, at most %d are possible",
				      json_object_size(headers), DCV_HTTP_HEADERS_MAX);
	}
	const char *name;
	json_t *text;
	json_object_foreach(headers, name, text)
	{
		if (!json_is_string(text) ||
		    strlen(json_string_value(text)) != json_string_length(text)) {
			return json_fault_set(fault, "/http_headers",
					      "each member must be a string without U+0000");
		}
		store->http_headers[store->parameters.http_header_count++] =
			(struct dcv_http_header) {.name = name, .value = json_string_value(text)};
	}
	store->parameters.http_headers = store->http_headers;
	return 0;
}

static int read_record_type(const json_t *value, struct dcv_parameters *parameters,
			    struct json_fault *fault)
{
	static const struct {
		const char *name;
		uint16_t type;
	} types[] = {{"A", PLX_TYPE_A},     {"AAAA", PLX_TYPE_AAAA}, {"CNAME", PLX_TYPE_CNAME},
		     {"TXT", PLX_TYPE_TXT}, {"CAA", PLX_TYPE_CAA},   {"PTR", PLX_TYPE_PTR}};
	const char *name = json_member_text(value, "dns_record_type");
	for (size_t i = 0; name != NULL && i < PLX_ARRAY_SIZE(types); i++) {
		if (strcmp(name, types[i].name) == 0) {
			parameters->dns_record_type = types[i].type;
			return 0;
		}
	}
	return name == NULL
		       ? 0
		       : json_fault_set(fault, "/dns_record_type",
					"\"%.32s\" is none of A, AAAA, CNAME, TXT, CAA, PTR", name);
}

int dcv_parameters_read(json_t *value, struct dcv_parameters_store *ret_store,
			struct json_fault *fault)
{
	int error = json_members_check(value, members, PLX_ARRAY_SIZE(members), fault);
	if (error != 0) {
		return error;
	}
	const char *method = json_member_text(value, "validation_method");
	struct dcv_parameters_store *store = ret_store;
	memset(store, 0, sizeof(*store));
	struct dcv_parameters *parameters = &store->parameters;
	parameters->method = dcv_method_find(method);
	if (parameters->method == DCV_METHOD_NONE) {
		return json_fault_set(fault, "/validation_method", "\"%.64s\" is not a method",
				      method);
	}
	parameters->challenge_value = json_member_text(value, "challenge_value");
	parameters->token = json_member_text(value, "token");
	parameters->key_authorization = json_member_text(value, "key_authorization");
	parameters->key_authorization_hash = json_member_text(value, "key_authorization_hash");
	parameters->http_token_path = json_member_text(value, "http_token_path");
	parameters->url_scheme = json_member_text(value, "url_scheme");
	parameters->match_regex = json_member_text(value, "match_regex");
	parameters->dns_name_prefix = json_member_text(value, "dns_name_prefix");
	parameters->account_uri = json_member_text(value, "expected_account_uri");
	parameters->require_exact_match = json_member_boolean(value, "require_exact_match", false);
	parameters->require_exact_case = json_member_boolean(value, "require_exact_case", true);
	parameters->issued_at = json_integer_value(json_member_get(value, "issued_at"));
	error = check_fixed(value, parameters->method, fault);
	error = error != 0 ? error : read_record_type(value, parameters, fault);
	error = error != 0 ? error : read_issuers(value, store, fault);
	return error != 0 ? error : read_headers(value, store, fault);
}
