// SPDX-License-Identifier: BSD-3-Clause
// The formatter of parallax-sweep writes the answer, so that there is one form of it; here it is cut to size before.

#include "perform/evidence_json.h"

#include <parallax/base/byte_writer.h>
#include <parallax/format/result_format.h>

#include <jansson.h>

#include <string.h>

// Names of a body, and what frames its records.
#define BODY_NAMES_MAX ((2 + PLX_ALIASES_MAX) * (1 + PLX_NAME_MAX))
#define BODY_FRAME_BYTES 6
#define BODY_MAX                                                                                   \
	(BODY_NAMES_MAX + EVIDENCE_RECORD_BYTES_MAX + EVIDENCE_RECORDS_MAX * BODY_FRAME_BYTES)

static void record_write(struct plx_writer *writer, const struct plx_result_record *record)
{
	size_t start = plx_result_body_record_begin(writer, record->ttl);
	plx_write_bytes(writer, record->rdata, record->rdata_length);
	plx_result_body_record_end(writer, start);
}

static void names_write(struct plx_writer *writer, const struct plx_result_view *view)
{
	if (view->result->has_found_at) {
		plx_result_body_name(writer, &view->found_at);
	}
	if (view->result->record_count > 0) {
		plx_result_body_name(writer, &view->owner);
	}
	for (unsigned i = 0; i < view->result->alias_count; i++) {
		plx_result_body_name(writer, &view->aliases[i]);
	}
}

// Which records are kept. The decisive one has its room reserved, unless it alone is beyond the limit.
struct selection {
	size_t decisive;
	size_t bytes_left; // for the others
	size_t count_left;
};

static struct selection selection_begin(struct plx_result_view view, size_t decisive)
{
	struct selection selection = {decisive, EVIDENCE_RECORD_BYTES_MAX,
				      EVIDENCE_RECORDS_MAX - 1};
	struct plx_result_record record;
	for (size_t i = 0; i <= decisive && plx_result_next(&view, &record); i++) {
		if (i == decisive && record.rdata_length <= selection.bytes_left) {
			selection.bytes_left -= record.rdata_length;
		}
	}
	return selection;
}

static bool selection_takes(struct selection *selection, size_t index, size_t length)
{
	if (index == selection->decisive) {
		return length <= EVIDENCE_RECORD_BYTES_MAX;
	}
	if (length > selection->bytes_left || selection->count_left == 0) {
		return false;
	}
	selection->bytes_left -= length;
	selection->count_left--;
	return true;
}

static uint16_t kept_count(struct plx_result_view view, struct selection selection)
{
	struct plx_result_record record;
	uint16_t count = 0;
	for (size_t i = 0; plx_result_next(&view, &record); i++) {
		count += selection_takes(&selection, i, record.rdata_length);
	}
	return count;
}

// The kept part as a result of its own.
static void body_cut(struct plx_result_view *view, size_t decisive, struct plx_result *result,
		     uint8_t body[static BODY_MAX])
{
	struct selection selection = selection_begin(*view, decisive);
	struct plx_writer writer = plx_writer_init(body, BODY_MAX);
	struct plx_result_record record;
	result->record_count = kept_count(*view, selection);
	view->result = result;
	names_write(&writer, view);
	for (size_t i = 0; plx_result_next(view, &record); i++) {
		if (selection_takes(&selection, i, record.rdata_length)) {
			record_write(&writer, &record);
		}
	}
	result->body_length = (uint32_t)writer.position;
	result->trace_length = 0;
}

// An octet 0 is \u0000 in the formatter's text; readers of JSON in C stumble over it.
static void zeros_replace(char *text, size_t length)
{
	for (size_t i = 0; i + 1 < length; i++) {
		if (text[i] != '\\') {
			continue;
		}
		if (length - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0) {
			memcpy(text + i, "\\u2400", 6);
		}
		i++; // what is escaped
	}
}

static json_t *line_load(struct plx_formatter *formatter, const struct evidence_question *question,
			 const struct plx_result *result, const uint8_t *body)
{
	const struct plx_asked asked = {.name = question->name,
					.type = question->type,
					.relevant_caa = question->is_relevant_caa};
	struct plx_text text = plx_text_growing();
	json_t *line = NULL;
	if (plx_formatter_append(formatter, &asked, result, body, &text) == 0) {
		zeros_replace(text.bytes, text.length);
		line = json_loadb(text.bytes, text.length, 0, NULL);
	}
	plx_text_free(&text);
	return line;
}

json_t *evidence_answer(struct plx_formatter *formatter, const struct evidence_question *question,
			const struct plx_result *result, const uint8_t *body, size_t decisive)
{
	uint8_t cut_body[BODY_MAX];
	struct plx_result cut = *result;
	struct plx_result_view view;
	if (plx_result_open(result, body, &view) == 0) {
		body_cut(&view, decisive, &cut, cut_body);
	} else {
		cut = (struct plx_result) {.qtype = result->qtype, .time_ns = result->time_ns};
	}
	json_t *line = line_load(formatter, question, &cut, cut_body);
	int error = line == NULL;
	if (line != NULL) {
		error |= json_object_set_new(
			line, "resolution", json_string(plx_resolution_name(question->resolution)));
		error |= json_object_set_new(line, "records_total",
					     json_integer(result->record_count));
	}
	if (error != 0) {
		json_decref(line);
		return NULL;
	}
	return line;
}

json_t *evidence_octets(const void *octets, size_t length)
{
	static const char zero_symbol[] = "\xe2\x90\x80"; // U+2400
	struct plx_text text = plx_text_growing();
	for (size_t i = 0; i < length; i++) {
		uint8_t octet = ((const uint8_t *)octets)[i];
		if (octet == 0) {
			plx_text_literal(&text, zero_symbol);
		} else if (octet < 0x80) {
			plx_text_character(&text, (char)octet);
		} else {
			plx_text_character(&text, (char)(0xc0 | octet >> 6));
			plx_text_character(&text, (char)(0x80 | (octet & 0x3f)));
		}
	}
	json_t *string =
		text.failed ? NULL : json_stringn(length == 0 ? "" : text.bytes, text.length);
	plx_text_free(&text);
	return string;
}

json_t *evidence_text(const char *text, size_t max)
{
	return text == NULL ? json_null() : evidence_octets(text, strnlen(text, max));
}

json_t *evidence_make(json_t *dns, json_t *http, json_t *tls)
{
	return json_pack("{s:o*, s:o*, s:o*}", "dns", dns, "http", http, "tls", tls);
}
