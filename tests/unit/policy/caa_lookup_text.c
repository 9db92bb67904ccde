// SPDX-License-Identifier: BSD-3-Clause

#include "caa_lookup_text.h"

#include <parallax/dns/rr_type.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_S 1000000000ull
#define VALUE_MAX 512

static const struct {
	const char *form;
	enum plx_status status;
	enum plx_cause cause;
	enum plx_rcode rcode;
} failures[] = {
	{"timeout", PLX_STATUS_TIMEOUT, PLX_CAUSE_NO_ANSWER, PLX_RCODE_NOERROR},
	{"no-server", PLX_STATUS_TIMEOUT, PLX_CAUSE_NO_SERVER, PLX_RCODE_NOERROR},
	{"spoofed", PLX_STATUS_TIMEOUT, PLX_CAUSE_SPOOF_SUSPECTED, PLX_RCODE_NOERROR},
	{"servfail", PLX_STATUS_ANSWERED, PLX_CAUSE_RCODE, PLX_RCODE_SERVFAIL},
	{"formerr", PLX_STATUS_ANSWERED, PLX_CAUSE_RCODE, PLX_RCODE_FORMERR},
	{"notimp", PLX_STATUS_ANSWERED, PLX_CAUSE_RCODE, PLX_RCODE_NOTIMP},
	{"refused", PLX_STATUS_ANSWERED, PLX_CAUSE_RCODE, PLX_RCODE_REFUSED},
	{"loop", PLX_STATUS_LOOP, PLX_CAUSE_ALIAS_LOOP, PLX_RCODE_NOERROR},
	{"bogus", PLX_STATUS_BOGUS, PLX_CAUSE_VALIDATION_FAILED, PLX_RCODE_SERVFAIL},
	{"alias-limit", PLX_STATUS_LIMIT, PLX_CAUSE_ALIAS_LIMIT, PLX_RCODE_NOERROR},
	{"query-limit", PLX_STATUS_LIMIT, PLX_CAUSE_QUERY_LIMIT, PLX_RCODE_NOERROR},
	{"unread", PLX_STATUS_LIMIT, PLX_CAUSE_UNREAD, PLX_RCODE_NOERROR},
	{"invalid-name", PLX_STATUS_INVALID_NAME, PLX_CAUSE_NONE, PLX_RCODE_NOERROR},
	{"silent", PLX_STATUS_LOST, PLX_CAUSE_DATAPLANE_SILENT, PLX_RCODE_NOERROR},
	{"lost", PLX_STATUS_LOST, PLX_CAUSE_DATAPLANE_LOST, PLX_RCODE_NOERROR},
	{"cancelled", PLX_STATUS_CANCELLED, PLX_CAUSE_DRAINED, PLX_RCODE_NOERROR},
};

static bool dnssec_parse(const char *text, uint8_t *ret_dnssec)
{
	for (int i = 0; i < PLX_DNSSEC_COUNT; i++) {
		if (strcmp(plx_dnssec_name((enum plx_dnssec)i), text) == 0) {
			*ret_dnssec = (uint8_t)i;
			return true;
		}
	}
	return false;
}

static void answer_init(struct plx_result *result)
{
	*result = (struct plx_result) {
		.time_ns = CAA_LOOKUP_TIME_S * NS_PER_S,
		.qtype = PLX_TYPE_CAA,
		.status = PLX_STATUS_ANSWERED,
		.dnssec = PLX_DNSSEC_INSECURE,
		.attempts = 1,
	};
}

static bool failure_parse(const char *text, struct caa_lookup_text *lookup)
{
	char form[32];
	char proof[32];
	char own[32] = "unchecked";
	unsigned attempts;
	int count = sscanf(text, "%31s %u %31s %31s", form, &attempts, proof, own);
	if (count < 3) {
		return false;
	}
	lookup->resolution = count == 4 ? PLX_RESOLUTION_ITERATIVE : PLX_RESOLUTION_STUB;
	lookup->proof = lookup->result;
	lookup->has_proof = strcmp(proof, "none") != 0;
	if (lookup->has_proof && !dnssec_parse(proof, &lookup->proof.dnssec)) {
		return false;
	}
	if (!dnssec_parse(own, &lookup->result.dnssec)) {
		return false;
	}
	lookup->result.attempts = (uint8_t)attempts;
	for (size_t i = 0; i < PLX_ARRAY_SIZE(failures); i++) {
		if (strcmp(failures[i].form, form) == 0) {
			lookup->result.status = (uint8_t)failures[i].status;
			lookup->result.cause = (uint8_t)failures[i].cause;
			lookup->result.rcode = (uint16_t)failures[i].rcode;
			return true;
		}
	}
	return false;
}

