// SPDX-License-Identifier: BSD-3-Clause
// Lines of an exported log (NDJSON). One record a line, members always in this order, no blanks:
//
//   {"sequence":7,"time_us":1790000000000000,"kind":"check","previous_hash":"<64 hex>","hash":"<64 hex>","body":{...}}
//   {"end":true,"first_sequence":1,"last_sequence":7,"record_count":7,"last_hash":"<64 hex>"}
//
// The octets after "body": up to the last brace are the body as it was hashed, so a verifier in any language cuts
// them out instead of writing JSON anew. Any line that parses is the line that would be formatted. Pure.

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_chain.h"
#include "audit/audit_record.h"

#include <stdint.h>

#define AUDIT_LINE_OVERHEAD_MAX 512u
#define AUDIT_LINE_BYTES_MAX (AUDIT_BODY_BYTES_MAX + AUDIT_LINE_OVERHEAD_MAX)
#define AUDIT_LINE_KIND_MAX 32u

enum audit_line_kind {
	AUDIT_LINE_NONE = 0,
	AUDIT_LINE_RECORD,
	AUDIT_LINE_END,
};

// The last line: an export that was cut off has none.
struct audit_line_end {
	uint64_t first_sequence; // 0: no records
	uint64_t last_sequence;
	uint64_t record_count;
	uint8_t last_hash[AUDIT_HASH_BYTES];
};

struct audit_line {
	enum audit_line_kind kind;
	struct audit_entry entry; // texts within the parsed text
	struct audit_line_end end;
};

// Without the line feed. Outside input: PLX_ERR_AUDIT_LINE for anything else than the two forms.
PLX_MUST_CHECK int audit_line_parse(const char *text, size_t length, struct audit_line *ret_line);

// With its line feed, terminated; to be freed by free(). NULL: no memory. The entry's kind and body are as a log writes
// them (the chain was checked).
char *audit_line_format_record(const struct audit_entry *entry, size_t *ret_length);
char *audit_line_format_end(const struct audit_line_end *end, size_t *ret_length);
