// SPDX-License-Identifier: BSD-3-Clause

#include "open_mpic/open_mpic_foreign.h"

#include "names/reverse_name.h"
#include "open_mpic/foreign_evidence.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

const char *open_mpic_foreign_path(const struct check_request *request)
{
	return request->kind == CHECK_KIND_CAA ? "/caa" : "/dcv";
}

// The name without "*." for DCV, of which Open MPIC knows no wildcards; CAA needs it (issuewild).
static const char *target_of(const struct check_request *request)
{
	const char *text = request->identifier.text;
	if (request->kind == CHECK_KIND_CAA) {
		return text;
	}
	if (request->authorization_domain != NULL) {
		return request->authorization_domain;
	}
	return request->identifier.is_wildcard ? text + strlen("*.") : text;
}

// Its reverse look-up asks for the name as it comes, so that an address needs its own.
static json_t *target_write(const struct check_request *request)
{
	char text[PLX_NAME_TEXT_MAX];
	struct plx_name name;
	if (request->kind == CHECK_KIND_DCV &&
	    request->dcv.parameters.method == DCV_REVERSE_ADDRESS_LOOKUP &&
	    request->identifier.type == IDENTIFIER_TYPE_IP &&
	    reverse_name_make(&request->identifier.ip, &name) == 0) {
		plx_name_format(&name, text);
		return json_string(text);
	}
	return json_string(target_of(request));
}

static json_t *caa_parameters_write(const struct check_request *request)
{
	json_t *domains = json_array();
	for (size_t i = 0; i < request->issuer_domain_count; i++) {
		json_array_append_new(domains, json_string(request->issuer_domains[i]));
	}
	// Its exception for failed look-ups asks for no proof.
	return json_pack("{s:s, s:o, s:b}", "certificate_type",
			 request->profile == PROFILE_SMIME ? "s-mime" : "tls-server", "caa_domains",
			 domains, "allow_lookup_failure", 0);
}

static json_t *dcv_parameters_write(const struct check_request *request)
{
	json_t *parameters = json_copy(json_object_get(request->source, "dcv"));
	const char *name;
	json_t *value;
	void *next;
	json_object_del(parameters, "issued_at");
	json_object_foreach_safe(parameters, next, name, value)
	{
		// Not all that may be absent may be null there.
		if (json_is_null(value)) {
			json_object_del(parameters, name);
		}
	}
	return parameters;
}

int open_mpic_foreign_write(const struct check_request *request, const char *trace_identifier,
			    json_t **ret_body)
{
	bool is_caa = request->kind == CHECK_KIND_CAA;
	// Nor can it be told of another User-Agent or address family.
	if (!is_caa &&
	    (request->dcv.parameters.method == DCV_ACME_DNS_ACCOUNT_01 ||
	     request->probe == PROBE_USER_AGENT || request->probe == PROBE_ADDRESS_FAMILY)) {
		return -ENOTSUP;
	}
	json_t *body = json_pack(
		"{s:s, s:o, s:s?, s:o}", "check_type", check_kind_name(request->kind),
		"domain_or_ip_target", target_write(request), "trace_identifier", trace_identifier,
		is_caa ? "caa_check_parameters" : "dcv_check_parameters",
		is_caa ? caa_parameters_write(request) : dcv_parameters_write(request));
	if (body == NULL) {
		return -ENOMEM;
	}
	*ret_body = body;
	return 0;
}

static const struct json_member response_members[] = {
	{.name = "check_completed", .kind = JSON_KIND_BOOLEAN, .is_required = true},
	{.name = "check_passed", .kind = JSON_KIND_BOOLEAN, .is_required = true},
	{.name = "check_type", .kind = JSON_KIND_TEXT, .is_required = true},
	{.name = "errors", .kind = JSON_KIND_ARRAY, .is_nullable = true},
	{.name = "timestamp_ns", .kind = JSON_KIND_INTEGER, .is_nullable = true},
	{.name = "details", .kind = JSON_KIND_OBJECT, .is_required = true},
};
static const struct json_member error_members[] = {
	{.name = "error_type", .kind = JSON_KIND_TEXT, .is_required = true},
	{.name = "error_message", .kind = JSON_KIND_TEXT, .is_required = true},
};

// Of text that is bounded but longer than the field: UTF-8 stays whole.
static void copy_cut(char *field, size_t size, const char *text)
{
	size_t length = strnlen(text, size);
	if (length == size) {
		length = size - 1;
		while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) {
			length--;
		}
	}
	memcpy(field, text, length);
	field[length] = '\0';
}

