// SPDX-License-Identifier: BSD-3-Clause
// What the formats share: the formatter's memory, and one append function per format. They get a view that is
// open at its first record, and may leave the text half-written when it has no room.

#pragma once

#include <parallax/format/result_format.h>

#include "format/field_text.h"

struct plx_formatter {
	enum plx_format format;
	struct field_cache fields;
	struct plx_result_view view; // here rather than on the stack: 3 kB to clear for each line
	char *rdata_text;
	size_t rdata_text_size;
};

void jsonl_append(struct plx_formatter *formatter, const struct plx_asked *asked,
		  struct plx_result_view *view, struct plx_text *text);
void massdns_simple_append(struct plx_formatter *formatter, const struct plx_asked *asked,
			   struct plx_result_view *view, struct plx_text *text);
void massdns_ndjson_append(struct plx_formatter *formatter, const struct plx_asked *asked,
			   struct plx_result_view *view, struct plx_text *text);
void zdns_append(struct plx_formatter *formatter, const struct plx_asked *asked,
		 struct plx_result_view *view, struct plx_text *text);

// The record's presentation form, valid until the next call; NULL: no memory, and the text is marked failed.
const char *formatter_rdata_text(struct plx_formatter *formatter, uint16_t type,
				 const struct plx_result_record *record, struct plx_text *text,
				 size_t *ret_length);
// Name or raw octets of the question, for JSON, with the final dot when `absolute`.
void formatter_asked_name(const struct plx_asked *asked, bool absolute, struct plx_text *text);
// The name that the record after alias number `hop` belongs to: the asked name, then each alias.
const struct plx_name *formatter_alias_owner(const struct plx_asked *asked,
					     const struct plx_result_view *view, unsigned hop);
// Why it failed, in a sentence.
const char *formatter_error_text(const struct plx_asked *asked, const struct plx_result *result);
