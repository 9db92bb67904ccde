// SPDX-License-Identifier: BSD-3-Clause

#include "open_mpic/foreign_evidence.h"

#include "open_mpic/check_details.h"
#include "open_mpic/open_mpic_foreign.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct json_member caa_members[] = {
	{.name = "caa_record_present", .kind = JSON_KIND_BOOLEAN, .is_nullable = true},
	{.name = "found_at", .kind = JSON_KIND_TEXT, .is_nullable = true},
	{.name = "records_seen", .kind = JSON_KIND_ARRAY, .is_nullable = true},
};
static const struct json_member http_members[] = {
	{.name = "validation_method", .kind = JSON_KIND_TEXT, .is_required = true},
	{.name = "response_history", .kind = JSON_KIND_ARRAY, .is_nullable = true},
	{.name = "response_url", .kind = JSON_KIND_TEXT, .is_nullable = true},
	{.name = "response_status_code", .kind = JSON_KIND_INTEGER, .is_nullable = true},
	{.name = "response_page", .kind = JSON_KIND_TEXT, .is_nullable = true},
};
static const struct json_member hop_members[] = {
	{.name = "status_code", .kind = JSON_KIND_INTEGER, .is_required = true},
	{.name = "url", .kind = JSON_KIND_TEXT, .is_required = true},
};
static const struct json_member dns_members[] = {
	{.name = "validation_method", .kind = JSON_KIND_TEXT, .is_required = true},
	{.name = "records_seen", .kind = JSON_KIND_ARRAY, .is_nullable = true},
	{.name = "response_code", .kind = JSON_KIND_INTEGER, .is_nullable = true},
	{.name = "ad_flag", .kind = JSON_KIND_BOOLEAN, .is_nullable = true},
	{.name = "found_at", .kind = JSON_KIND_TEXT, .is_nullable = true},
	{.name = "cname_chain", .kind = JSON_KIND_ARRAY, .is_nullable = true},
};
static const struct json_member alpn_members[] = {
	{.name = "validation_method", .kind = JSON_KIND_TEXT, .is_required = true},
	{.name = "common_name", .kind = JSON_KIND_TEXT, .is_nullable = true},
};

static int texts_check(const json_t *details, const char *name, struct json_fault *fault)
{
	const json_t *list = json_member_get(details, name);
	char pointer[32];
	(void)snprintf(pointer, sizeof(pointer), "/%s", name);
	if (json_array_size(list) > OPEN_MPIC_FOREIGN_RECORDS_MAX) {
		return json_fault_set(fault, pointer, "has %zu entries", json_array_size(list));
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!json_is_string(json_array_get(list, i))) {
			return json_fault_set(fault, pointer, "has an entry that is no string");
		}
	}
	return 0;
}

static int found_at_read(const json_t *details, struct check_result *result,
			 struct json_fault *fault)
{
	const char *text = json_member_text(details, "found_at");
	int length = snprintf(result->found_at, sizeof(result->found_at), "%s",
			      text != NULL ? text : "");
	return length < 0 || (size_t)length >= sizeof(result->found_at)
		       ? json_fault_set(fault, "/found_at", "is longer than a name")
		       : 0;
}

static bool has_text(const json_t *list, const char *text)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (strcasestr(json_string_value(json_array_get(list, i)), text) != NULL) {
			return true;
		}
	}
	return false;
}

static json_t *records_write(const json_t *texts, const char *type)
{
	json_t *records = json_array();
	for (size_t i = 0; i < json_array_size(texts); i++) {
		json_array_append_new(records, json_pack("{s:s, s:O}", "type", type, "data",
							 json_array_get(texts, i)));
	}
	return records;
}

