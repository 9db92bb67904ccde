// SPDX-License-Identifier: BSD-3-Clause
// Choice of the format, and what all formats need.

#include "format/formatter.h"

#include <parallax/dns/record.h>

#include "format/json_text.h"

#include <errno.h>
#include <stdlib.h>

static const char *const format_names[PLX_FORMAT_COUNT] = {
#define PLX_FORMAT_ENTRY(name, text) [PLX_FORMAT_##name] = text,
	PLX_FORMATS(PLX_FORMAT_ENTRY)
#undef PLX_FORMAT_ENTRY
};

int plx_format_parse(const char *text, enum plx_format *ret_format)
{
	for (unsigned i = 0; i < PLX_FORMAT_COUNT; i++) {
		if (strcmp(text, format_names[i]) == 0) {
			*ret_format = (enum plx_format)i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *plx_format_name(enum plx_format format)
{
	return (unsigned)format < PLX_FORMAT_COUNT ? format_names[format] : "unknown";
}

struct plx_formatter *plx_formatter_create(enum plx_format format)
{
	struct plx_formatter *formatter = calloc(1, sizeof(*formatter));
	if (formatter != NULL) {
		formatter->format = format;
	}
	return formatter;
}

void plx_formatter_destroy(struct plx_formatter *formatter)
{
	if (formatter != NULL) {
		free(formatter->rdata_text);
		free(formatter);
	}
}

const char *formatter_rdata_text(struct plx_formatter *formatter, uint16_t type,
				 const struct plx_result_record *record, struct plx_text *text,
				 size_t *ret_length)
{
	for (;;) {
		size_t needed = plx_rdata_format(type, record->rdata, record->rdata_length,
						 formatter->rdata_text, formatter->rdata_text_size);
		if (needed < formatter->rdata_text_size) {
			*ret_length = needed;
			return formatter->rdata_text;
		}
		size_t size = needed + 512;
		char *grown = realloc(formatter->rdata_text, size);
		if (grown == NULL) {
			text->failed = true;
			return NULL;
		}
		formatter->rdata_text = grown;
		formatter->rdata_text_size = size;
	}
}

void formatter_asked_name(const struct plx_asked *asked, bool absolute, struct plx_text *text)
{
	if (asked->name == NULL) {
		json_append_octets(text, asked->raw, asked->raw_length);
		return;
	}
	json_append_name(text, asked->name);
	if (absolute && asked->name->length > 1) {
		plx_text_character(text, '.');
	}
}

const struct plx_name *formatter_alias_owner(const struct plx_asked *asked,
					     const struct plx_result_view *view, unsigned hop)
{
	return hop == 0 ? asked->name : &view->aliases[hop - 1];
}

const char *formatter_error_text(const struct plx_asked *asked, const struct plx_result *result)
{
	if (asked->error != NULL) {
		return asked->error;
	}
	return plx_cause_text((enum plx_cause)result->cause);
}

int plx_formatter_append(struct plx_formatter *formatter, const struct plx_asked *asked,
			 const struct plx_result *result, const uint8_t *body,
			 struct plx_text *text)
{
	struct plx_result_view *view = &formatter->view;
	int error = plx_result_open(result, body, view);
	if (error != 0) {
		return error;
	}
	if (asked->name == NULL && result->alias_count > 0) {
		return -EINVAL;
	}
	size_t start = text->length;
	switch (formatter->format) {
	case PLX_FORMAT_JSONL:
		jsonl_append(formatter, asked, view, text);
		break;
	case PLX_FORMAT_MASSDNS_SIMPLE:
		massdns_simple_append(formatter, asked, view, text);
		break;
	case PLX_FORMAT_MASSDNS_NDJSON:
		massdns_ndjson_append(formatter, asked, view, text);
		break;
	case PLX_FORMAT_ZDNS:
		zdns_append(formatter, asked, view, text);
		break;
	case PLX_FORMAT_COUNT:
		return -EINVAL;
	}
	if (text->failed) {
		plx_text_rewind(text, start);
		return text->grows ? -ENOMEM : -ENOSPC;
	}
	return 0;
}
