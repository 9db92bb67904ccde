// SPDX-License-Identifier: BSD-3-Clause

#include "zone_record.h"

#include <parallax/base/byte_writer.h>
#include <parallax/base/error.h>
#include <parallax/base/ip_address.h>
#include <parallax/dns/rr_type.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RDATA_MAX UINT16_MAX
#define CLASS_CH 3
#define CLASS_HS 4

// The RDATA words of one record and where its octets go.
struct rdata_text {
	const struct line_words *words;
	unsigned next;
	struct plx_writer writer;
	struct scenario_fault *fault;
};

int zone_name_parse(const struct word *word, unsigned line, struct plx_name *ret_name,
		    struct scenario_fault *fault)
{
	int error = plx_name_parse(word->text, word->length, ret_name);
	if (error < 0) {
		return fault_set(fault, line, "\"%.*s\" is no name: %s", WORD_SHOW(word),
				 plx_error_text(error));
	}
	return 0;
}

static const struct word *next_word(struct rdata_text *text, const char *what)
{
	if (text->next == text->words->count) {
		(void)fault_set(text->fault, text->words->line,
				"the record ends before its %s; add it", what);
		return NULL;
	}
	return &text->words->at[text->next++];
}

static int read_number(struct rdata_text *text, const char *what, uint64_t max,
		       uint64_t *ret_number)
{
	const struct word *word = next_word(text, what);
	if (word == NULL) {
		return -EINVAL;
	}
	if (word_number(word, max, ret_number) < 0) {
		return fault_set(text->fault, text->words->line,
				 "\"%.*s\" is no %s; write 0 to %llu", WORD_SHOW(word), what,
				 (unsigned long long)max);
	}
	return 0;
}

static int read_name(struct rdata_text *text)
{
	const struct word *word = next_word(text, "name");
	struct plx_name name;
	if (word == NULL || zone_name_parse(word, text->words->line, &name, text->fault) < 0) {
		return -EINVAL;
	}
	plx_write_bytes(&text->writer, name.wire, name.length);
	return 0;
}

// Octets of a word with \DDD and \X resolved.
static int write_octets(struct rdata_text *text, const struct word *word)
{
	for (size_t i = 0; i < word->length; i++) {
		uint8_t octet = (uint8_t)word->text[i];
		if (octet != '\\') {
			plx_write_u8(&text->writer, octet);
			continue;
		}
		// The word reader saw to it that something follows.
		octet = (uint8_t)word->text[++i];
		if (octet >= '0' && octet <= '9') {
			const struct word digits = {.text = word->text + i, .length = 3};
			uint64_t value;
			if (word->length - i < 3 || word_number(&digits, UINT8_MAX, &value) < 0) {
				return fault_set(text->fault, text->words->line,
						 "a \\ and digits name one octet: \\000 to \\255");
			}
			octet = (uint8_t)value;
			i += 2;
		}
		plx_write_u8(&text->writer, octet);
	}
	return 0;
}

static int read_address(struct rdata_text *text, uint8_t family)
{
	const struct word *word = next_word(text, "address");
	char address[PLX_IP_TEXT_MAX];
	struct plx_ip ip;
	if (word == NULL) {
		return -EINVAL;
	}
	if (!word_copy(word, address, sizeof(address)) || plx_ip_parse(address, &ip) < 0 ||
	    ip.family != family) {
		return fault_set(text->fault, text->words->line, "\"%.*s\" is no IPv%u address",
				 WORD_SHOW(word), family);
	}
	plx_write_bytes(&text->writer, ip.bytes, plx_ip_length(&ip));
	return 0;
}

static int read_mx(struct rdata_text *text)
{
	uint64_t preference;
	if (read_number(text, "preference", UINT16_MAX, &preference) < 0) {
		return -EINVAL;
	}
	plx_write_u16(&text->writer, (uint16_t)preference);
	return read_name(text);
}

static int read_soa(struct rdata_text *text)
{
	static const char *const fields[] = {"serial", "refresh", "retry", "expire", "minimum"};
	if (read_name(text) < 0 || read_name(text) < 0) {
		return -EINVAL;
	}
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(fields); i++) {
		uint64_t number;
		if (read_number(text, fields[i], UINT32_MAX, &number) < 0) {
			return -EINVAL;
		}
		plx_write_u32(&text->writer, (uint32_t)number);
	}
	return 0;
}

static int read_txt(struct rdata_text *text)
{
	do {
		const struct word *word = next_word(text, "string");
		size_t length_at = text->writer.position;
		plx_write_u8(&text->writer, 0);
		if (word == NULL || write_octets(text, word) < 0) {
			return -EINVAL;
		}
		size_t length = text->writer.position - length_at - 1;
		if (length > UINT8_MAX) {
			return fault_set(text->fault, text->words->line,
					 "a string of %zu octets; split it, 255 are the most",
					 length);
		}
		if (!text->writer.failed) {
			text->writer.bytes[length_at] = (uint8_t)length;
		}
	} while (text->next < text->words->count);
	return 0;
}

