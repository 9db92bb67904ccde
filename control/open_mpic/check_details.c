// SPDX-License-Identifier: BSD-3-Clause

#include "open_mpic/check_details.h"

#include <parallax/base/attributes.h>

#include <jansson.h>

#include <string.h>

enum check_details check_details_of(enum check_kind kind, enum dcv_method method)
{
	if (kind == CHECK_KIND_CAA) {
		return CHECK_DETAILS_CAA;
	}
	switch (method) {
	case DCV_WEBSITE_CHANGE:
	case DCV_ACME_HTTP_01:
		return CHECK_DETAILS_HTTP;
	case DCV_ACME_TLS_ALPN_01:
		return CHECK_DETAILS_ALPN;
	case DCV_ACME_DNS_01:
	case DCV_ACME_DNS_ACCOUNT_01:
	case DCV_DNS_CHANGE:
	case DCV_DNS_PERSISTENT:
	case DCV_CONTACT_EMAIL_TXT:
	case DCV_CONTACT_EMAIL_CAA:
	case DCV_CONTACT_PHONE_TXT:
	case DCV_CONTACT_PHONE_CAA:
	case DCV_IP_ADDRESS:
	case DCV_REVERSE_ADDRESS_LOOKUP:
		return CHECK_DETAILS_DNS;
	case DCV_METHOD_NONE:
	case DCV_METHOD_COUNT:
		break;
	}
	return CHECK_DETAILS_NONE;
}

static const json_t *last_lookup(const struct check_result *result)
{
	const json_t *lookups = json_object_get(result->evidence, "dns");
	return json_array_size(lookups) > 0 ? json_array_get(lookups, json_array_size(lookups) - 1)
					    : NULL;
}

static json_t *or_null(json_t *value)
{
	return value != NULL ? json_incref(value) : json_null();
}

static json_t *text_or_null(const char *text)
{
	return text != NULL && text[0] != '\0' ? json_string(text) : json_null();
}

// RFC 8659 4.1.2 for CAA checks; for DCV the value alone, which is what is compared.
static json_t *caa_write(const json_t *record, bool is_caa_check)
{
	const char *tag = json_string_value(json_object_get(record, "tag"));
	const char *value = json_string_value(json_object_get(record, "value"));
	const json_t *flags = json_object_get(record, "flags");
	if (tag == NULL || value == NULL || !json_is_integer(flags)) {
		return NULL;
	}
	return is_caa_check ? json_sprintf("%lld %s \"%s\"", (long long)json_integer_value(flags),
					   tag, value)
			    : json_string(value);
}

static json_t *strings_write(const json_t *strings)
{
	json_t *text = json_string("");
	for (size_t i = 0; i < json_array_size(strings) && i < CHECK_DETAILS_RECORDS_MAX; i++) {
		const char *string = json_string_value(json_array_get(strings, i));
		json_t *longer =
			json_sprintf("%s%s", json_string_value(text), string != NULL ? string : "");
		json_decref(text);
		text = longer;
	}
	return text;
}

static json_t *record_write(const json_t *record, bool is_caa_check)
{
	const json_t *strings = json_object_get(record, "strings");
	json_t *data = json_object_get(record, "data");
	if (json_is_array(strings)) {
		return strings_write(strings);
	}
	return json_is_string(data) ? json_incref(data) : caa_write(record, is_caa_check);
}

static json_t *records_write(const json_t *lookup, bool is_caa_check)
{
	const json_t *records = json_object_get(lookup, "records");
	json_t *list = json_array();
	for (size_t i = 0; i < json_array_size(records) && i < CHECK_DETAILS_RECORDS_MAX; i++) {
		json_t *text = record_write(json_array_get(records, i), is_caa_check);
		if (text != NULL) {
			json_array_append_new(list, text);
		}
	}
	return list;
}

static json_t *caa_details_write(const struct check_result *result)
{
	const json_t *lookup = last_lookup(result);
	json_t *records = records_write(lookup, true);
	bool has_records = json_array_size(records) > 0;
	bool is_read = result->outcome == CHECK_PASS || result->outcome == CHECK_FAIL;
	if (!is_read || !has_records) {
		json_decref(records);
		return json_pack("{s:o, s:n, s:n}", "caa_record_present",
				 is_read ? json_false() : json_null(), "found_at", "records_seen");
	}
	return json_pack("{s:b, s:o, s:o}", "caa_record_present", 1, "found_at",
			 text_or_null(result->found_at), "records_seen", records);
}

