// SPDX-License-Identifier: BSD-3-Clause
// The JSON of zdns's raw modules: {"name","class","results":{TYPE:{"status",...,"data":{"answers":[...]}}}}.
// Names carry no final dot there.

#include <parallax/dns/record.h>

#include "format/formatter.h"
#include "format/json_text.h"

static void append_answer_head(struct plx_text *text, const struct plx_name *owner, bool first)
{
	plx_text_string(text, first ? "{\"name\":\"" : ",{\"name\":\"");
	json_append_name(text, owner);
	plx_text_literal(text, "\",\"class\":\"IN\",\"type\":\"");
}

static bool append_caa(const struct plx_result_record *record, struct plx_text *text)
{
	struct plx_caa caa;
	if (plx_caa_parse(record->rdata, record->rdata_length, &caa) != 0) {
		return false;
	}
	plx_text_literal(text, ",\"tag\":\"");
	json_append_octets(text, caa.tag, caa.tag_length);
	plx_text_literal(text, "\",\"value\":\"");
	json_append_octets(text, caa.value, caa.value_length);
	plx_text_literal(text, "\",\"flag\":");
	plx_text_unsigned(text, caa.flags);
	plx_text_character(text, '}');
	return true;
}

// zdns joins the strings of a TXT record with newlines.
static bool append_txt(const struct plx_result_record *record, struct plx_text *text)
{
	size_t before = text->length;
	size_t offset = 0;
	const uint8_t *string;
	uint8_t length;
	const char *separator = ",\"answer\":\"";
	int found;
	while ((found = plx_txt_next(record->rdata, record->rdata_length, &offset, &string,
				     &length)) == 1) {
		plx_text_string(text, separator);
		json_append_octets(text, string, length);
		separator = "\\n";
	}
	if (found < 0 || offset == 0) {
		text->length = before;
		return false;
	}
	plx_text_literal(text, "\"}");
	return true;
}

// True for types whose presentation form is, or ends in, one domain name.
static bool ends_in_name(uint16_t type)
{
	return type == PLX_TYPE_NS || type == PLX_TYPE_CNAME || type == PLX_TYPE_PTR ||
	       type == PLX_TYPE_DNAME || type == PLX_TYPE_MX;
}

static void append_data(struct plx_formatter *formatter, uint16_t type,
			const struct plx_result_record *record, struct plx_text *text)
{
	size_t length;
	const char *data = formatter_rdata_text(formatter, type, record, text, &length);
	if (data == NULL) {
		return;
	}
	bool is_unknown_form = length > 1 && data[0] == '\\' && data[1] == '#'; // RFC 3597
	if (ends_in_name(type) && !is_unknown_form && length > 1 && data[length - 1] == '.') {
		length--;
	}
	const char *space =
		type == PLX_TYPE_MX && !is_unknown_form ? memchr(data, ' ', length) : NULL;
	if (space != NULL) {
		plx_text_literal(text, ",\"preference\":");
		plx_text_append(text, data, (size_t)(space - data));
		length -= (size_t)(space + 1 - data);
		data = space + 1;
	}
	plx_text_literal(text, ",\"answer\":\"");
	json_append_octets(text, data, length);
	plx_text_literal(text, "\"}");
}

static void append_answers(struct plx_formatter *formatter, const struct plx_asked *asked,
			   struct plx_result_view *view, struct plx_text *text)
{
	const struct plx_result *result = view->result;
	uint16_t type = result->qtype;
	plx_text_literal(text, "\"answers\":[");
	for (unsigned hop = 0; hop < result->alias_count; hop++) {
		append_answer_head(text, formatter_alias_owner(asked, view, hop), hop == 0);
		plx_text_literal(text, "CNAME\",\"answer\":\"");
		json_append_name(text, &view->aliases[hop]);
		plx_text_literal(text, "\"}");
	}
	struct plx_result_record record;
	bool first = result->alias_count == 0;
	while (plx_result_next(view, &record)) {
		append_answer_head(text, &view->owner, first);
		first = false;
		field_append_type(&formatter->fields, text, type);
		plx_text_literal(text, "\",\"ttl\":");
		plx_text_unsigned(text, record.ttl);
		bool is_written = (type == PLX_TYPE_CAA && append_caa(&record, text)) ||
				  (type == PLX_TYPE_TXT && append_txt(&record, text));
		if (!is_written) {
			append_data(formatter, type, &record, text);
		}
	}
	plx_text_literal(text, "],");
}

// Seconds with microseconds, as a JSON number.
static void append_duration(struct plx_text *text, uint32_t microseconds)
{
	char fraction[7] = {'.'};
	uint32_t rest = microseconds % 1000000;
	for (unsigned i = 6; i > 0; i--) {
		fraction[i] = (char)('0' + rest % 10);
		rest /= 10;
	}
	plx_text_unsigned(text, microseconds / 1000000);
	plx_text_append(text, fraction, sizeof(fraction));
}

void zdns_append(struct plx_formatter *formatter, const struct plx_asked *asked,
		 struct plx_result_view *view, struct plx_text *text)
{
	const struct plx_result *result = view->result;
	char status[12];
	plx_text_literal(text, "{\"name\":\"");
	formatter_asked_name(asked, false, text);
	plx_text_literal(text, "\",\"class\":\"IN\",\"results\":{\"");
	field_append_type(&formatter->fields, text, asked->type);
	plx_text_literal(text, "\":{\"status\":\"");
	plx_text_string(text, plx_status_format(result, status));
	if (!plx_result_is_definitive(result)) {
		plx_text_literal(text, "\",\"error\":\"");
		const char *error = formatter_error_text(asked, result);
		json_append_octets(text, error, strlen(error));
	}
	plx_text_literal(text, "\",\"timestamp\":\"");
	field_append_time(&formatter->fields, text, result->time_ns);
	plx_text_literal(text, "\",\"duration\":");
	append_duration(text, result->rtt_us);
	plx_text_literal(text, ",\"data\":{");
	if (result->record_count > 0 || result->alias_count > 0) {
		append_answers(formatter, asked, view, text);
	}
	plx_text_literal(text, "\"protocol\":\"");
	if (result->transport != PLX_TRANSPORT_NONE) {
		plx_text_string(text, plx_transport_name((enum plx_transport)result->transport));
	}
	plx_text_literal(text, "\",\"resolver\":\"");
	if (result->server.ip.family != 0) {
		field_append_endpoint(&formatter->fields, text, &result->server);
	}
	plx_text_literal(text, "\"}}}}");
}