static int caa_read(const struct check_request *request, json_t *details,
		    struct check_result *result, struct json_fault *fault)
{
	json_t *records = json_member_get(details, "records_seen");
	const json_t *present = json_member_get(details, "caa_record_present");
	int error = json_members_check(details, caa_members, PLX_ARRAY_SIZE(caa_members), fault);
	error = error != 0 ? error : texts_check(details, "records_seen", fault);
	error = error != 0 ? error : found_at_read(details, result, fault);
	if (error != 0) {
		return error;
	}
	if (result->outcome != CHECK_ERROR && present == NULL) {
		return json_fault_set(fault, "/caa_record_present",
				      "is unknown, and there is a verdict");
	}
	if (result->outcome == CHECK_FAIL && !json_is_true(present)) {
		return json_fault_set(fault, "/caa_record_present",
				      "says that nothing forbids what is forbidden");
	}
	if (json_is_true(present) != (json_array_size(records) > 0)) {
		return json_fault_set(fault, "/records_seen", "contradicts caa_record_present");
	}
	if (result->outcome == CHECK_PASS &&
	    (has_text(records, "accounturi") || has_text(records, "validationmethods"))) {
		result->outcome = CHECK_ERROR;
		(void)snprintf(result->reason, sizeof(result->reason), "foreign-not-judged");
		(void)snprintf(result->message, sizeof(result->message),
			       "the checker does not judge the RFC 8657 parameters of the records");
	}
	const char *status =
		result->outcome == CHECK_ERROR && present == NULL ? "SERVFAIL" : "NOERROR";
	result->evidence =
		json_pack("{s:[{s:s, s:s, s:s, s:o, s:s}]}", "dns", "name",
			  request->identifier.text, "type", "CAA", "status", status, "records",
			  records_write(records, "CAA"), "dnssec", "unchecked");
	return result->evidence != NULL ? 0 : json_fault_set(fault, "", "not enough memory");
}

// Each hop by the URL that was asked: the first one, then where the one before led.
static int history_read(json_t *details, json_t *hops, struct json_fault *fault)
{
	const json_t *history = json_member_get(details, "response_history");
	json_t *asked = json_member_get(details, "response_url");
	if (json_array_size(history) > OPEN_MPIC_FOREIGN_RECORDS_MAX) {
		return json_fault_set(fault, "/response_history", "has %zu entries",
				      json_array_size(history));
	}
	for (size_t i = 0; i < json_array_size(history); i++) {
		json_t *entry = json_array_get(history, i);
		json_t *status = json_object_get(entry, "status_code");
		json_t *url = json_object_get(entry, "url");
		if (json_members_check(entry, hop_members, PLX_ARRAY_SIZE(hop_members), fault) !=
		    0) {
			return json_fault_set(
				fault, "/response_history",
				"has an entry that is not a status_code and an url alone");
		}
		json_array_append_new(hops, json_pack("{s:O?, s:O, s:O}", "url", asked, "status",
						      status, "location", url));
		asked = url;
	}
	json_array_append_new(hops, json_pack("{s:O?, s:O?}", "url", asked, "status",
					      json_member_get(details, "response_status_code")));
	return 0;
}

static int http_read(json_t *details, struct check_result *result, struct json_fault *fault)
{
	json_t *status = json_member_get(details, "response_status_code");
	int error = json_members_check(details, http_members, PLX_ARRAY_SIZE(http_members), fault);
	if (error == 0 && result->outcome == CHECK_PASS &&
	    (json_integer_value(status) < 200 || json_integer_value(status) > 299)) {
		error = json_fault_set(fault, "/response_status_code", "is none that can pass");
	}
	json_t *hops = json_array();
	error = error != 0 ? error : history_read(details, hops, fault);
	if (error != 0) {
		json_decref(hops);
		return error;
	}
	result->evidence =
		json_pack("{s:{s:s, s:s, s:o, s:O?, s:O?}}", "http", "outcome",
			  status != NULL ? "complete" : "failed", "cause",
			  status != NULL ? "none" : "foreign", "hops", hops, "status", status,
			  "body_start", json_member_get(details, "response_page"));
	return result->evidence != NULL ? 0 : json_fault_set(fault, "", "not enough memory");
}

