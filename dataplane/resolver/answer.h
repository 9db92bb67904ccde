// SPDX-License-Identifier: BSD-3-Clause
// What a checked message says about a question: the alias chain from the name to the records, or why there are none
// (RFC 1034 4.3.2, RFC 2308, RFC 6604). Pure.

#pragma once

#include <parallax/dns/message_reader.h>
#include <parallax/exchange/result.h>

#include <stdint.h>

enum answer_kind {
	ANSWER_RECORDS = 1, // the RRset at `owner`
	ANSWER_NODATA,      // the name (or the last alias target) has none of this type
	ANSWER_NXDOMAIN,    // the name (or the last alias target) does not exist
	ANSWER_UNFINISHED, // aliases lead to a name that this server says nothing about: ask for it
	ANSWER_LAME, // a referral, or an empty answer from a server that is neither authoritative nor recursive
	ANSWER_LOOP,
	ANSWER_LIMIT, // more than PLX_ALIASES_MAX hops
	ANSWER_CONTRADICTORY, // no reading of it is safe: NXDOMAIN with the records, two CNAMEs, another name
};

struct answer {
	enum answer_kind kind;
	const struct plx_message *message;
	uint8_t alias_count;
	struct plx_name aliases[PLX_ALIASES_MAX]; // targets in order; the last one owns the records
	const struct plx_name *
		owner; // of the records: the question's name, which the caller keeps, or the last alias
	uint16_t qtype;
};

// `name` is the question's, which the message holds; the message answers it with NOERROR or NXDOMAIN.
void answer_read(const struct plx_message *message, const struct plx_name *name, uint16_t qtype,
		 struct answer *ret_answer);
