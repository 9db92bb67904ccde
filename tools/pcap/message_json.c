// SPDX-License-Identifier: BSD-3-Clause

#include "message_json.h"

#include <parallax/base/error.h>
#include <parallax/dns/record.h>
#include <parallax/dns/rr_type.h>

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_S 1000000000ull
#define RDATA_BYTES_MAX (256 * 1024) // 64 KiB with its names decompressed

static json_t *time_json(uint64_t time_ns)
{
	time_t seconds = (time_t)(time_ns / NS_PER_S);
	struct tm parts;
	char day[32], text[48];
	gmtime_r(&seconds, &parts);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &parts);
	snprintf(text, sizeof(text), "%s.%06uZ", day, (unsigned)(time_ns % NS_PER_S / 1000));
	return json_string(text);
}

static json_t *name_json(const struct plx_name *name)
{
	char text[PLX_NAME_TEXT_MAX];
	plx_name_format(name, text);
	return json_string(text);
}

static json_t *type_json(uint16_t type)
{
	char text[PLX_TYPE_TEXT_MAX];
	return json_string(plx_type_format(type, text));
}

static json_t *flags_json(uint16_t flags)
{
	static const struct {
		uint16_t flag;
		const char *name;
	} names[] = {{PLX_FLAG_AA, "aa"}, {PLX_FLAG_TC, "tc"}, {PLX_FLAG_RD, "rd"},
		     {PLX_FLAG_RA, "ra"}, {PLX_FLAG_AD, "ad"}, {PLX_FLAG_CD, "cd"}};
	json_t *array = json_array();
	for (size_t i = 0; i < PLX_ARRAY_SIZE(names); i++) {
		if ((flags & names[i].flag) != 0) {
			json_array_append_new(array, json_string(names[i].name));
		}
	}
	return array;
}

// RDATA in presentation form; names in it are decompressed first.
static json_t *data_json(const struct plx_message *message, const struct plx_record *record)
{
	json_t *data = NULL;
	uint8_t *rdata = malloc(RDATA_BYTES_MAX);
	struct plx_writer writer = plx_writer_init(rdata, rdata != NULL ? RDATA_BYTES_MAX : 0);
	if (rdata != NULL && plx_rdata_expand(message, record, &writer) == 0) {
		size_t length = plx_rdata_format(record->type, rdata, writer.position, NULL, 0);
		char *text = malloc(length + 1);
		if (text != NULL) {
			plx_rdata_format(record->type, rdata, writer.position, text, length + 1);
			data = json_stringn(text, length);
		}
		free(text);
	}
	free(rdata);
	return data != NULL ? data : json_null();
}

static const char *section_name(enum plx_section section)
{
	switch (section) {
	case PLX_SECTION_ANSWER:
		return "answer";
	case PLX_SECTION_AUTHORITY:
		return "authority";
	case PLX_SECTION_ADDITIONAL:
		return "additional";
	}
	return "unknown";
}

static json_t *records_json(const struct plx_message *message)
{
	json_t *array = json_array();
	struct plx_record_cursor cursor = plx_message_records(message);
	struct plx_record record;
	while (plx_message_next(message, &cursor, &record)) {
		struct plx_name owner;
		if (record.type == PLX_TYPE_OPT ||
		    plx_message_name(message, record.owner_offset, &owner, NULL) != 0) {
			continue;
		}
		json_array_append_new(array,
				      json_pack("{s:s, s:o, s:I, s:o, s:o}", "section",
						section_name(record.section), "name",
						name_json(&owner), "ttl", (json_int_t)record.ttl,
						"type", type_json(record.type), "data",
						data_json(message, &record)));
	}
	return array;
}

static json_t *aliases_json(const struct plx_reply_verdict *verdict)
{
	json_t *array = json_array();
	for (unsigned i = 0; i < verdict->alias_count; i++) {
		json_array_append_new(array, name_json(&verdict->aliases[i]));
	}
	return array;
}

static void add_question(json_t *object, const struct plx_reply_verdict *verdict)
{
	const struct plx_message *message = &verdict->message;
	json_object_set_new(object, "id", json_integer(message->id));
	json_object_set_new(object, "name", name_json(&verdict->question));
	json_object_set_new(object, "type", type_json(message->question_type));
	json_object_set_new(object, "flags", flags_json(message->flags));
}

static void add_records(json_t *object, const struct plx_reply_verdict *verdict)
{
	char rcode[PLX_RCODE_TEXT_MAX];
	const struct plx_message *message = &verdict->message;
	if ((message->flags & PLX_FLAG_QR) != 0) {
		json_object_set_new(object, "rcode",
				    json_string(plx_rcode_format(message->rcode, rcode)));
	}
	if (verdict->alias_count > 0) {
		json_object_set_new(object, "aliases", aliases_json(verdict));
	}
	json_object_set_new(object, "records", records_json(message));
}

json_t *message_json(uint64_t time_ns, const struct plx_frame_payload *payload,
		     const struct plx_reply_verdict *verdict)
{
	char source[PLX_ENDPOINT_TEXT_MAX], destination[PLX_ENDPOINT_TEXT_MAX];
	json_t *object = json_pack("{s:o, s:s, s:s, s:s, s:I, s:s}", "time", time_json(time_ns),
				   "transport", payload->is_tcp ? "tcp" : "udp", "source",
				   plx_endpoint_format(&payload->source, source), "destination",
				   plx_endpoint_format(&payload->destination, destination), "bytes",
				   (json_int_t)payload->message_length, "verdict", verdict->text);
	if (verdict->error != 0) {
		json_object_set_new(object, "error", json_string(plx_error_text(verdict->error)));
	}
	if (verdict->has_question) {
		add_question(object, verdict);
	}
	if (verdict->is_checked) {
		add_records(object, verdict);
	}
	return object;
}
