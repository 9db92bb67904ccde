// SPDX-License-Identifier: BSD-3-Clause

#include "perform/http_evidence.h"

#include <parallax/base/byte_writer.h>
#include <parallax/dns/rr_type.h>

#include "perform/evidence_json.h"

#include <jansson.h>
#include <openssl/evp.h>

#include <errno.h>
#include <stdio.h>

#define DIGEST_BYTES 32
#define BASE64_MAX (4 * ((HTTP_EVIDENCE_BODY_MAX + 2) / 3) + 1)

static json_t *address_text(const struct plx_ip *ip)
{
	char text[PLX_IP_TEXT_MAX];
	return json_string(plx_ip_format(ip, text));
}

json_t *http_evidence_address_list(const struct address_list *list)
{
	json_t *array = json_array();
	for (unsigned i = 0; array != NULL && list != NULL && i < list->count; i++) {
		if (json_array_append_new(array, address_text(&list->addresses[i])) != 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *attempts_of(const struct fetch_hop *hop)
{
	json_t *array = json_array();
	for (unsigned i = 0; array != NULL && i < hop->attempt_count; i++) {
		json_t *attempt =
			json_pack("{s:o, s:s}", "address", address_text(&hop->attempts[i].ip),
				  "cause", fetch_cause_name(hop->attempts[i].cause));
		if (json_array_append_new(array, attempt) != 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

// The address that answered, or was tried last.
static json_t *hop_address(const struct fetch_hop *hop)
{
	return hop->attempt_count == 0 ? json_null()
				       : address_text(&hop->attempts[hop->attempt_count - 1].ip);
}

static json_t *status_of(unsigned status)
{
	return status == 0 ? json_null() : json_integer(status);
}

static json_t *hop_write(const struct fetch_hop *hop)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:s?, s:s?}", "url",
			 evidence_text(hop->url->text, URL_TEXT_MAX), "status",
			 status_of(hop->status), "location",
			 evidence_text(hop->location, EVIDENCE_TEXT_MAX), "address",
			 hop_address(hop), "addresses", http_evidence_address_list(hop->addresses),
			 "attempts", attempts_of(hop), "refused_count", (int)hop->refused_count,
			 "refusal", hop->refusal, "tls_version", hop->tls_version);
}

static json_t *hops_of(const struct fetch_result *result)
{
	json_t *array = json_array();
	for (unsigned i = 0; array != NULL && i < result->hop_count; i++) {
		if (json_array_append_new(array, hop_write(&result->hops[i])) != 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *hex_of(const uint8_t *bytes, size_t count)
{
	char text[2 * DIGEST_BYTES + 1] = "";
	for (size_t i = 0; i < count && i < DIGEST_BYTES; i++) {
		(void)snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	}
	return json_string(text);
}

static json_t *body_start(const struct fetch_result *result)
{
	char text[BASE64_MAX];
	size_t length = result->body_length < HTTP_EVIDENCE_BODY_MAX ? result->body_length
								     : HTTP_EVIDENCE_BODY_MAX;
	if (length == 0) {
		return json_string("");
	}
	EVP_EncodeBlock((unsigned char *)text, result->body, (int)length);
	return json_string(text);
}

json_t *http_evidence_fetch(const struct fetch_result *result)
{
	const struct fetch_hop *last =
		result->hop_count == 0 ? NULL : &result->hops[result->hop_count - 1];
	json_t *http = json_pack("{s:s, s:s, s:s, s:s?, s:o, s:o, s:s?, s:I}", "outcome",
				 fetch_outcome_name(result->outcome), "cause",
				 fetch_cause_name(result->cause), "message",
				 fetch_cause_text(result->cause), "reason", result->reason, "hops",
				 hops_of(result), "status", status_of(result->status),
				 "tls_version", last == NULL ? NULL : last->tls_version,
				 "duration_ms", (json_int_t)result->duration_ms);
	if (http == NULL || result->outcome != FETCH_COMPLETE) {
		return http;
	}
	json_t *body = json_pack(
		"{s:I, s:b, s:o, s:o}", "body_bytes", (json_int_t)result->body_length,
		"is_body_cut", (int)result->is_body_cut, "body_sha256",
		hex_of(result->body_sha256, DIGEST_BYTES), "body_start", body_start(result));
	if (body == NULL || json_object_update(http, body) != 0) {
		json_decref(http);
		http = NULL;
	}
	json_decref(body);
	return http;
}

// The answer as evidence_answer wants it, from what address_lookup keeps of it.
static json_t *family_write(struct plx_formatter *formatter, const struct plx_name *host,
			    const struct address_list *list,
			    const struct address_family_result *family, uint8_t ip_family,
			    enum plx_resolution resolution)
{
	uint8_t body[(1 + PLX_ALIASES_MAX) * (1 + PLX_NAME_MAX) + ADDRESS_LOOKUP_MAX * 22];
	struct plx_writer writer = plx_writer_init(body, sizeof(body));
	struct plx_result result = family->result;
	result.record_count = 0;
	result.has_found_at = 0;
	result.alias_count = family->alias_count;
	for (unsigned i = 0; i < list->count; i++) {
		result.record_count += list->addresses[i].family == ip_family;
	}
	if (result.record_count > 0) {
		plx_result_body_name(&writer, family->alias_count == 0
						      ? host
						      : &family->aliases[family->alias_count - 1]);
	}
	for (unsigned i = 0; i < family->alias_count; i++) {
		plx_result_body_name(&writer, &family->aliases[i]);
	}
	for (unsigned i = 0; i < list->count; i++) {
		const struct plx_ip *ip = &list->addresses[i];
		if (ip->family == ip_family) {
			size_t start = plx_result_body_record_begin(&writer, 0);
			plx_write_bytes(&writer, ip->bytes, plx_ip_length(ip));
			plx_result_body_record_end(&writer, start);
		}
	}
	result.body_length = (uint32_t)writer.position;
	result.trace_length = 0;
	const struct evidence_question question = {.name = host,
						   .type = ip_family == 4 ? PLX_TYPE_A
									  : PLX_TYPE_AAAA,
						   .resolution = resolution};
	return evidence_answer(formatter, &question, &result, body, EVIDENCE_NO_RECORD);
}

static int family_add(struct plx_formatter *formatter, const struct plx_name *host,
		      const struct address_list *list, const struct address_family_result *family,
		      uint8_t ip_family, enum plx_resolution resolution, json_t *dns)
{
	json_t *answer = family_write(formatter, host, list, family, ip_family, resolution);
	json_t *records = json_object_get(answer, "records");
	for (size_t i = 0; i < json_array_size(records); i++) {
		json_t *record = json_array_get(records, i);
		json_object_del(record, "ttl");  // not known any more
		json_object_del(record, "name"); // the last alias, or the host
	}
	return json_array_append_new(dns, answer) == 0 ? 0 : -ENOMEM;
}

int http_evidence_addresses(struct plx_formatter *formatter, const struct plx_name *host,
			    const struct address_list *list, enum plx_resolution resolution,
			    json_t *dns)
{
	int error = family_add(formatter, host, list, &list->aaaa, 6, resolution, dns);
	return error != 0 ? error : family_add(formatter, host, list, &list->a, 4, resolution, dns);
}