// Open MPIC's code gives the status of each redirect and where it led; its specification says otherwise.
static json_t *history_write(const json_t *hops)
{
	json_t *history = json_array();
	for (size_t i = 0; i + 1 < json_array_size(hops) && i < CHECK_DETAILS_RECORDS_MAX; i++) {
		const json_t *hop = json_array_get(hops, i);
		json_array_append_new(history,
				      json_pack("{s:o, s:o}", "status_code",
						or_null(json_object_get(hop, "status")), "url",
						or_null(json_object_get(hop, "location"))));
	}
	return history;
}

static json_t *http_details_write(const struct check_result *result, enum dcv_method method)
{
	const json_t *http = json_object_get(result->evidence, "http");
	const json_t *hops = json_object_get(http, "hops");
	json_t *status = json_object_get(http, "status");
	bool is_answered = json_is_integer(status) && json_integer_value(status) > 0;
	bool is_good = is_answered && json_integer_value(status) == 200;
	return json_pack("{s:s, s:o, s:o, s:o, s:o}", "validation_method", dcv_method_name(method),
			 "response_history", is_answered ? history_write(hops) : json_null(),
			 "response_url",
			 is_answered ? or_null(json_object_get(json_array_get(hops, 0), "url"))
				     : json_null(),
			 "response_status_code", is_answered ? or_null(status) : json_null(),
			 "response_page",
			 is_good ? or_null(json_object_get(http, "body_start")) : json_null());
}

static json_t *code_write(const json_t *lookup)
{
	static const char *const codes[] = {"NOERROR",  "FORMERR", "SERVFAIL",
					    "NXDOMAIN", "NOTIMP",  "REFUSED"};
	const char *status = json_string_value(json_object_get(lookup, "status"));
	for (size_t i = 0; status != NULL && i < PLX_ARRAY_SIZE(codes); i++) {
		if (strcmp(status, codes[i]) == 0) {
			return json_integer((json_int_t)i);
		}
	}
	return json_null();
}

static json_t *chain_write(const json_t *lookup)
{
	const json_t *aliases = json_object_get(lookup, "aliases");
	json_t *chain = json_array();
	for (size_t i = 0; i < json_array_size(aliases) && i < CHECK_DETAILS_RECORDS_MAX; i++) {
		const char *name = json_string_value(json_array_get(aliases, i));
		if (name != NULL) {
			json_array_append_new(chain, json_sprintf("%s.", name));
		}
	}
	return chain;
}

static json_t *dns_details_write(const struct check_result *result, enum dcv_method method)
{
	const json_t *lookup = last_lookup(result);
	const char *name = json_string_value(json_object_get(lookup, "name"));
	json_t *code = code_write(lookup);
	bool is_answered = json_is_integer(code);
	return json_pack(
		"{s:s, s:o, s:o, s:o, s:o, s:o}", "validation_method", dcv_method_name(method),
		"records_seen", is_answered ? records_write(lookup, false) : json_null(),
		"response_code", code, "ad_flag",
		is_answered ? json_boolean(result->dnssec == PLX_DNSSEC_SECURE) : json_null(),
		"found_at",
		is_answered ? text_or_null(result->found_at[0] != '\0' ? result->found_at : name)
			    : json_null(),
		"cname_chain", is_answered ? chain_write(lookup) : json_null());
}

static json_t *alpn_details_write(const struct check_result *result, enum dcv_method method)
{
	const json_t *tls = json_object_get(result->evidence, "tls");
	const json_t *names = json_object_get(tls, "subject_alternative_names");
	return json_pack("{s:s, s:o}", "validation_method", dcv_method_name(method), "common_name",
			 or_null(json_array_get(names, 0)));
}

json_t *check_details_write(const struct check_result *result, enum dcv_method method)
{
	switch (check_details_of(result->kind, method)) {
	case CHECK_DETAILS_CAA:
		return caa_details_write(result);
	case CHECK_DETAILS_HTTP:
		return http_details_write(result, method);
	case CHECK_DETAILS_DNS:
		return dns_details_write(result, method);
	case CHECK_DETAILS_ALPN:
		return alpn_details_write(result, method);
	case CHECK_DETAILS_NONE:
		break;
	}
	return json_object();
}
