// SPDX-License-Identifier: BSD-3-Clause
// The two massdns formats that scripts parse: `-o S` (simple) and `-o J` (ndjson). massdns writes one simple line
// per record and none without records; we write exactly one line per look-up, so the records of one look-up are
// joined by a tab and a look-up without records is a comment: `tr '\t' '\n' | grep -v '^;'` gives massdns's text.

#include "format/formatter.h"
#include "format/json_text.h"

// Octets that would split or end the line never come from a presentation form; a raw input may hold them.
static void append_raw(struct plx_text *text, const char *raw, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		uint8_t octet = (uint8_t)raw[i];
		if (octet > ' ' && octet < 0x7f) {
			plx_text_character(text, raw[i]);
			continue;
		}
		const char escape[4] = {'\\', (char)('0' + octet / 100),
					(char)('0' + octet / 10 % 10), (char)('0' + octet % 10)};
		plx_text_append(text, escape, sizeof(escape));
	}
}

static void append_simple_comment(struct plx_formatter *formatter, const struct plx_asked *asked,
				  const struct plx_result *result, struct plx_text *text)
{
	char status[12];
	plx_text_literal(text, "; ");
	if (asked->name != NULL) {
		text_append_absolute_name(text, asked->name);
	} else {
		append_raw(text, asked->raw, asked->raw_length);
	}
	plx_text_character(text, ' ');
	field_append_type(&formatter->fields, text, asked->type);
	plx_text_character(text, ' ');
	plx_text_string(text, plx_status_format(result, status));
}

void massdns_simple_append(struct plx_formatter *formatter, const struct plx_asked *asked,
			   struct plx_result_view *view, struct plx_text *text)
{
	const struct plx_result *result = view->result;
	if (!plx_result_is_definitive(result) ||
	    (result->record_count == 0 && result->alias_count == 0)) {
		append_simple_comment(formatter, asked, result, text);
		return;
	}
	for (unsigned hop = 0; hop < result->alias_count; hop++) {
		if (hop > 0) {
			plx_text_character(text, '\t');
		}
		text_append_absolute_name(text, formatter_alias_owner(asked, view, hop));
		plx_text_literal(text, " CNAME ");
		text_append_absolute_name(text, &view->aliases[hop]);
	}
	struct plx_result_record record;
	bool first = result->alias_count == 0;
	while (plx_result_next(view, &record)) {
		if (!first) {
			plx_text_character(text, '\t');
		}
		first = false;
		text_append_absolute_name(text, &view->owner);
		plx_text_character(text, ' ');
		field_append_type(&formatter->fields, text, result->qtype);
		plx_text_character(text, ' ');
		size_t length;
		const char *data =
			formatter_rdata_text(formatter, result->qtype, &record, text, &length);
		if (data != NULL) {
			plx_text_append(text, data, length);
		}
	}
}

static void append_ndjson_name(struct plx_text *text, const struct plx_name *name)
{
	json_append_name(text, name);
	if (name->length > 1) { // the root is a dot already
		plx_text_character(text, '.');
	}
}

// Alias TTLs are not part of a result: their `ttl` is left out.
static void append_ndjson_aliases(const struct plx_asked *asked, const struct plx_result_view *view,
				  struct plx_text *text)
{
	for (unsigned hop = 0; hop < view->result->alias_count; hop++) {
		plx_text_string(text, hop == 0 ? "" : ",");
		plx_text_literal(text, "{\"type\":\"CNAME\",\"class\":\"IN\",\"name\":\"");
		append_ndjson_name(text, formatter_alias_owner(asked, view, hop));
		plx_text_literal(text, "\",\"data\":\"");
		append_ndjson_name(text, &view->aliases[hop]);
		plx_text_literal(text, "\"}");
	}
}

static void append_ndjson_answers(struct plx_formatter *formatter, const struct plx_asked *asked,
				  struct plx_result_view *view, struct plx_text *text)
{
	const struct plx_result *result = view->result;
	if (result->record_count == 0 && result->alias_count == 0) {
		return;
	}
	plx_text_literal(text, "\"answers\":[");
	append_ndjson_aliases(asked, view, text);
	struct plx_result_record record;
	bool first = result->alias_count == 0;
	while (plx_result_next(view, &record)) {
		plx_text_string(text, first ? "{\"ttl\":" : ",{\"ttl\":");
		first = false;
		plx_text_unsigned(text, record.ttl);
		plx_text_literal(text, ",\"type\":\"");
		field_append_type(&formatter->fields, text, result->qtype);
		plx_text_literal(text, "\",\"class\":\"IN\",\"name\":\"");
		append_ndjson_name(text, &view->owner);
		plx_text_literal(text, "\",\"data\":\"");
		size_t length;
		const char *data =
			formatter_rdata_text(formatter, result->qtype, &record, text, &length);
		if (data != NULL) {
			json_append_octets(text, data, length);
		}
		plx_text_literal(text, "\"}");
	}
	plx_text_character(text, ']');
}

void massdns_ndjson_append(struct plx_formatter *formatter, const struct plx_asked *asked,
			   struct plx_result_view *view, struct plx_text *text)
{
	const struct plx_result *result = view->result;
	char status[12];
	plx_text_literal(text, "{\"name\":\"");
	formatter_asked_name(asked, true, text);
	plx_text_literal(text, "\",\"type\":\"");
	field_append_type(&formatter->fields, text, asked->type);
	if (result->status != PLX_STATUS_ANSWERED) {
		plx_text_literal(text, "\",\"class\":\"IN\",\"error\":\"");
		plx_text_string(text, plx_status_format(result, status));
		plx_text_literal(text, "\"}");
		return;
	}
	plx_text_literal(text, "\",\"class\":\"IN\",\"status\":\"");
	plx_text_string(text, plx_status_format(result, status));
	plx_text_literal(text, "\",\"rx_ts\":");
	plx_text_unsigned(text, result->time_ns);
	plx_text_literal(text, ",\"data\":{");
	append_ndjson_answers(formatter, asked, view, text);
	plx_text_string(text, result->dnssec == PLX_DNSSEC_SECURE
				      ? "},\"flags\":[\"ad\"],\"resolver\":\""
				      : "},\"flags\":[],\"resolver\":\"");
	field_append_endpoint(&formatter->fields, text, &result->server);
	plx_text_string(text, result->transport == PLX_TRANSPORT_TCP ? "\",\"proto\":\"TCP\"}"
								     : "\",\"proto\":\"UDP\"}");
}
