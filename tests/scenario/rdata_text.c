// SPDX-License-Identifier: BSD-3-Clause

#include "rdata_text.h"

#include "zone_record.h"

#include <parallax/base/ip_address.h>
#include <parallax/dns/rr_type.h>

#include <errno.h>
#include <string.h>

const struct word *rdata_next_word(struct rdata_text *text, const char *what)
{
	if (text->next == text->words->count) {
		(void)fault_set(text->fault, text->words->line,
				"the record ends before its %s; add it", what);
		return NULL;
	}
	return &text->words->at[text->next++];
}

static int read_number(struct rdata_text *text, uint64_t max, uint64_t *ret_number)
{
	const struct word *word = rdata_next_word(text, "number");
	if (word == NULL) {
		return -EINVAL;
	}
	if (word_number(word, max, ret_number) < 0) {
		return fault_set(text->fault, text->words->line,
				 "\"%.*s\" is out of place; write 0 to %llu", WORD_SHOW(word),
				 (unsigned long long)max);
	}
	return 0;
}

static int read_integer(struct rdata_text *text, unsigned octets)
{
	uint64_t number;
	if (read_number(text, UINT32_MAX >> (32 - 8 * octets), &number) < 0) {
		return -EINVAL;
	}
	for (unsigned i = octets; i > 0; i--) {
		plx_write_u8(&text->writer, (uint8_t)(number >> (8 * (i - 1))));
	}
	return 0;
}

static int read_name(struct rdata_text *text)
{
	const struct word *word = rdata_next_word(text, "name");
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
	const struct word *word = rdata_next_word(text, "address");
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

static int read_string(struct rdata_text *text)
{
	const struct word *word = rdata_next_word(text, "string");
	size_t length_at = text->writer.position;
	plx_write_u8(&text->writer, 0);
	if (word == NULL || write_octets(text, word) < 0) {
		return -EINVAL;
	}
	size_t length = text->writer.position - length_at - 1;
	if (length > UINT8_MAX) {
		return fault_set(text->fault, text->words->line,
				 "a string of %zu octets; split it, 255 are the most", length);
	}
	if (!text->writer.failed) {
		text->writer.bytes[length_at] = (uint8_t)length;
	}
	return 0;
}

static int read_strings(struct rdata_text *text)
{
	int error;
	do {
		error = read_string(text);
	} while (error == 0 && text->next < text->words->count);
	return error;
}

static int read_rest(struct rdata_text *text)
{
	const struct word *word = rdata_next_word(text, "value");
	return word != NULL ? write_octets(text, word) : -EINVAL;
}

static int read_type(struct rdata_text *text)
{
	const struct word *word = rdata_next_word(text, "type");
	uint16_t type;
	if (word == NULL) {
		return -EINVAL;
	}
	if (plx_type_parse(word->text, word->length, &type) < 0) {
		return fault_set(text->fault, text->words->line, "\"%.*s\" is no type",
				 WORD_SHOW(word));
	}
	plx_write_u16(&text->writer, type);
	return 0;
}

static int read_field(struct rdata_text *text, char field)
{
	switch (field) {
	case '1':
		return read_integer(text, 1);
	case '2':
		return read_integer(text, 2);
	case '4':
		return read_integer(text, 4);
	case 'a':
		return read_address(text, 4);
	case 'A':
		return read_address(text, 6);
	case 'n':
		return read_name(text);
	case 's':
		return read_string(text);
	case 'S':
		return read_strings(text);
	case 'r':
		return read_rest(text);
	case 't':
		return read_type(text);
	case 'd':
		return rdata_read_time(text);
	case 'x':
		return rdata_read_hex(text);
	case 'b':
		return rdata_read_base64(text);
	case '-':
		return rdata_read_salt(text);
	case 'h':
		return rdata_read_base32hex(text);
	case 'm':
		return rdata_read_types(text);
	default:
		return -EINVAL;
	}
}

static const char *find_fields(uint16_t type)
{
	static const struct {
		const char *type;
		const char *fields;
	} layouts[] = {
		{"A", "a"},
		{"AAAA", "A"},
		{"NS", "n"},
		{"CNAME", "n"},
		{"DNAME", "n"},
		{"PTR", "n"},
		{"MX", "2n"},
		{"SOA", "nn44444"},
		{"TXT", "S"},
		{"SPF", "S"},
		{"CAA", "1sr"},
		{"SRV", "222n"},
		{"NAPTR", "22sssn"},
		{"HINFO", "ss"},
		{"RP", "nn"},
		{"AFSDB", "2n"},
		{"KX", "2n"},
		{"DS", "211x"},
		{"CDS", "211x"},
		{"DLV", "211x"},
		{"KEY", "211b"},
		{"DNSKEY", "211b"},
		{"NSEC", "nm"},
		{"CDNSKEY", "211b"},
		{"TLSA", "111x"},
		{"NSEC3", "112-hm"},
		{"SSHFP", "11x"},
		{"NSEC3PARAM", "112-"},
		{"SMIMEA", "111x"},
		{"CERT", "221b"},
		{"CSYNC", "42m"},
		{"OPENPGPKEY", "b"},
		{"DHCID", "b"},
		{"URI", "22r"},
		{"RRSIG", "t114dd2nb"},
	};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(layouts); i++) {
		uint16_t number;
		if (plx_type_parse(layouts[i].type, strlen(layouts[i].type), &number) == 0 &&
		    number == type) {
			return layouts[i].fields;
		}
	}
	return NULL;
}

// RFC 3597 section 5, the `\#` already taken.
static int read_generic(struct rdata_text *text)
{
	uint64_t length;
	if (read_number(text, UINT16_MAX, &length) < 0 || rdata_read_hex(text) < 0) {
		return -EINVAL;
	}
	if (text->writer.position != length) {
		return fault_set(text->fault, text->words->line,
				 "%zu octets of RDATA where \\# says %llu", text->writer.position,
				 (unsigned long long)length);
	}
	return 0;
}

int rdata_text_read(struct rdata_text *text, uint16_t type)
{
	char type_text[PLX_TYPE_TEXT_MAX];
	if (text->next < text->words->count && word_is(&text->words->at[text->next], "\\#")) {
		text->next++;
		return read_generic(text);
	}
	const char *fields = find_fields(type);
	if (fields == NULL) {
		return fault_set(text->fault, text->words->line,
				 "%s records are read as \\# LENGTH HEX only",
				 plx_type_format(type, type_text));
	}
	for (; *fields != '\0'; fields++) {
		if (read_field(text, *fields) < 0) {
			return -EINVAL;
		}
	}
	return 0;
}
