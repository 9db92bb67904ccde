// SPDX-License-Identifier: BSD-3-Clause

#include "reflect/answer.h"

#include <parallax/base/byte_reader.h>
#include <parallax/dns/message_reader.h>
#include <parallax/dns/message_writer.h>
#include <parallax/dns/rr_type.h>

#include "network/checksum.h"
#include "reflect/wire_integer.h"

#define LABEL_MAX 63 // RFC 1035 2.3.4; longer ones are pointers
#define EDNS_DO 0x8000
#define EDNS_OPTION_COOKIE 10
#define OPT_BYTES 11
#define QUESTION_FIXED_BYTES 4 // type and class
#define OPTION_HEADER_BYTES 4
#define UDP_SIZE_MIN 512 // RFC 1035 4.2.1, RFC 6891 6.2.5
#define COOKIE_SERVER_BYTES 8
#define COOKIE_BYTES (OPTION_HEADER_BYTES + PLX_COOKIE_CLIENT_BYTES + COOKIE_SERVER_BYTES)

struct query {
	uint16_t flags;
	uint16_t type;
	uint16_t class;
	uint8_t first_label_length;
	size_t question_end;
	bool has_opt;
	uint8_t version;
	uint16_t udp_size;
	bool wants_dnssec;
	bool is_cookie_bad;    // RFC 7873 5.2.2
	const uint8_t *cookie; // the client's eight octets
};

const char *reflect_drop_name(enum reflect_drop drop)
{
	static const char *const names[REFLECT_DROPS] = {
		[REFLECT_ACCEPTED] = "accepted",
		[REFLECT_DROP_SHORT] = "short",
		[REFLECT_DROP_RESPONSE] = "response",
		[REFLECT_DROP_OPCODE] = "opcode",
		[REFLECT_DROP_QUESTION] = "question",
		[REFLECT_DROP_MALFORMED] = "malformed",
		[REFLECT_DROP_NO_ROOM] = "no_room",
		[REFLECT_DROP_NOT_FOR_US] = "not_for_us",
		[REFLECT_DROP_BAD_FRAME] = "bad_frame",
		[REFLECT_DROP_FRAGMENT] = "fragment",
		[REFLECT_DROP_CHECKSUM] = "checksum",
		[REFLECT_DROP_FOREIGN] = "foreign",
		[REFLECT_DROP_RATE] = "rate",
		[REFLECT_DROP_LOSS] = "loss",
		[REFLECT_DROP_DELAY_FULL] = "delay_full",
		[REFLECT_DROP_TRANSMIT_FULL] = "transmit_full",
	};
	return drop < REFLECT_DROPS ? names[drop] : "unknown";
}

// Bounded by the longest name: 127 labels.
static bool skip_name(struct plx_reader *reader, uint8_t *ret_first_label_length)
{
	size_t start = reader->position;
	uint8_t length = plx_read_u8(reader);
	*ret_first_label_length = length;
	while (length != 0) {
		if (length > LABEL_MAX || plx_read_bytes(reader, length) == NULL ||
		    reader->position - start >= PLX_NAME_MAX) {
			return false;
		}
		length = plx_read_u8(reader);
	}
	return !reader->failed;
}

static bool read_options(struct plx_reader *options, struct query *query)
{
	for (unsigned i = 0; plx_reader_left(options) > 0; i++) {
		uint16_t code = plx_read_u16(options);
		uint16_t length = plx_read_u16(options);
		const uint8_t *value = plx_read_bytes(options, length);
		if (options->failed || i == PLX_EDNS_OPTIONS_MAX) {
			return false;
		}
		if (code == EDNS_OPTION_COOKIE && query->cookie == NULL) {
			query->is_cookie_bad =
				length != PLX_COOKIE_CLIENT_BYTES &&
				(length < 2 * PLX_COOKIE_CLIENT_BYTES ||
				 length > PLX_COOKIE_CLIENT_BYTES + PLX_COOKIE_SERVER_MAX);
			query->cookie = value;
		}
	}
	return true;
}

// The only record that a plain query has (RFC 6891 6.1.2).
static bool read_opt(struct plx_reader *reader, struct query *query)
{
	const uint8_t *opt = plx_read_bytes(reader, OPT_BYTES);
	if (opt == NULL || opt[0] != 0 || load_u16(opt + 1) != PLX_TYPE_OPT) {
		return false;
	}
	query->udp_size = load_u16(opt + 3);
	query->version = opt[6];
	query->wants_dnssec = (load_u16(opt + 7) & EDNS_DO) != 0;
	uint16_t length = load_u16(opt + 9);
	if (length != plx_reader_left(reader)) {
		return false;
	}
	query->has_opt = true;
	return length == 0 || read_options(reader, query);
}

