// SPDX-License-Identifier: BSD-3-Clause
// Reads DNS messages from hostile peers (RFC 1035 4.1, RFC 6891). Pure: no allocation, no I/O, any thread.
// Bounds: every name at most 255 octets and 128 pointer jumps, each strictly backward; the work of a whole
// message is linear in its size. plx_message_check walks all of it once: after that, iteration cannot fail.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/dns/name.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLX_MESSAGE_MAX 65535
#define PLX_DNS_HEADER_BYTES 12
#define PLX_NAME_JUMPS_MAX 128
#define PLX_EDNS_OPTIONS_MAX 32

enum plx_section {
	PLX_SECTION_ANSWER = 1,
	PLX_SECTION_AUTHORITY = 2,
	PLX_SECTION_ADDITIONAL = 3,
};

#define PLX_FLAG_QR 0x8000
#define PLX_FLAG_AA 0x0400
#define PLX_FLAG_TC 0x0200
#define PLX_FLAG_RD 0x0100
#define PLX_FLAG_RA 0x0080
#define PLX_FLAG_AD 0x0020
#define PLX_FLAG_CD 0x0010
#define PLX_OPCODE(flags) (((flags) >> 11) & 0xf)

// A view into the caller's bytes, which must outlive it.
struct plx_message {
	const uint8_t *wire;
	uint32_t length;
	uint16_t id;
	uint16_t flags;
	uint16_t question_count;
	uint16_t record_count[4]; // by enum plx_section; [0] unused
	// Question (when question_count == 1 and plx_message_check succeeded).
	uint16_t question_type;
	uint16_t question_class;
	uint8_t question_name_length; // wire octets from offset 12; the first question's name must not be compressed
	uint32_t records_offset; // first octet after the question section
	// What plx_message_check saw in the authority section, class IN: most answers need no second look at it.
	uint32_t soa_owner_offset; // of the first SOA
	uint8_t soa_count;         // 2: several
	bool has_authority_ns;
	// EDNS (RFC 6891), when has_edns.
	bool has_edns;
	uint8_t edns_version;
	bool edns_do;
	uint16_t edns_udp_size;
	uint16_t rcode;        // extended: 12 bits when has_edns
	const uint8_t *cookie; // COOKIE option's data (RFC 7873), first one; NULL when absent
	uint8_t cookie_length;
	uint16_t
		ede_code; // first EDE info-code (RFC 8914) that tells of failed validation, else the first, + 1; 0: none
};

struct plx_record {
	enum plx_section section;
	uint32_t owner_offset; // of the owner name, possibly compressed
	uint16_t type;
	uint16_t class;
	uint32_t ttl;
	const uint8_t *rdata;
	uint16_t rdata_length;
	uint32_t rdata_offset;
};

struct plx_record_cursor {
	uint32_t offset;
	uint16_t left[4];
};

// Header and question only: what the acceptance rules look at before a message is trusted. Errors: PLX_ERR_DNS_*.
PLX_MUST_CHECK int plx_message_open(const uint8_t *wire, size_t length,
				    struct plx_message *ret_message);
// The same for a message whose question the caller compared: the first one is, octet for octet, a name of `name_length`
// octets that the caller knows as well-formed, with type and class.
PLX_MUST_CHECK int plx_message_open_asked(const uint8_t *wire, size_t length, uint8_t name_length,
					  struct plx_message *ret_message);
// RFC 8914 info-codes that speak of failed DNSSEC validation.
static inline bool plx_ede_is_bogus(uint16_t info_code)
{
	return info_code >= 6 && info_code <= 12;
}

// Walks all sections of an opened message: owner names, RDATA bounds, names inside the RDATA of the types we
// decode (CNAME, DNAME, NS, PTR, MX, SOA, SRV, CAA's tag), EDNS options, exactly one OPT at the root in the
// additional section, no trailing bytes. Fills the EDNS fields. Errors: PLX_ERR_DNS_*, PLX_ERR_CAA_TAG.
PLX_MUST_CHECK int plx_message_check(struct plx_message *message);

// Iterates all records of a checked message in wire order. False at the end.
struct plx_record_cursor plx_message_records(const struct plx_message *message);
bool plx_message_next(const struct plx_message *message, struct plx_record_cursor *cursor,
		      struct plx_record *ret_record);

// Decompresses the name at `offset`; ret_next (may be NULL) is the offset after it in place.
PLX_MUST_CHECK int plx_message_name(const struct plx_message *message, uint32_t offset,
				    struct plx_name *ret_name, uint32_t *ret_next);
// Whether the name at `offset` is `name` or an ancestor of it. Compares without copying, case-insensitively.
PLX_PURE bool plx_message_name_is_above(const struct plx_message *message, uint32_t offset,
					const struct plx_name *name);
// The same about the name of the only question.
PLX_PURE bool plx_message_name_is_above_question(const struct plx_message *message,
						 uint32_t offset);
// Compares without copying, case-insensitively.
PLX_PURE bool plx_message_name_equal(const struct plx_message *message, uint32_t offset,
				     const struct plx_name *name);
