// SPDX-License-Identifier: BSD-3-Clause

#include "scenario_answer.h"

#include <parallax/base/byte_writer.h>
#include <parallax/dns/message_writer.h>
#include <parallax/dns/rr_type.h>

#include <string.h>

#define OPTION_COOKIE 10
#define OPTION_EDE 15
#define OPTION_UNKNOWN 65001 // local use, RFC 6891 9
#define COOKIE_SERVER_BYTES 8
#define COOKIE_SERVER_OCTET 0x5c
#define QUESTION_POINTER (0xc000 | PLX_DNS_HEADER_BYTES)

static struct plx_name question_name(const struct plx_message *query)
{
	struct plx_name name = {.length = query->question_name_length};
	memcpy(name.wire, query->wire + PLX_DNS_HEADER_BYTES, name.length);
	return name;
}

static bool matches_name(const struct scenario_entry *entry, const struct plx_message *query)
{
	const struct plx_name name = question_name(query);
	uint32_t match = entry->match;
	bool is_whole = (match & (MATCH_BIT(qname) | MATCH_BIT(question) | MATCH_BIT(all) |
				  MATCH_BIT(all_noedns))) != 0;
	if ((match & MATCH_BIT(subdomain)) != 0) {
		return plx_name_is_below(&name, &entry->question_name);
	}
	if (is_whole && !plx_name_equal(&name, &entry->question_name)) {
		return false;
	}
	return (match & MATCH_BIT(qcase)) == 0 ||
	       (name.length == entry->question_name.length &&
		memcmp(name.wire, entry->question_name.wire, name.length) == 0);
}

static bool matches_edns(uint32_t match, const struct plx_message *query)
{
	bool has_server_cookie =
		query->cookie != NULL && query->cookie_length > PLX_COOKIE_CLIENT_BYTES;
	return ((match & MATCH_BIT(edns)) == 0 || query->has_edns) &&
	       ((match & MATCH_BIT(noedns)) == 0 || !query->has_edns) &&
	       ((match & MATCH_BIT(DO)) == 0 || query->edns_do) &&
	       ((match & (MATCH_BIT(cookie) | MATCH_BIT(client_cookie))) == 0 ||
		query->cookie != NULL) &&
	       ((match & MATCH_BIT(nocookie)) == 0 || query->cookie == NULL) &&
	       ((match & MATCH_BIT(server_cookie)) == 0 || has_server_cookie);
}

static bool entry_matches(const struct scenario_entry *entry,
			  const struct server_question *question)
{
	const struct plx_message *query = question->query;
	uint32_t match = entry->match;
	uint32_t type_words =
		MATCH_BIT(qtype) | MATCH_BIT(question) | MATCH_BIT(all) | MATCH_BIT(all_noedns);
	if ((match & type_words) != 0 && query->question_type != entry->question_type) {
		return false;
	}
	if ((match & MATCH_BIT(opcode)) != 0 &&
	    PLX_OPCODE(query->flags) != PLX_OPCODE(entry->flags)) {
		return false;
	}
	if (((match & MATCH_BIT(UDP)) != 0 && question->transport != PLX_TRANSPORT_UDP) ||
	    ((match & MATCH_BIT(TCP)) != 0 && question->transport != PLX_TRANSPORT_TCP)) {
		return false;
	}
	return matches_name(entry, query) && matches_edns(match, query);
}

static bool range_applies(const struct scenario_range *range,
			  const struct server_question *question)
{
	if (question->step < range->first_step || question->step > range->last_step) {
		return false;
	}
	for (unsigned i = 0; i < range->address_count; i++) {
		if (plx_ip_equal(&range->addresses[i], &question->destination)) {
			return true;
		}
	}
	return range->address_count == 0;
}

