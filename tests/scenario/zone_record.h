// SPDX-License-Identifier: BSD-3-Clause
// One resource record as a zone file has it: OWNER [TTL] [CLASS] TYPE RDATA, on one line. What RDATA is read is in
// rdata_text.h.

#pragma once

#include "scenario_text.h"

#include <parallax/base/ip_address.h>
#include <parallax/dns/name.h>

#include <stdint.h>

#define ZONE_TTL_DEFAULT 3600 // Deckard's

struct zone_record {
	struct plx_name owner; // length 0: the question's name, written @
	uint32_t ttl;
	uint16_t type;
	uint16_t class;
	uint8_t section; // enum plx_section; of no interest here
	bool is_raw;     // RAW HEX: `rdata` is the whole record, owner included
	uint16_t rdata_length;
	uint8_t *rdata; // names uncompressed, as written; owned
};

// -EINVAL with a fault, -ENOMEM.
PLX_MUST_CHECK int zone_record_parse(const struct line_words *words, struct zone_record *ret_record,
				     struct scenario_fault *fault);
void zone_record_release(struct zone_record *record);

// "www.example.test." as a word; a final dot is optional, all names are absolute.
PLX_MUST_CHECK int zone_name_parse(const struct word *word, unsigned line,
				   struct plx_name *ret_name, struct scenario_fault *fault);
// An IPv4 or IPv6 address as a word.
PLX_MUST_CHECK int zone_address_parse(const struct word *word, unsigned line, struct plx_ip *ret_ip,
				      struct scenario_fault *fault);
// [TTL] [CLASS] TYPE from word `*index` on, which is moved behind the type.
PLX_MUST_CHECK int zone_type_parse(const struct line_words *words, unsigned *index,
				   struct zone_record *record, struct scenario_fault *fault);
