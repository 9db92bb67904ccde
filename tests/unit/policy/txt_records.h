// SPDX-License-Identifier: BSD-3-Clause
// A set of records made from text, as a client reads it from a result.

#pragma once

#include <parallax/exchange/result.h>

#include <stdlib.h>
#include <string.h>

#define TXT_RECORDS_MAX 8

struct txt_records {
	struct plx_result_record records[TXT_RECORDS_MAX];
	uint8_t rdata[TXT_RECORDS_MAX][512];
	size_t count;
};

// Adds RDATA as it is.
static inline void txt_records_add_rdata(struct txt_records *set, const void *rdata, size_t length)
{
	if (set->count == TXT_RECORDS_MAX || length > sizeof(set->rdata[0])) {
		abort();
	}
	uint8_t *to = set->rdata[set->count];
	memcpy(to, rdata, length);
	set->records[set->count++] = (struct plx_result_record) {
		.ttl = 60, .rdata_length = (uint16_t)length, .rdata = to};
}

// One string of one record; nothing in the text is special.
static inline void txt_records_add_one(struct txt_records *set, const char *text)
{
	uint8_t rdata[256];
	size_t length = strlen(text);
	if (length > 255) {
		abort();
	}
	rdata[0] = (uint8_t)length;
	memcpy(rdata + 1, text, length);
	txt_records_add_rdata(set, rdata, length + 1);
}

// "a|b+c": a record "a", and one of the two strings "b" and "c".
static inline void txt_records_add(struct txt_records *set, const char *text)
{
	uint8_t rdata[512];
	size_t length = 0;
	for (;;) {
		size_t span = strcspn(text, "|+");
		if (length + 1 + span > sizeof(rdata) || span > 255) {
			abort();
		}
		rdata[length] = (uint8_t)span;
		memcpy(rdata + length + 1, text, span);
		length += 1 + span;
		if (text[span] != '+') {
			txt_records_add_rdata(set, rdata, length);
			length = 0;
		}
		if (text[span] == '\0') {
			return;
		}
		text += span + 1;
	}
}