const struct scenario_entry *scenario_answer_find(const struct scenario *scenario,
						  const struct server_question *question,
						  uint32_t *uses)
{
	for (unsigned r = 0; r < scenario->range_count; r++) {
		const struct scenario_range *range = &scenario->ranges[r];
		if (!range_applies(range, question)) {
			continue;
		}
		for (unsigned e = 0; e < range->entry_count; e++) {
			const struct scenario_entry *entry =
				&scenario->entries[range->first_entry + e];
			bool is_spent = entry->adjust.times &&
					uses[entry->index] >= entry->adjust.times_value;
			if (!is_spent && entry_matches(entry, question)) {
				uses[entry->index]++;
				return entry;
			}
		}
	}
	return NULL;
}

struct reply_writer {
	const struct scenario_entry *entry;
	const struct plx_message *query;
	struct plx_writer writer;
	uint16_t counts[4]; // question, answer, authority, additional
};

static void write_question(struct reply_writer *reply)
{
	const struct entry_adjust *adjust = &reply->entry->adjust;
	struct plx_name name = question_name(reply->query);
	if (adjust->lowercase) {
		plx_name_lower(&name);
	}
	if (adjust->wrong_q) {
		name.wire[1] = plx_ascii_lower(name.wire[1]) == 'x' ? 'y' : 'x';
	}
	uint16_t type = reply->query->question_type;
	reply->counts[0] = adjust->no_question ? 0 : adjust->two_questions ? 2 : 1;
	for (unsigned i = 0; i < reply->counts[0]; i++) {
		plx_write_bytes(&reply->writer, name.wire, name.length);
		plx_write_u16(&reply->writer, adjust->wrong_qtype ? type + 1 : type);
		plx_write_u16(&reply->writer, PLX_CLASS_IN);
	}
}

static void write_record(struct reply_writer *reply, const struct zone_record *record)
{
	const struct plx_name asked = question_name(reply->query);
	struct plx_writer *writer = &reply->writer;
	reply->counts[record->section]++;
	if (record->is_raw) {
		plx_write_bytes(writer, record->rdata, record->rdata_length);
		return;
	}
	if (record->owner.length != 0 && !plx_name_equal(&record->owner, &asked)) {
		plx_write_bytes(writer, record->owner.wire, record->owner.length);
	} else if (reply->counts[0] == 1 && !reply->entry->adjust.wrong_q) {
		plx_write_u16(writer, QUESTION_POINTER);
	} else {
		plx_write_bytes(writer, asked.wire, asked.length);
	}
	plx_write_u16(writer, record->type);
	plx_write_u16(writer, record->class);
	plx_write_u32(writer, record->ttl);
	plx_write_u16(writer, record->rdata_length);
	plx_write_bytes(writer, record->rdata, record->rdata_length);
}

static void write_cookie(struct reply_writer *reply)
{
	const struct entry_adjust *adjust = &reply->entry->adjust;
	const struct plx_message *query = reply->query;
	if (query->cookie == NULL ||
	    !(adjust->server_cookie || adjust->wrong_cookie || adjust->badcookie)) {
		return;
	}
	uint8_t cookie[PLX_COOKIE_CLIENT_BYTES + COOKIE_SERVER_BYTES];
	memset(cookie, COOKIE_SERVER_OCTET, sizeof(cookie));
	memcpy(cookie, query->cookie, PLX_COOKIE_CLIENT_BYTES);
	cookie[0] ^= adjust->wrong_cookie ? 0xff : 0;
	plx_write_u16(&reply->writer, OPTION_COOKIE);
	plx_write_u16(&reply->writer, sizeof(cookie));
	plx_write_bytes(&reply->writer, cookie, sizeof(cookie));
}

