// SPDX-License-Identifier: BSD-3-Clause
// RDATA as a zone file has it, by type: a string of field letters says what its words are. Types of rare use are read as
// RFC 3597 `\# LENGTH HEX`, as every type may be.

#pragma once

#include "scenario_text.h"

#include <parallax/base/byte_writer.h>

#include <stdint.h>

// The RDATA words of one record, and where their octets go.
struct rdata_text {
	const struct line_words *words;
	unsigned next;
	struct plx_writer writer;
	struct scenario_fault *fault;
};

// Reads all words that are left as RDATA of `type`. -EINVAL with a fault; a failed writer means that there is no room.
PLX_MUST_CHECK int rdata_text_read(struct rdata_text *text, uint16_t type);
// All words that are left, as hex.
PLX_MUST_CHECK int rdata_read_hex(struct rdata_text *text);

// The next word, or NULL with a fault that names what is missing.
const struct word *rdata_next_word(struct rdata_text *text, const char *what);

// Fields in other alphabets (rdata_encoding.c). Each reads the words that it needs; those of a variable size before others
// carry an octet of length.
PLX_MUST_CHECK int rdata_read_base64(struct rdata_text *text);    // all words that are left
PLX_MUST_CHECK int rdata_read_base32hex(struct rdata_text *text); // NSEC3 hash, with its length
PLX_MUST_CHECK int rdata_read_salt(struct rdata_text *text);      // hex or "-", with its length
PLX_MUST_CHECK int rdata_read_time(struct rdata_text *text);      // YYYYMMDDhhmmss, or Unix time
PLX_MUST_CHECK int
rdata_read_types(struct rdata_text *text); // the bitmap of all words that are left