static const char *status_of(const json_t *code)
{
	static const char *const names[] = {"NOERROR",  "FORMERR", "SERVFAIL",
					    "NXDOMAIN", "NOTIMP",  "REFUSED"};
	json_int_t number = code != NULL ? json_integer_value(code) : -1;
	return number >= 0 && (size_t)number < PLX_ARRAY_SIZE(names) ? names[number] : "SERVFAIL";
}

static int dns_read(const struct check_request *request, json_t *details,
		    struct check_result *result, struct json_fault *fault)
{
	json_t *records = json_member_get(details, "records_seen");
	json_t *aliases = json_member_get(details, "cname_chain");
	const json_t *code = json_member_get(details, "response_code");
	const char *type =
		json_member_text(json_object_get(request->source, "dcv"), "dns_record_type");
	int error = json_members_check(details, dns_members, PLX_ARRAY_SIZE(dns_members), fault);
	error = error != 0 ? error : texts_check(details, "records_seen", fault);
	error = error != 0 ? error : texts_check(details, "cname_chain", fault);
	error = error != 0 ? error : found_at_read(details, result, fault);
	if (error != 0) {
		return error;
	}
	if (result->outcome == CHECK_PASS &&
	    (json_array_size(records) == 0 || code == NULL || json_integer_value(code) != 0)) {
		return json_fault_set(fault, "/records_seen", "holds nothing that can pass");
	}
	// Its AD bit is that of a resolver which nobody knows.
	result->dnssec = PLX_DNSSEC_UNCHECKED;
	type = type != NULL ? type : "TXT";
	json_t *lookup = json_pack("{s:s, s:s, s:s, s:o, s:s}", "name", result->found_at, "type",
				   type, "status", status_of(code), "records",
				   records_write(records, type), "dnssec", "unchecked");
	if (json_array_size(aliases) > 0) {
		json_object_set(lookup, "aliases", aliases);
	}
	result->evidence = json_pack("{s:[o]}", "dns", lookup);
	return result->evidence != NULL ? 0 : json_fault_set(fault, "", "not enough memory");
}

static int alpn_read(json_t *details, struct check_result *result, struct json_fault *fault)
{
	int error = json_members_check(details, alpn_members, PLX_ARRAY_SIZE(alpn_members), fault);
	json_t *name = json_member_get(details, "common_name");
	if (error != 0) {
		return error;
	}
	json_t *names = json_array();
	if (name != NULL) {
		json_array_append(names, name);
	}
	result->evidence = json_pack("{s:{s:s, s:o}}", "tls", "outcome",
				     result->outcome == CHECK_ERROR ? "failed" : "complete",
				     "subject_alternative_names", names);
	return result->evidence != NULL ? 0 : json_fault_set(fault, "", "not enough memory");
}

int foreign_evidence_read(const struct check_request *request, json_t *details,
			  struct check_result *result, struct json_fault *fault)
{
	enum dcv_method method = request->dcv.parameters.method;
	const char *name = json_string_value(json_object_get(details, "validation_method"));
	if (request->kind == CHECK_KIND_DCV &&
	    (name == NULL || strcmp(name, dcv_method_name(method)) != 0)) {
		return json_fault_set(fault, "/validation_method", "is not the method asked for");
	}
	switch (check_details_of(request->kind, method)) {
	case CHECK_DETAILS_CAA:
		return caa_read(request, details, result, fault);
	case CHECK_DETAILS_HTTP:
		return http_read(details, result, fault);
	case CHECK_DETAILS_DNS:
		return dns_read(request, details, result, fault);
	case CHECK_DETAILS_ALPN:
		return alpn_read(details, result, fault);
	case CHECK_DETAILS_NONE:
		break;
	}
	return json_fault_set(fault, "", "is of no known method");
}