static void write_opt(struct reply_writer *reply, uint16_t rcode)
{
	const struct entry_adjust *adjust = &reply->entry->adjust;
	struct plx_writer *writer = &reply->writer;
	reply->counts[PLX_SECTION_ADDITIONAL]++;
	if (adjust->opt_owner) {
		plx_write_u16(writer, QUESTION_POINTER);
	} else {
		plx_write_u8(writer, 0);
	}
	plx_write_u16(writer, PLX_TYPE_OPT);
	plx_write_u16(writer, PLX_EDNS_UDP_SIZE);
	plx_write_u8(writer, (uint8_t)(rcode >> 4));
	plx_write_u8(writer, 0);
	plx_write_u16(writer, reply->query->edns_do ? 0x8000 : 0);
	size_t length_at = writer->position;
	plx_write_u16(writer, 0);
	write_cookie(reply);
	if (adjust->ede) {
		plx_write_u16(writer, OPTION_EDE);
		plx_write_u16(writer, 2);
		plx_write_u16(writer, (uint16_t)adjust->ede_value);
	}
	for (uint64_t i = 0; i < adjust->options_value; i++) {
		plx_write_u16(writer, OPTION_UNKNOWN);
		plx_write_u16(writer, 0);
	}
	if (!writer->failed) {
		size_t length = writer->position - length_at - 2;
		writer->bytes[length_at] = (uint8_t)(length >> 8);
		writer->bytes[length_at + 1] = (uint8_t)length;
	}
}

// The header is written last, when the counts are known.
static void write_header(struct reply_writer *reply, uint16_t rcode, uint8_t *wire)
{
	const struct entry_adjust *adjust = &reply->entry->adjust;
	struct plx_writer header = plx_writer_init(wire, PLX_DNS_HEADER_BYTES);
	uint16_t id = adjust->raw_id ? 0 : reply->query->id;
	uint16_t flags = (uint16_t)(reply->entry->flags | (rcode & 0xf));
	plx_write_u16(&header, adjust->wrong_id ? id ^ 0x5a5a : id);
	plx_write_u16(&header, adjust->tc ? flags | PLX_FLAG_TC : flags);
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(reply->counts); i++) {
		plx_write_u16(&header, reply->counts[i]);
	}
}

static void write_sections(struct reply_writer *reply, uint16_t rcode)
{
	const struct scenario_entry *entry = reply->entry;
	for (unsigned section = PLX_SECTION_ANSWER; section <= PLX_SECTION_ADDITIONAL; section++) {
		for (uint32_t i = 0; i < entry->record_count; i++) {
			if (entry->records[i].section == section) {
				write_record(reply, &entry->records[i]);
			}
		}
	}
	// As Deckard: a reply has EDNS when its query had.
	if (reply->query->has_edns && !entry->adjust.noedns) {
		write_opt(reply, rcode);
		if (entry->adjust.opt_twice) {
			write_opt(reply, rcode);
		}
	}
}

static size_t write_raw(const struct scenario_entry *entry, const struct plx_message *query,
			uint8_t *wire)
{
	const struct zone_record *message = &entry->records[0];
	memcpy(wire, message->rdata, message->rdata_length);
	if (message->rdata_length >= 2 && !entry->adjust.raw_id) {
		wire[0] = (uint8_t)(query->id >> 8);
		wire[1] = (uint8_t)query->id;
	}
	return message->rdata_length;
}

size_t scenario_answer_write(const struct scenario_entry *entry, const struct plx_message *query,
			     uint8_t *wire)
{
	const struct entry_adjust *adjust = &entry->adjust;
	if (entry->is_raw) {
		return write_raw(entry, query, wire);
	}
	struct reply_writer reply = {
		.entry = entry, .query = query, .writer = plx_writer_init(wire, PLX_MESSAGE_MAX)};
	uint16_t rcode = adjust->badcookie ? PLX_RCODE_BADCOOKIE
			 : adjust->badvers ? PLX_RCODE_BADVERS
					   : entry->rcode;
	(void)plx_write_room(&reply.writer, PLX_DNS_HEADER_BYTES);
	write_question(&reply);
	write_sections(&reply, rcode);
	for (uint64_t i = 0; i < adjust->trailing_value; i++) {
		plx_write_u8(&reply.writer, 0xaa);
	}
	if (reply.writer.failed) {
		return 0;
	}
	write_header(&reply, rcode, wire);
	size_t length = reply.writer.position;
	if (adjust->truncated_tail && length > PLX_DNS_HEADER_BYTES + 3) {
		length -= 3;
	}
	if (adjust->octets && adjust->octets_value < length) {
		length = adjust->octets_value;
	}
	return length;
}
