// SPDX-License-Identifier: BSD-3-Clause
// Results of the exchange as lines of text: what parallax-sweep writes and what `lookup.run` answers. The formats
// are described field by field in docs/output-formats.md. Every line is whole, valid (JSON where the format is
// JSON) whatever octets the DNS held, and carries no newline: callers add it.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/exchange/result.h>
#include <parallax/format/text_buffer.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLX_FORMATS(X)                                                                             \
	X(JSONL, "jsonl")                                                                          \
	X(MASSDNS_SIMPLE, "massdns-simple")                                                        \
	X(MASSDNS_NDJSON, "massdns-ndjson")                                                        \
	X(ZDNS, "zdns")

enum plx_format {
#define PLX_FORMAT_ENTRY(name, text) PLX_FORMAT_##name,
	PLX_FORMATS(PLX_FORMAT_ENTRY)
#undef PLX_FORMAT_ENTRY
		PLX_FORMAT_COUNT
};

// "jsonl" and so on; -EINVAL.
PLX_MUST_CHECK int plx_format_parse(const char *text, enum plx_format *ret_format);
const char *plx_format_name(enum plx_format format);

// What was asked. Exactly one of `name` and `raw` is given: `raw` are the octets of an input that is no name.
struct plx_asked {
	uint64_t line; // of the input, from 1; 0 leaves the field out
	const struct plx_name *name;
	const char *raw;
	size_t raw_length;
	uint16_t type;
	bool relevant_caa; // the climb: the line carries `found_at`
	const char *error; // why it failed; NULL: plx_cause_text(result->cause)
};

// Remembers the last second, type and servers as text, since neighbouring results share them. One thread.
struct plx_formatter;

// NULL: no memory.
struct plx_formatter *plx_formatter_create(enum plx_format format);
void plx_formatter_destroy(struct plx_formatter *formatter);

// Appends one line without its newline. -EINVAL: `body` is inconsistent (the other process is at fault);
// -ENOSPC, -ENOMEM: no room. On failure the text is as it was.
PLX_MUST_CHECK int plx_formatter_append(struct plx_formatter *formatter,
					const struct plx_asked *asked,
					const struct plx_result *result, const uint8_t *body,
					struct plx_text *text);
