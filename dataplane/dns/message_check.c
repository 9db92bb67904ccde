// SPDX-License-Identifier: BSD-3-Clause
// One walk over a whole message. What passes here can be iterated, named and expanded without errors; what does
// not is no answer at all (a look-up never goes on with the readable part of a broken message).

#include <parallax/base/byte_reader.h>
#include <parallax/base/error.h>
#include <parallax/dns/message_reader.h>
#include <parallax/dns/record.h>
#include <parallax/dns/rr_type.h>

#include "dns/name_compression.h"
#include "dns/rdata_layout.h"

// Labels and pointers that the names of one message may make us pass, against compression bombs: a record of 14
// octets can hold two names of 255 steps. Honest messages need about one step for each octet; owners that repeat
// the last pointer, as those of an RRset do, are free.
#define NAME_STEPS_PER_OCTET 4
#define NAME_STEPS_FLOOR 2048

#define OPTION_COOKIE 10 // RFC 7873
#define OPTION_EDE 15    // RFC 8914
#define COOKIE_SERVER_MIN 8
#define COOKIE_CLIENT_BYTES 8
#define COOKIE_SERVER_MAX 32
#define EDNS_FLAG_DO 0x8000

#define RECORD_FIELDS_BYTES 10 // TYPE, CLASS, TTL and RDLENGTH

struct message_check {
	struct plx_message *message;
	const uint8_t *wire;
	uint32_t length;
	uint32_t steps_left;
	struct known_name known
		[NAMES_KNOWN_MAX]; // the question's, and where the last name that was walked led to
};

// The name at `at`, in place before `limit`: where it ends there, or PLX_ERR_DNS_*.
static int name_check(struct message_check *check, uint32_t at, uint32_t limit)
{
	uint32_t next;
	uint32_t steps;
	int error =
		compressed_name_check_known(check->wire, at, limit, check->known, &next, &steps);
	if (error < 0) {
		return error;
	}
	if (steps > check->steps_left) {
		return PLX_ERR_DNS_LIMIT;
	}
	check->steps_left -= steps;
	return (int)next;
}

// Most owners are a pointer to where an earlier one led, or the root.
static int owner_check(struct message_check *check, uint32_t at)
{
	struct plx_reader reader = plx_reader_init(check->wire, check->length);
	reader.position = at;
	uint32_t first = plx_read_u16(&reader);
	if (reader.failed) {
		return name_check(check, at, check->length);
	}
	if (first < 0x100) {
		return (int)at + 1; // the root, as OPT has it
	}
	for (unsigned i = 0; i < NAMES_KNOWN_MAX; i++) {
		if ((first ^ 0xc000) == check->known[i].target) {
			return (int)at + 2;
		}
	}
	return name_check(check, at, check->length);
}

static void strings_skip(struct plx_reader *rdata, uint8_t count)
{
	for (unsigned i = 0; i < count && !rdata->failed; i++) {
		(void)plx_read_bytes(rdata, plx_read_u8(rdata));
	}
}

static void strings_skip_to_end(struct plx_reader *rdata)
{
	do {
		strings_skip(rdata, 1);
	} while (plx_reader_left(rdata) > 0);
}

// The RDATA from `at` to `end`, which are in the message.
static int layout_check(struct message_check *check, const struct rdata_layout *layout, uint32_t at,
			uint32_t end)
{
	struct plx_reader rdata = plx_reader_init(check->wire, end);
	rdata.position = at;
	(void)plx_read_bytes(&rdata, layout->head_bytes);
	if (layout->strings == RDATA_STRINGS_TO_END) {
		strings_skip_to_end(&rdata);
	} else if (layout->strings > 0) {
		strings_skip(&rdata, layout->strings);
	}
	if (rdata.failed) {
		return PLX_ERR_DNS_RDATA;
	}
	at = (uint32_t)rdata.position;
	for (unsigned i = 0; i < layout->names; i++) {
		int next = name_check(check, at, end);
		if (next < 0) {
			return next == PLX_ERR_DNS_SHORT ? PLX_ERR_DNS_RDATA : next;
		}
		at = (uint32_t)next;
	}
	bool fills = layout->tail_bytes == RDATA_TAIL_ANY || end - at == layout->tail_bytes;
	return fills ? 0 : PLX_ERR_DNS_RDATA;
}

static int cookie_read(struct plx_message *message, const uint8_t *data, uint16_t length)
{
	// RFC 7873 5.3: a response whose COOKIE has another length is malformed.
	bool has_server = length >= COOKIE_CLIENT_BYTES + COOKIE_SERVER_MIN &&
			  length <= COOKIE_CLIENT_BYTES + COOKIE_SERVER_MAX;
	if (length != COOKIE_CLIENT_BYTES && !has_server) {
		return PLX_ERR_DNS_RDATA;
	}
	if (message->cookie == NULL) {
		message->cookie = data;
		message->cookie_length = (uint8_t)length;
	}
	return 0;
}