static enum reflect_drop read_query(const uint8_t *message, size_t length, struct query *query)
{
	struct plx_reader reader = plx_reader_init(message, length);
	const uint8_t *header = plx_read_bytes(&reader, PLX_DNS_HEADER_BYTES);
	if (header == NULL) {
		return REFLECT_DROP_SHORT;
	}
	query->flags = load_u16(header + 2);
	uint16_t question_count = load_u16(header + 4);
	uint16_t answer_count = load_u16(header + 6);
	uint16_t authority_count = load_u16(header + 8);
	uint16_t additional_count = load_u16(header + 10);
	if ((query->flags & PLX_FLAG_QR) != 0) {
		return REFLECT_DROP_RESPONSE;
	}
	if (PLX_OPCODE(query->flags) != 0) {
		return REFLECT_DROP_OPCODE;
	}
	if (question_count != 1) {
		return REFLECT_DROP_QUESTION;
	}
	if ((answer_count | authority_count) != 0 || additional_count > 1) {
		return REFLECT_DROP_MALFORMED;
	}
	if (!skip_name(&reader, &query->first_label_length)) {
		return REFLECT_DROP_QUESTION;
	}
	const uint8_t *fixed = plx_read_bytes(&reader, QUESTION_FIXED_BYTES);
	if (fixed == NULL) {
		return REFLECT_DROP_QUESTION;
	}
	query->type = load_u16(fixed);
	query->class = load_u16(fixed + 2);
	query->question_end = reader.position;
	bool is_whole =
		additional_count == 0 ? plx_reader_left(&reader) == 0 : read_opt(&reader, query);
	return is_whole ? REFLECT_ACCEPTED : REFLECT_DROP_MALFORMED;
}

static const struct reflect_tail *choose_tail(const struct reflect_answers *answers,
					      const struct query *query, const uint8_t *message)
{
	const struct reflect_tail *tail = answers->fixed;
	if (PLX_UNLIKELY(query->version != 0)) {
		return &answers->badvers;
	}
	if (PLX_UNLIKELY(query->is_cookie_bad)) {
		return &answers->formerr;
	}
	if (PLX_UNLIKELY(query->class != PLX_CLASS_IN)) {
		return answers->by_size[REFLECT_REFUSED][0];
	}
	struct reflect_profile profile;
	if (answers->config.is_by_name &&
	    reflect_profile_parse((const char *)message + PLX_DNS_HEADER_BYTES + 1,
				  query->first_label_length, &profile) == 0) {
		tail = reflect_answers_find(answers, &profile);
	}
	bool has_other_type =
		tail->type != 0 && tail->type != query->type && query->type != PLX_TYPE_ANY;
	// The root has no parent that could deny it.
	bool is_root = tail->parent_pointer_count > 0 && query->first_label_length == 0;
	tail = has_other_type || is_root ? answers->nodata : tail;
	size_t name_length = query->question_end - PLX_DNS_HEADER_BYTES - QUESTION_FIXED_BYTES;
	return PLX_LIKELY(name_length <= tail->name_length_max) ? tail : &answers->bare;
}

static uint64_t swapped(uint16_t value)
{
	return __builtin_bswap16(value);
}

// Everything behind the ID, as two words in memory order. Returns the sum of the whole header: a load that spans several
// fresh stores would wait for them.
static uint64_t write_header(const struct reflect_answers *answers, const struct query *query,
			     const struct reflect_tail *tail, uint8_t *message)
{
	uint16_t id, flags = PLX_FLAG_QR | tail->flags;
	flags |= query->flags & (PLX_FLAG_RD | PLX_FLAG_CD);
	if (answers->config.recursion_available) {
		flags |= PLX_FLAG_RA;
	}
	if (answers->config.authentic_data &&
	    (query->wants_dnssec || (query->flags & PLX_FLAG_AD) != 0)) {
		flags |= PLX_FLAG_AD;
	}
	const uint16_t additional_count = (uint16_t)(tail->additional_count + query->has_opt);
	const uint64_t middle = swapped(flags) | swapped(1) << 16 |
				swapped(tail->answer_count) << 32 |
				swapped(tail->authority_count) << 48;
	const uint16_t last = (uint16_t)swapped(additional_count);
	memcpy(&id, message, sizeof(id));
	memcpy(message + 2, &middle, sizeof(middle));
	memcpy(message + 10, &last, sizeof(last));
	return id + (middle & 0xffffffff) + (middle >> 32) + last;
}

// RFC 7873 4.2: a hash of the client's cookie, its address and our secret.
static uint64_t server_cookie(const struct reflect_answers *answers,
			      const struct reflect_client *client,
			      const uint8_t client_cookie[static PLX_COOKIE_CLIENT_BYTES])
{
	uint8_t input[PLX_COOKIE_CLIENT_BYTES + 16] = {0};
	memcpy(input, client_cookie, PLX_COOKIE_CLIENT_BYTES);
	memcpy(input + PLX_COOKIE_CLIENT_BYTES, client->address,
	       client->address_length <= 16 ? client->address_length : 16);
	return plx_siphash(&answers->config.cookie_key, input, sizeof(input));
}