void caa_account_expand(const char *text, char *ret_text, size_t size)
{
	size_t length = 0;
	ret_text[0] = '\0';
	for (; *text != '\0' && length + 1 < size; text++) {
		if (*text == 'U' && (text[1] == '1' || text[1] == '2')) {
			length += (size_t)snprintf(ret_text + length, size - length,
						   "https://ca.test/a/%c", *++text);
		} else {
			ret_text[length++] = *text;
			ret_text[length] = '\0';
		}
	}
}

void caa_lookup_begin(struct caa_lookup_text *lookup, struct plx_writer *ret_writer)
{
	struct plx_name owner = {.length = 0};
	answer_init(&lookup->result);
	lookup->has_proof = false;
	if (plx_name_parse("example.test", strlen("example.test"), &owner) != 0) {
		abort();
	}
	*ret_writer = plx_writer_init(lookup->body, sizeof(lookup->body));
	plx_result_body_name(ret_writer, &owner); // found at
	plx_result_body_name(ret_writer, &owner);
	lookup->result.has_found_at = 1;
}

void caa_lookup_add(struct caa_lookup_text *lookup, struct plx_writer *writer, uint8_t flags,
		    const char *tag, const char *value)
{
	size_t start = plx_result_body_record_begin(writer, CAA_LOOKUP_TTL_S);
	plx_write_u8(writer, flags);
	plx_write_u8(writer, (uint8_t)strlen(tag));
	plx_write_bytes(writer, tag, strlen(tag));
	plx_write_bytes(writer, value, strlen(value));
	plx_result_body_record_end(writer, start);
	lookup->result.record_count++;
}

void caa_lookup_finish(struct caa_lookup_text *lookup, const struct plx_writer *writer)
{
	if (writer->failed) {
		abort();
	}
	lookup->result.body_length = (uint32_t)writer->position;
}

static void hex_add(struct caa_lookup_text *lookup, struct plx_writer *writer, const char *text,
		    size_t length)
{
	size_t start = plx_result_body_record_begin(writer, CAA_LOOKUP_TTL_S);
	for (size_t i = 0; i + 1 < length; i += 2) {
		char octet[3] = {text[i], text[i + 1], '\0'};
		plx_write_u8(writer, (uint8_t)strtoul(octet, NULL, 16));
	}
	plx_result_body_record_end(writer, start);
	lookup->result.record_count++;
}

// FLAGS TAG "VALUE"
static bool record_add(struct caa_lookup_text *lookup, struct plx_writer *writer, const char *text,
		       size_t length)
{
	char tag[64];
	char value[VALUE_MAX];
	char expanded[VALUE_MAX];
	char *tag_start;
	unsigned long flags = strtoul(text, &tag_start, 10);
	const char *quote = memchr(text, '"', length);
	if (tag_start == text || quote == NULL || text[length - 1] != '"' ||
	    quote == text + length - 1) {
		return false;
	}
	snprintf(tag, sizeof(tag), "%.*s", (int)(quote - tag_start) - 2, tag_start + 1);
	snprintf(value, sizeof(value), "%.*s", (int)(text + length - quote) - 2, quote + 1);
	caa_account_expand(value, expanded, sizeof(expanded));
	caa_lookup_add(lookup, writer, (uint8_t)flags, tag, expanded);
	return true;
}

static bool records_parse(const char *text, struct caa_lookup_text *lookup)
{
	struct plx_writer writer;
	caa_lookup_begin(lookup, &writer);
	while (text != NULL) {
		const char *bar = strstr(text, " | ");
		size_t length = bar == NULL ? strlen(text) : (size_t)(bar - text);
		if (strncmp(text, "\\# ", 3) == 0) {
			hex_add(lookup, &writer, text + 3, length - 3);
		} else if (!record_add(lookup, &writer, text, length)) {
			return false;
		}
		text = bar == NULL ? NULL : bar + 3;
	}
	caa_lookup_finish(lookup, &writer);
	return true;
}

bool caa_lookup_parse(const char *text, struct caa_lookup_text *ret_lookup)
{
	answer_init(&ret_lookup->result);
	ret_lookup->has_proof = false;
	ret_lookup->resolution = PLX_RESOLUTION_STUB;
	if (strcmp(text, "none") == 0) {
		return true;
	}
	if (strcmp(text, "nxdomain") == 0) {
		ret_lookup->result.rcode = PLX_RCODE_NXDOMAIN;
		return true;
	}
	if (strncmp(text, "none ", 5) == 0) {
		return dnssec_parse(text + 5, &ret_lookup->result.dnssec);
	}
	if (strncmp(text, "failed ", 7) == 0) {
		return failure_parse(text + 7, ret_lookup);
	}
	return records_parse(text, ret_lookup);
}