static int option_read(struct plx_message *message, struct plx_reader *options)
{
	uint16_t code = plx_read_u16(options);
	uint16_t length = plx_read_u16(options);
	const uint8_t *data = plx_read_bytes(options, length);
	if (data == NULL) {
		return PLX_ERR_DNS_RDATA;
	}
	if (code == OPTION_COOKIE) {
		return cookie_read(message, data, length);
	}
	if (code == OPTION_EDE) {
		struct plx_reader ede = plx_reader_init(data, length);
		uint16_t info_code = plx_read_u16(&ede);
		if (ede.failed) {
			return PLX_ERR_DNS_RDATA;
		}
		// A server may add codes of any kind in any order (RFC 8914 2): one about validation decides.
		bool is_decisive = plx_ede_is_bogus(info_code) &&
				   !plx_ede_is_bogus((uint16_t)(message->ede_code - 1));
		if (message->ede_code == 0 || is_decisive) {
			// The last private-use code shares a number with the one before: 0 is "absent".
			message->ede_code =
				(uint16_t)(info_code + (info_code < UINT16_MAX ? 1 : 0));
		}
	}
	return 0;
}

// RFC 6891 6.1. `class` and `ttl` are the fields of those names in the record.
static int opt_read(struct plx_message *message, uint16_t class, uint32_t ttl,
		    struct plx_reader options)
{
	message->has_edns = true;
	message->edns_udp_size = class;
	message->rcode = (uint16_t)(ttl >> 24 << 4 | (message->flags & 0xf));
	message->edns_version = (uint8_t)(ttl >> 16);
	message->edns_do = (ttl & EDNS_FLAG_DO) != 0;
	for (unsigned count = 0; plx_reader_left(&options) > 0; count++) {
		if (count == PLX_EDNS_OPTIONS_MAX) {
			return PLX_ERR_DNS_LIMIT;
		}
		int error = option_read(message, &options);
		if (error < 0) {
			return error;
		}
	}
	return 0;
}

static void authority_note(struct plx_message *message, uint16_t type, uint32_t owner_offset)
{
	if (type == PLX_TYPE_SOA) {
		if (message->soa_count == 0) {
			message->soa_owner_offset = owner_offset;
		}
		message->soa_count = message->soa_count == 0 ? 1 : 2;
	}
	message->has_authority_ns |= type == PLX_TYPE_NS;
}

// The record at `at`: where it ends, or PLX_ERR_*.
static int record_check(struct message_check *check, enum plx_section section, uint32_t at)
{
	int owner_end = owner_check(check, at);
	if (owner_end < 0) {
		return owner_end;
	}
	struct plx_reader reader = plx_reader_init(check->wire, check->length);
	reader.position = (uint32_t)owner_end;
	const uint8_t *fields_bytes = plx_read_bytes(&reader, RECORD_FIELDS_BYTES);
	if (fields_bytes == NULL) {
		return PLX_ERR_DNS_SHORT;
	}
	struct plx_reader fields = plx_reader_init(fields_bytes, RECORD_FIELDS_BYTES);
	uint16_t type = plx_read_u16(&fields);
	uint16_t class = plx_read_u16(&fields);
	uint32_t ttl = plx_read_u32(&fields);
	uint16_t rdata_length = plx_read_u16(&fields);
	const uint8_t *rdata = plx_read_bytes(&reader, rdata_length);
	if (rdata == NULL) {
		return PLX_ERR_DNS_SHORT;
	}
	uint32_t end = (uint32_t)reader.position;
	int error = 0;
	if (type == PLX_TYPE_OPT) {
		bool at_root = (uint32_t)owner_end - at == 1;
		if (section != PLX_SECTION_ADDITIONAL || !at_root || check->message->has_edns) {
			return PLX_ERR_DNS_OPT;
		}
		error = opt_read(check->message, class, ttl, plx_reader_init(rdata, rdata_length));
		return error < 0 ? error : (int)end;
	}
	if (section == PLX_SECTION_AUTHORITY && class == PLX_CLASS_IN) {
		authority_note(check->message, type, at);
	}
	if (type == PLX_TYPE_CAA && class == PLX_CLASS_IN) {
		struct plx_caa caa;
		error = plx_caa_parse(rdata, rdata_length, &caa);
	} else {
		const struct rdata_layout *layout = rdata_layout_find(type, class);
		error = layout == NULL ? 0 : layout_check(check, layout, end - rdata_length, end);
	}
	return error < 0 ? error : (int)end;
}

int plx_message_check(struct plx_message *message)
{
	if (message->question_count > 1) {
		return PLX_ERR_DNS_QUESTION;
	}
	struct message_check check = {
		.message = message,
		.wire = message->wire,
		.length = message->length,
		.steps_left = NAME_STEPS_FLOOR + NAME_STEPS_PER_OCTET * message->length,
		// The question's name was read by plx_message_open.
		.known = {{.target = message->question_count == 1 ? PLX_DNS_HEADER_BYTES
								  : NAME_UNKNOWN,
			   .octets = message->question_name_length,
			   .steps = message->question_name_length},
			  {.target = NAME_UNKNOWN}},
	};
	uint32_t at = message->records_offset;
	for (int section = PLX_SECTION_ANSWER; section <= PLX_SECTION_ADDITIONAL; section++) {
		for (unsigned left = message->record_count[section]; left > 0; left--) {
			int end = record_check(&check, (enum plx_section)section, at);
			if (end < 0) {
				return end;
			}
			at = (uint32_t)end;
		}
	}
	return at == message->length ? 0 : PLX_ERR_DNS_TRAILING;
}