// In words, for the sake of the sum, which it returns.
static uint64_t write_opt(const struct query *query, bool is_badvers, uint16_t option_length,
			  uint8_t *at)
{
	uint64_t first = (uint64_t)PLX_TYPE_OPT << 16 | swapped(REFLECT_ANSWER_MAX) << 24 |
			 (uint64_t)(is_badvers ? PLX_RCODE_BADVERS >> 4 : 0) << 40 |
			 (uint64_t)(query->wants_dnssec ? EDNS_DO >> 8 : 0) << 56;
	uint16_t length = (uint16_t)swapped(option_length);
	at[8] = 0;
	memcpy(at, &first, sizeof(first));
	memcpy(at + 9, &length, sizeof(length));
	return (first & 0xffffffff) + (first >> 32) + ((uint64_t)length << 8);
}

// `client`: the client's octets, saved before the tail was written over them.
static void write_cookie(const uint8_t client[static PLX_COOKIE_CLIENT_BYTES], uint64_t server,
			 uint8_t *at)
{
	store_u16(at, EDNS_OPTION_COOKIE);
	store_u16(at + 2, COOKIE_BYTES - OPTION_HEADER_BYTES);
	memcpy(at + OPTION_HEADER_BYTES, client, PLX_COOKIE_CLIENT_BYTES);
	memcpy(at + OPTION_HEADER_BYTES + PLX_COOKIE_CLIENT_BYTES, &server, sizeof(server));
}

static size_t answer_limit(const struct query *query)
{
	size_t limit =
		!query->has_opt || query->udp_size < UDP_SIZE_MIN ? UDP_SIZE_MIN : query->udp_size;
	return limit < REFLECT_ANSWER_MAX ? limit : REFLECT_ANSWER_MAX;
}

// A part of a sum, as it counts at an odd offset (RFC 1071 2 B).
static uint64_t sum_at(size_t offset, uint64_t sum)
{
	uint16_t folded = checksum_fold(sum);
	return offset % 2 == 0 ? folded : __builtin_bswap16(folded);
}

static uint64_t point_to_parent(const struct reflect_tail *tail, const struct query *query,
				uint8_t *bytes)
{
	for (unsigned i = 0; i < tail->parent_pointer_count; i++) {
		bytes[tail->parent_pointers[i]] =
			(uint8_t)(PLX_DNS_HEADER_BYTES + 1 + query->first_label_length);
	}
	return checksum_add(0, bytes, tail->length);
}

enum reflect_drop reflect_answer(const struct reflect_answers *answers,
				 const struct reflect_client *client, uint8_t *message,
				 size_t length, size_t capacity, struct reflect_reply *ret_reply)
{
	struct query query = {0};
	enum reflect_drop drop = read_query(message, length, &query);
	if (PLX_UNLIKELY(drop != REFLECT_ACCEPTED)) {
		return drop;
	}
	const struct reflect_tail *tail = choose_tail(answers, &query, message);
	uint8_t cookie[PLX_COOKIE_CLIENT_BYTES] = {0};
	uint64_t server = 0;
	size_t cookie_length = 0;
	if (PLX_UNLIKELY(query.cookie != NULL && !query.is_cookie_bad)) {
		memcpy(cookie, query.cookie, sizeof(cookie));
		server = server_cookie(answers, client, cookie);
		cookie_length = COOKIE_BYTES;
	}
	size_t opt_length = query.has_opt ? OPT_BYTES + cookie_length : 0;
	if (PLX_UNLIKELY(query.question_end + tail->length + opt_length > answer_limit(&query))) {
		tail = answers->truncated;
	}
	size_t tail_end = query.question_end + tail->length;
	if (PLX_UNLIKELY(tail_end + opt_length > capacity)) {
		return REFLECT_DROP_NO_ROOM;
	}
	uint64_t sum = write_header(answers, &query, tail, message);
	uint64_t tail_sum = tail->sum;
	sum = checksum_add(sum, message + PLX_DNS_HEADER_BYTES,
			   query.question_end - PLX_DNS_HEADER_BYTES);
	memcpy(message + query.question_end, tail->bytes, tail->length);
	if (PLX_UNLIKELY(tail->parent_pointer_count > 0)) {
		tail_sum = point_to_parent(tail, &query, message + query.question_end);
	}
	sum += sum_at(query.question_end, tail_sum);
	if (query.has_opt) {
		uint8_t *opt = message + tail_end;
		sum += sum_at(tail_end, write_opt(&query, tail == &answers->badvers,
						  (uint16_t)cookie_length, opt));
		if (PLX_UNLIKELY(cookie_length > 0)) {
			write_cookie(cookie, server, opt + OPT_BYTES);
			sum += sum_at(tail_end + OPT_BYTES,
				      checksum_add(0, opt + OPT_BYTES, cookie_length));
		}
	}
	*ret_reply = (struct reflect_reply) {.length = tail_end + opt_length, .sum = sum};
	return REFLECT_ACCEPTED;
}
