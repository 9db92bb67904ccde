// SPDX-License-Identifier: BSD-3-Clause

#include "check/check_request.h"

#include "rules/utc_time.h"

#include <jansson.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct json_member dcv_members[] = {
	{.name = "check", .kind = JSON_KIND_TEXT, .is_required = true},
	{.name = "identifier", .kind = JSON_KIND_OBJECT, .is_required = true},
	{.name = "authorization_domain", .kind = JSON_KIND_TEXT, .is_nullable = true},
	{.name = "dcv", .kind = JSON_KIND_OBJECT, .is_required = true},
	{.name = "probe", .kind = JSON_KIND_TEXT},
	{.name = "address_family", .kind = JSON_KIND_INTEGER},
	{.name = "profile", .kind = JSON_KIND_TEXT, .is_required = true},
	{.name = "time", .kind = JSON_KIND_TEXT, .is_required = true},
};
static const struct json_member caa_members[] = {
	{.name = "check", .kind = JSON_KIND_TEXT, .is_required = true},
	{.name = "identifier", .kind = JSON_KIND_OBJECT, .is_required = true},
	{.name = "issuer_domains", .kind = JSON_KIND_ARRAY, .is_required = true},
	{.name = "account_uri", .kind = JSON_KIND_TEXT, .is_nullable = true},
	{.name = "validation_method", .kind = JSON_KIND_TEXT, .is_nullable = true},
	{.name = "profile", .kind = JSON_KIND_TEXT, .is_required = true},
	{.name = "time", .kind = JSON_KIND_TEXT, .is_required = true},
};
static const struct json_member identifier_members[] = {
	{.name = "type", .kind = JSON_KIND_TEXT, .is_required = true},
	{.name = "value", .kind = JSON_KIND_TEXT, .is_required = true},
};

const char *check_kind_name(enum check_kind kind)
{
	switch (kind) {
	case CHECK_KIND_DCV:
		return "dcv";
	case CHECK_KIND_CAA:
		return "caa";
	case CHECK_KIND_NONE:
		break;
	}
	return "none";
}

static int read_identifier(struct check_request *request, const struct identifier_rules *rules,
			   struct json_fault *fault)
{
	json_t *value = json_object_get(request->source, "identifier");
	struct identifier_rules dated = *rules;
	dated.now_s = request->time_s;
	int error = json_members_check(value, identifier_members,
				       PLX_ARRAY_SIZE(identifier_members), fault);
	if (error == 0) {
		const json_t *text = json_object_get(value, "value");
		enum identifier_fault why =
			identifier_parse(json_member_text(value, "type"), json_string_value(text),
					 json_string_length(text), &dated, &request->identifier);
		if (why == IDENTIFIER_FAULT_NONE) {
			return 0;
		}
		json_fault_set(fault, "/value", "%s", identifier_fault_text(why));
	}
	json_fault_prefix(fault, "/identifier");
	return -EINVAL;
}

static int read_shared(struct check_request *request, struct json_fault *fault)
{
	const char *profile = json_member_text(request->source, "profile");
	int64_t time_us;
	request->profile = profile_parse(profile, strlen(profile));
	if (request->profile == PROFILE_NOT_SET) {
		return json_fault_set(fault, "/profile", "is none of tls, smime, private");
	}
	if (utc_time_parse(json_member_text(request->source, "time"), &time_us) != 0) {
		return json_fault_set(fault, "/time", "is not RFC 3339 UTC");
	}
	request->time_s = time_us / UTC_SECOND_US;
	return 0;
}

