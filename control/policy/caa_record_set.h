// SPDX-License-Identifier: BSD-3-Clause
// The relevant CAA RRset of a name (RFC 8659 3) as the dataplane found it, checked as a whole and read record by record
// from the result's own body. Nothing is allocated, so that an RRset may be as large as a result can be
// (PLX_RESULT_BODY_MAX), and no record that forbids issuance is cut off.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/byte_reader.h>
#include <parallax/exchange/result.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum caa_set_state {
	CAA_SET_NOT_READ = 0,
	CAA_SET_EMPTY,        // the climb found none: definitive
	CAA_SET_RECORDS,      // one or more, all well-formed
	CAA_SET_FAILED,       // the look-up has no definitive answer
	CAA_SET_BOGUS,        // DNSSEC validation failed
	CAA_SET_MALFORMED,    // the RDATA of some record cannot be read: what it forbids is unknown
	CAA_SET_INCONSISTENT, // not a result of a look-up of relevant CAA records
};

struct caa_record_set {
	enum caa_set_state state;
	uint32_t ttl; // seconds; the least of the records, 0 when there is none
	struct plx_result result;
	struct plx_reader records; // the body's, before the first record
};

// Views into the result's body.
struct caa_record {
	uint8_t flags;
	uint8_t tag_length; // 1..255
	uint16_t value_length;
	const char *tag;
	const char *value;
};

// Reads the result of a PLX_JOB_RELEVANT_CAA job; never fails, but says by its state what is wrong. `body`
// (result->body_length octets) must outlive the set. Pure, any thread.
void caa_record_set_read(const struct plx_result *result, const uint8_t *body,
			 struct caa_record_set *ret_set);

// Reads from a copy of set->records: the next record, false after the last.
bool caa_record_next(struct plx_reader *records, struct caa_record *ret_record);