static int read_errors(const json_t *response, struct check_result *result,
		       struct json_fault *fault)
{
	const json_t *errors = json_member_get(response, "errors");
	size_t count = json_array_size(errors);
	bool has_passed = json_is_true(json_object_get(response, "check_passed"));
	if (count > OPEN_MPIC_FOREIGN_ERRORS_MAX) {
		return json_fault_set(fault, "/errors", "has %zu entries", count);
	}
	if (count > 0 && has_passed) {
		return json_fault_set(fault, "/errors", "tells of errors of a check that passed");
	}
	for (size_t i = 0; i < count; i++) {
		json_t *error = json_array_get(errors, i);
		if (json_members_check(error, error_members, PLX_ARRAY_SIZE(error_members),
				       fault) != 0) {
			json_fault_prefix(fault, "/errors");
			return -EINVAL;
		}
	}
	if (count > 0) {
		copy_cut(result->message, sizeof(result->message),
			 json_member_text(json_array_get(errors, 0), "error_message"));
	}
	return 0;
}

static int read_outcome(const struct check_request *request, const json_t *response,
			struct check_result *result, struct json_fault *fault)
{
	bool is_completed = json_is_true(json_object_get(response, "check_completed"));
	bool has_passed = json_is_true(json_object_get(response, "check_passed"));
	if (strcmp(json_member_text(response, "check_type"), check_kind_name(request->kind)) != 0) {
		return json_fault_set(fault, "/check_type", "is not what was asked");
	}
	if (has_passed && !is_completed) {
		return json_fault_set(fault, "/check_passed", "says so of an incomplete check");
	}
	result->kind = request->kind;
	result->outcome = has_passed ? CHECK_PASS : is_completed ? CHECK_FAIL : CHECK_ERROR;
	(void)snprintf(result->reason, sizeof(result->reason), "foreign-%s",
		       has_passed     ? "passed"
		       : is_completed ? "failed"
				      : "incomplete");
	return 0;
}

static int read_time(const json_t *response, int64_t sent_us, int64_t received_us,
		     struct check_result *result, struct json_fault *fault)
{
	const json_t *time = json_member_get(response, "timestamp_ns");
	int64_t time_us = json_integer_value(time) / 1000;
	if (time != NULL && (time_us < sent_us - OPEN_MPIC_FOREIGN_SKEW_US ||
			     time_us > received_us + OPEN_MPIC_FOREIGN_SKEW_US)) {
		return json_fault_set(fault, "/timestamp_ns",
				      "is not the time between question and answer");
	}
	// Our clock; theirs is in the evidence.
	result->time_us = received_us;
	int64_t duration_us = received_us - sent_us;
	result->duration_us = duration_us < 0            ? 0
			      : duration_us > UINT32_MAX ? UINT32_MAX
							 : (uint32_t)duration_us;
	return 0;
}

// What a remote must have in common with the primary is what it was asked to find: Open MPIC passes on nothing else.
static void set_corroboration(const struct check_request *request, struct check_result *result)
{
	const struct dcv_parameters *dcv = &request->dcv.parameters;
	const char *const values[] = {dcv->challenge_value, dcv->key_authorization,
				      dcv->key_authorization_hash, dcv->account_uri};
	if (request->kind != CHECK_KIND_DCV || result->outcome != CHECK_PASS) {
		return;
	}
	for (size_t i = 0; i < PLX_ARRAY_SIZE(values); i++) {
		if (values[i] != NULL && strlen(values[i]) < sizeof(result->corroboration)) {
			copy_cut(result->corroboration, sizeof(result->corroboration), values[i]);
			break;
		}
	}
	copy_cut(result->authorization_domain, sizeof(result->authorization_domain),
		 target_of(request));
}

static int read_response(const struct check_request *request, json_t *response, int64_t sent_us,
			 int64_t received_us, struct check_result *result, struct json_fault *fault)
{
	int error = json_members_check(response, response_members, PLX_ARRAY_SIZE(response_members),
				       fault);
	error = error != 0 ? error : read_outcome(request, response, result, fault);
	error = error != 0 ? error : read_errors(response, result, fault);
	error = error != 0 ? error : read_time(response, sent_us, received_us, result, fault);
	if (error == 0) {
		error = foreign_evidence_read(request, json_object_get(response, "details"), result,
					      fault);
		if (error != 0) {
			json_fault_prefix(fault, "/details");
		}
	}
	if (error != 0) {
		return error;
	}
	set_corroboration(request, result);
	json_object_set(result->evidence, "foreign", response);
	return 0;
}

int open_mpic_foreign_read(const struct check_request *request, const char *body, size_t size,
			   int64_t sent_us, int64_t received_us, struct check_result *ret_result,
			   struct json_fault *fault)
{
	json_error_t why = {.line = 0};
	struct check_result result = {.kind = CHECK_KIND_NONE};
	if (size > OPEN_MPIC_FOREIGN_BODY_MAX) {
		return json_fault_set(fault, "", "has %zu octets", size);
	}
	json_t *response = json_loadb(body, size, JSON_REJECT_DUPLICATES, &why);
	if (response == NULL) {
		return json_fault_set(fault, "", "is no JSON: %s", why.text);
	}
	int error = read_response(request, response, sent_us, received_us, &result, fault);
	json_decref(response);
	if (error != 0) {
		check_result_fini(&result);
		return error;
	}
	*ret_result = result;
	return 0;
}