static int read_caa(struct check_request *request, struct json_fault *fault)
{
	const json_t *issuers = json_object_get(request->source, "issuer_domains");
	request->issuer_domain_count = json_array_size(issuers);
	if (request->issuer_domain_count == 0 || request->issuer_domain_count > CHECK_ISSUERS_MAX) {
		return json_fault_set(fault, "/issuer_domains", "takes 1 to %d names",
				      CHECK_ISSUERS_MAX);
	}
	for (size_t i = 0; i < request->issuer_domain_count; i++) {
		const json_t *item = json_array_get(issuers, i);
		request->issuer_domains[i] = json_string_value(item);
		if (request->issuer_domains[i] == NULL || json_string_length(item) == 0 ||
		    strlen(request->issuer_domains[i]) != json_string_length(item)) {
			return json_fault_set(fault, "/issuer_domains",
					      "each must be a domain name");
		}
	}
	request->account_uri = json_member_text(request->source, "account_uri");
	if (request->account_uri != NULL && strlen(request->account_uri) > CHECK_ACCOUNT_URI_MAX) {
		return json_fault_set(fault, "/account_uri", "is longer than %d octets",
				      CHECK_ACCOUNT_URI_MAX);
	}
	const char *method = json_member_text(request->source, "validation_method");
	request->caa_method = method != NULL ? dcv_method_find(method) : DCV_METHOD_NONE;
	if (method != NULL && request->caa_method == DCV_METHOD_NONE) {
		return json_fault_set(fault, "/validation_method", "is not a method");
	}
	return 0;
}

static bool method_fetches(enum dcv_method method)
{
	return method == DCV_WEBSITE_CHANGE || method == DCV_ACME_HTTP_01;
}

static int read_probe(struct check_request *request, struct json_fault *fault)
{
	const char *name = json_member_text(request->source, "probe");
	const json_t *family = json_object_get(request->source, "address_family");
	enum dcv_method method = request->dcv.parameters.method;
	request->probe = name != NULL ? probe_kind_find(name) : PROBE_NONE;
	if (name != NULL && request->probe == PROBE_NONE) {
		return json_fault_set(fault, "/probe",
				      "is none of user-agent, address-family, later");
	}
	if ((request->probe == PROBE_USER_AGENT && !method_fetches(method)) ||
	    (request->probe == PROBE_ADDRESS_FAMILY && !method_fetches(method) &&
	     method != DCV_ACME_TLS_ALPN_01)) {
		return json_fault_set(fault, "/probe", "does not go with this method");
	}
	if ((request->probe == PROBE_ADDRESS_FAMILY) != (family != NULL)) {
		return json_fault_set(fault, "/address_family",
				      "goes with probe address-family, and with no other");
	}
	json_int_t number = family != NULL ? json_integer_value(family) : 0;
	if (family != NULL && number != 4 && number != 6) {
		return json_fault_set(fault, "/address_family", "must be 4 or 6");
	}
	request->address_family = (uint8_t)number;
	return 0;
}

static int read_dcv(struct check_request *request, struct json_fault *fault)
{
	request->authorization_domain = json_member_text(request->source, "authorization_domain");
	int error =
		dcv_parameters_read(json_object_get(request->source, "dcv"), &request->dcv, fault);
	if (error != 0) {
		json_fault_prefix(fault, "/dcv");
		return error;
	}
	return read_probe(request, fault);
}

static int read_request(struct check_request *request, const struct identifier_rules *rules,
			struct json_fault *fault)
{
	const char *kind = json_member_text(request->source, "check");
	bool is_dcv = kind != NULL && strcmp(kind, "dcv") == 0;
	bool is_caa = kind != NULL && strcmp(kind, "caa") == 0;
	if (!is_dcv && !is_caa) {
		return json_fault_set(fault, "/check", "must be \"dcv\" or \"caa\"");
	}
	request->kind = is_dcv ? CHECK_KIND_DCV : CHECK_KIND_CAA;
	int error = is_dcv ? json_members_check(request->source, dcv_members,
						PLX_ARRAY_SIZE(dcv_members), fault)
			   : json_members_check(request->source, caa_members,
						PLX_ARRAY_SIZE(caa_members), fault);
	error = error != 0 ? error : read_shared(request, fault);
	error = error != 0 ? error : read_identifier(request, rules, fault);
	if (error != 0) {
		return error;
	}
	return is_dcv ? read_dcv(request, fault) : read_caa(request, fault);
}

struct check_request *check_request_read(json_t *value, const struct identifier_rules *rules,
					 struct json_fault *fault)
{
	struct check_request *request = calloc(1, sizeof(*request));
	if (request == NULL) {
		json_fault_set(fault, "", "not enough memory");
		return NULL;
	}
	request->source = json_incref(value);
	if (read_request(request, rules, fault) != 0) {
		check_request_free(request);
		return NULL;
	}
	return request;
}

void check_request_free(struct check_request *request)
{
	if (request != NULL) {
		json_decref(request->source);
		free(request);
	}
}
