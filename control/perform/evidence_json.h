// SPDX-License-Identifier: BSD-3-Clause
// What a check saw, as JSON for the audit log and the diagnosis (BR 5.4.1). Whatever the far side sent, the JSON is valid,
// bounded, and holds no U+0000: an octet 0 is told as U+2400, all other octets as U+0001..U+00FF, one by one, so that
// they come back exactly.

#pragma once

#include <parallax/dns/name.h>
#include <parallax/exchange/job.h>
#include <parallax/exchange/result.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_t;
struct plx_formatter;

// Of one answer. A TXT set may be 64 KiB, and an order's evidence travels and is kept for years.
#define EVIDENCE_RECORDS_MAX 32
#define EVIDENCE_RECORD_BYTES_MAX 8192 // of RDATA, in all
#define EVIDENCE_TEXT_MAX 1024         // octets of a URL, a Location and the like
#define EVIDENCE_NO_RECORD SIZE_MAX

struct evidence_question {
	const struct plx_name *name;
	uint16_t type;
	bool is_relevant_caa;
	enum plx_resolution resolution;
};

// A DNS answer with the members of a parallax-sweep line (docs/output-formats.md), "resolution" (who found the validation
// state: an upstream, or we from the root down) and "records_total". Kept are the first
// records and, wherever it stands, `decisive`. A body that contradicts the result is left out. NULL: no memory.
struct json_t *evidence_answer(struct plx_formatter *formatter,
			       const struct evidence_question *question,
			       const struct plx_result *result, const uint8_t *body,
			       size_t decisive);
// Any octets as a JSON string. NULL: no memory.
struct json_t *evidence_octets(const void *octets, size_t length);
// Up to `max` octets of text as a JSON string; NULL gives null. NULL: no memory.
struct json_t *evidence_text(const char *text, size_t max);
// "evidence" with all of it that is not NULL; takes the references. NULL: no memory.
struct json_t *evidence_make(struct json_t *dns, struct json_t *http, struct json_t *tls);