static int read_caa(struct rdata_text *text)
{
	uint64_t flags;
	if (read_number(text, "CAA flags", UINT8_MAX, &flags) < 0) {
		return -EINVAL;
	}
	const struct word *tag = next_word(text, "CAA tag");
	const struct word *value = next_word(text, "CAA value");
	if (tag == NULL || value == NULL) {
		return -EINVAL;
	}
	if (tag->length > UINT8_MAX) {
		return fault_set(text->fault, text->words->line,
				 "the CAA tag has more than 255 octets");
	}
	plx_write_u8(&text->writer, (uint8_t)flags);
	plx_write_u8(&text->writer, (uint8_t)tag->length);
	plx_write_bytes(&text->writer, tag->text, tag->length);
	return write_octets(text, value);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	char lower = (char)(c | 0x20);
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// All words that are left.
static int read_hex(struct rdata_text *text)
{
	for (; text->next < text->words->count; text->next++) {
		const struct word *word = &text->words->at[text->next];
		for (size_t i = 0; i < word->length; i += 2) {
			int high = hex_digit(word->text[i]);
			int low = i + 1 < word->length ? hex_digit(word->text[i + 1]) : -1;
			if (high < 0 || low < 0) {
				return fault_set(text->fault, text->words->line,
						 "\"%.*s\" is no hex; write two digits an octet",
						 WORD_SHOW(word));
			}
			plx_write_u8(&text->writer, (uint8_t)(high << 4 | low));
		}
	}
	return 0;
}

// RFC 3597 section 5, the `\#` already taken.
static int read_generic(struct rdata_text *text)
{
	uint64_t length;
	if (read_number(text, "RDATA length", RDATA_MAX, &length) < 0 || read_hex(text) < 0) {
		return -EINVAL;
	}
	if (text->writer.position != length) {
		return fault_set(text->fault, text->words->line,
				 "%zu octets of RDATA where \\# says %llu", text->writer.position,
				 (unsigned long long)length);
	}
	return 0;
}

static int read_rdata(struct rdata_text *text, uint16_t type)
{
	char type_text[PLX_TYPE_TEXT_MAX];
	if (text->next < text->words->count && word_is(&text->words->at[text->next], "\\#")) {
		text->next++;
		return read_generic(text);
	}
	switch (type) {
	case PLX_TYPE_A:
		return read_address(text, 4);
	case PLX_TYPE_AAAA:
		return read_address(text, 6);
	case PLX_TYPE_NS:
	case PLX_TYPE_CNAME:
	case PLX_TYPE_DNAME:
	case PLX_TYPE_PTR:
		return read_name(text);
	case PLX_TYPE_MX:
		return read_mx(text);
	case PLX_TYPE_SOA:
		return read_soa(text);
	case PLX_TYPE_TXT:
		return read_txt(text);
	case PLX_TYPE_CAA:
		return read_caa(text);
	default:
		return fault_set(text->fault, text->words->line,
				 "%s records are read as \\# LENGTH HEX only",
				 plx_type_format(type, type_text));
	}
}

static bool read_class(const struct word *word, uint16_t *ret_class)
{
	static const struct {
		const char *name;
		uint16_t class;
	} classes[] = {{"IN", PLX_CLASS_IN}, {"CH", CLASS_CH}, {"HS", CLASS_HS}};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(classes); i++) {
		if (word_is(word, classes[i].name)) {
			*ret_class = classes[i].class;
			return true;
		}
	}
	return false;
}

int zone_type_parse(const struct line_words *words, unsigned *index, struct zone_record *record,
		    struct scenario_fault *fault)
{
	record->ttl = ZONE_TTL_DEFAULT;
	record->class = PLX_CLASS_IN;
	for (; *index < words->count; *index += 1) {
		const struct word *word = &words->at[*index];
		uint64_t ttl;
		if (word_number(word, UINT32_MAX, &ttl) == 0) {
			record->ttl = (uint32_t)ttl;
		} else if (!read_class(word, &record->class)) {
			break;
		}
	}
	if (*index == words->count) {
		return fault_set(fault, words->line, "no type; write OWNER [TTL] [CLASS] TYPE ...");
	}
	const struct word *word = &words->at[*index];
	if (plx_type_parse(word->text, word->length, &record->type) < 0) {
		return fault_set(fault, words->line,
				 "\"%.*s\" is no type; write a name such as CAA, or TYPE257",
				 WORD_SHOW(word));
	}
	*index += 1;
	return 0;
}

static int read_record(struct rdata_text *text, struct zone_record *record)
{
	const struct line_words *words = text->words;
	if (word_is(&words->at[0], "RAW")) {
		record->is_raw = true;
		text->next = 1;
		return read_hex(text);
	}
	if (!word_is(&words->at[0], "@") &&
	    zone_name_parse(&words->at[0], words->line, &record->owner, text->fault) < 0) {
		return -EINVAL;
	}
	text->next = 1;
	if (zone_type_parse(words, &text->next, record, text->fault) < 0 ||
	    read_rdata(text, record->type) < 0) {
		return -EINVAL;
	}
	if (text->next < words->count) {
		return fault_set(text->fault, words->line, "\"%.*s\" follows the record; remove it",
				 WORD_SHOW(&words->at[text->next]));
	}
	return 0;
}

int zone_record_parse(const struct line_words *words, struct zone_record *ret_record,
		      struct scenario_fault *fault)
{
	static uint8_t octets[RDATA_MAX]; // one thread
	struct zone_record record = {0};
	struct rdata_text text = {
		.words = words, .writer = plx_writer_init(octets, sizeof(octets)), .fault = fault};
	int error = read_record(&text, &record);
	if (error < 0) {
		return error;
	}
	if (text.writer.failed) {
		return fault_set(fault, words->line, "the RDATA has more than 65535 octets");
	}
	record.rdata_length = (uint16_t)text.writer.position;
	record.rdata = malloc(text.writer.position + 1);
	if (record.rdata == NULL) {
		return -ENOMEM;
	}
	memcpy(record.rdata, octets, text.writer.position);
	*ret_record = record;
	return 0;
}

void zone_record_release(struct zone_record *record)
{
	free(record->rdata);
	record->rdata = NULL;
}
