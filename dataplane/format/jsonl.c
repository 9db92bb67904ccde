// SPDX-License-Identifier: BSD-3-Clause
// The jsonl format: our own, every field that a result has. Key order is part of the contract.

#include <parallax/dns/record.h>

#include "format/formatter.h"
#include "format/json_text.h"

static bool append_caa(const struct plx_result_record *record, struct plx_text *text)
{
	struct plx_caa caa;
	if (plx_caa_parse(record->rdata, record->rdata_length, &caa) != 0) {
		return false;
	}
	plx_text_literal(text, ",\"flags\":");
	plx_text_unsigned(text, caa.flags);
	plx_text_literal(text, ",\"tag\":\"");
	json_append_octets(text, caa.tag, caa.tag_length);
	plx_text_literal(text, "\",\"value\":\"");
	json_append_octets(text, caa.value, caa.value_length);
	plx_text_literal(text, "\"}");
	return true;
}

// The strings stay apart: joining them is the reader's rule (SPF and ACME do, others do not).
static bool append_txt(const struct plx_result_record *record, struct plx_text *text)
{
	size_t before = text->length;
	size_t offset = 0;
	const uint8_t *string;
	uint8_t length;
	const char *separator = ",\"strings\":[\"";
	int found;
	while ((found = plx_txt_next(record->rdata, record->rdata_length, &offset, &string,
				     &length)) == 1) {
		plx_text_string(text, separator);
		json_append_octets(text, string, length);
		separator = "\",\"";
	}
	if (found < 0 || offset == 0) {
		text->length = before;
		return false;
	}
	plx_text_literal(text, "\"]}");
	return true;
}

static void append_data(struct plx_formatter *formatter, const struct plx_result_record *record,
			struct plx_text *text)
{
	size_t length;
	const char *data = formatter_rdata_text(formatter, formatter->view.result->qtype, record,
						text, &length);
	if (data != NULL) {
		plx_text_literal(text, ",\"data\":\"");
		json_append_octets(text, data, length);
		plx_text_literal(text, "\"}");
	}
}

static void append_records(struct plx_formatter *formatter, struct plx_result_view *view,
			   struct plx_text *text)
{
	uint16_t type = view->result->qtype;
	struct plx_result_record record;
	bool first = true;
	plx_text_literal(text, ",\"records\":[");
	while (plx_result_next(view, &record)) {
		if (!first) {
			plx_text_character(text, ',');
		}
		first = false;
		plx_text_literal(text, "{\"name\":\"");
		json_append_name(text, &view->owner);
		plx_text_literal(text, "\",\"ttl\":");
		plx_text_unsigned(text, record.ttl);
		plx_text_literal(text, ",\"type\":\"");
		field_append_type(&formatter->fields, text, type);
		plx_text_character(text, '"');
		bool is_written = (type == PLX_TYPE_CAA && append_caa(&record, text)) ||
				  (type == PLX_TYPE_TXT && append_txt(&record, text));
		if (!is_written) {
			append_data(formatter, &record, text);
		}
	}
	plx_text_character(text, ']');
}

static void append_aliases(const struct plx_result_view *view, struct plx_text *text)
{
	for (unsigned i = 0; i < view->result->alias_count; i++) {
		plx_text_string(text, i == 0 ? ",\"aliases\":[\"" : "\",\"");
		json_append_name(text, &view->aliases[i]);
	}
	if (view->result->alias_count > 0) {
		plx_text_literal(text, "\"]");
	}
}

// Only a definitive answer may say that no ancestor has CAA: a failure leaves the field out, so that nobody can
// take it for a permission.
static void append_found_at(const struct plx_result_view *view, struct plx_text *text)
{
	if (view->result->has_found_at) {
		plx_text_literal(text, ",\"found_at\":\"");
		json_append_name(text, &view->found_at);
		plx_text_character(text, '"');
	} else if (plx_result_is_definitive(view->result)) {
		plx_text_literal(text, ",\"found_at\":null");
	}
}

static void append_circumstances(struct plx_formatter *formatter, const struct plx_result *result,
				 struct plx_text *text)
{
	plx_text_literal(text, ",\"dnssec\":\"");
	plx_text_string(text, plx_dnssec_name((enum plx_dnssec)result->dnssec));
	if (result->server.ip.family != 0) {
		plx_text_literal(text, "\",\"server\":\"");
		field_append_server(&formatter->fields, text, &result->server);
		plx_text_literal(text, "\",\"transport\":\"");
	} else {
		plx_text_literal(text, "\",\"server\":null,\"transport\":\"");
	}
	plx_text_string(text, plx_transport_name((enum plx_transport)result->transport));
	plx_text_literal(text, "\",\"queries\":");
	plx_text_unsigned(text, result->queries);
	plx_text_literal(text, ",\"attempts\":");
	plx_text_unsigned(text, result->attempts);
	plx_text_literal(text, ",\"rtt_us\":");
	plx_text_unsigned(text, result->rtt_us);
	plx_text_literal(text, ",\"time\":\"");
	field_append_time(&formatter->fields, text, result->time_ns);
	plx_text_character(text, '"');
}

void jsonl_append(struct plx_formatter *formatter, const struct plx_asked *asked,
		  struct plx_result_view *view, struct plx_text *text)
{
	const struct plx_result *result = view->result;
	char status[12];
	plx_text_character(text, '{');
	if (asked->line != 0) {
		plx_text_literal(text, "\"line\":");
		plx_text_unsigned(text, asked->line);
		plx_text_character(text, ',');
	}
	plx_text_literal(text, "\"name\":\"");
	formatter_asked_name(asked, false, text);
	plx_text_literal(text, "\",\"type\":\"");
	field_append_type(&formatter->fields, text, asked->type);
	plx_text_literal(text, "\",\"status\":\"");
	plx_text_string(text, plx_status_format(result, status));
	plx_text_character(text, '"');
	if (asked->relevant_caa) {
		append_found_at(view, text);
	}
	append_records(formatter, view, text);
	append_aliases(view, text);
	append_circumstances(formatter, result, text);
	if (result->ede_code > 0) {
		plx_text_literal(text, ",\"ede\":");
		plx_text_unsigned(text, result->ede_code - 1u);
	}
	if (!plx_result_is_definitive(result)) {
		plx_text_literal(text, ",\"error\":\"");
		const char *error = formatter_error_text(asked, result);
		json_append_octets(text, error, strlen(error));
		plx_text_character(text, '"');
	}
	plx_text_character(text, '}');
}
