// SPDX-License-Identifier: BSD-3-Clause

#include "rdata_text.h"

#include "scenario_date.h"

#include <parallax/dns/rr_type.h>

#include <errno.h>
#include <string.h>

#define BITMAP_WINDOW_BYTES 32

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	char lower = (char)(c | 0x20);
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static int write_hex(struct rdata_text *text, const struct word *word)
{
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
	return 0;
}

int rdata_read_hex(struct rdata_text *text)
{
	for (; text->next < text->words->count; text->next++) {
		if (write_hex(text, &text->words->at[text->next]) < 0) {
			return -EINVAL;
		}
	}
	return 0;
}

// The value of a digit, or -1.
static int base64_digit(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;
	return at != NULL ? (int)(at - digits) : -1;
}

static int base32hex_digit(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	char lower = (char)(c | 0x20);
	return lower >= 'a' && lower <= 'v' ? lower - 'a' + 10 : -1;
}

// Bits that came and make no octet yet.
struct bit_queue {
	uint32_t bits;
	unsigned count;
};

static void push_bits(struct rdata_text *text, struct bit_queue *queue, int value, unsigned width)
{
	queue->bits = queue->bits << width | (uint32_t)value;
	queue->count += width;
	if (queue->count >= 8) {
		queue->count -= 8;
		plx_write_u8(&text->writer, (uint8_t)(queue->bits >> queue->count));
	}
}

// Words may part it anywhere; padding ends it.
int rdata_read_base64(struct rdata_text *text)
{
	struct bit_queue queue = {0};
	for (; text->next < text->words->count; text->next++) {
		const struct word *word = &text->words->at[text->next];
		for (size_t i = 0; i < word->length && word->text[i] != '='; i++) {
			int value = base64_digit(word->text[i]);
			if (value < 0) {
				return fault_set(text->fault, text->words->line,
						 "\"%.*s\" is no base64", WORD_SHOW(word));
			}
			push_bits(text, &queue, value, 6);
		}
	}
	return 0;
}

static void set_length(struct rdata_text *text, size_t length_at)
{
	if (!text->writer.failed) {
		text->writer.bytes[length_at] = (uint8_t)(text->writer.position - length_at - 1);
	}
}

int rdata_read_base32hex(struct rdata_text *text)
{
	const struct word *word = rdata_next_word(text, "hash");
	struct bit_queue queue = {0};
	size_t length_at = text->writer.position;
	plx_write_u8(&text->writer, 0);
	for (size_t i = 0; word != NULL && i < word->length; i++) {
		int value = base32hex_digit(word->text[i]);
		if (value < 0) {
			return fault_set(text->fault, text->words->line,
					 "\"%.*s\" is no hash in base32hex", WORD_SHOW(word));
		}
		push_bits(text, &queue, value, 5);
	}
	if (word == NULL || word->length > UINT8_MAX) {
		return fault_set(text->fault, text->words->line, "the hash is too long");
	}
	set_length(text, length_at);
	return 0;
}

int rdata_read_salt(struct rdata_text *text)
{
	const struct word *word = rdata_next_word(text, "salt");
	size_t length_at = text->writer.position;
	plx_write_u8(&text->writer, 0);
	if (word == NULL || word_is(word, "-")) {
		return word == NULL ? -EINVAL : 0;
	}
	if (word->length > 2 * UINT8_MAX) {
		return fault_set(text->fault, text->words->line, "the salt is too long");
	}
	if (write_hex(text, word) < 0) {
		return -EINVAL;
	}
	set_length(text, length_at);
	return 0;
}

int rdata_read_time(struct rdata_text *text)
{
	const struct word *word = rdata_next_word(text, "time");
	int64_t unix_s;
	uint64_t number;
	if (word == NULL) {
		return -EINVAL;
	}
	if (scenario_date_parse(word, &unix_s) == 0) {
		plx_write_u32(&text->writer, (uint32_t)unix_s);
		return 0;
	}
	if (word->length == SCENARIO_DATE_DIGITS || word_number(word, UINT32_MAX, &number) < 0) {
		return fault_set(text->fault, text->words->line,
				 "\"%.*s\" is no time; write YYYYMMDDhhmmss", WORD_SHOW(word));
	}
	plx_write_u32(&text->writer, (uint32_t)number);
	return 0;
}

// RFC 4034 4.1.2
int rdata_read_types(struct rdata_text *text)
{
	static uint8_t bits[UINT8_MAX + 1][BITMAP_WINDOW_BYTES]; // one thread
	memset(bits, 0, sizeof(bits));
	for (; text->next < text->words->count; text->next++) {
		const struct word *word = &text->words->at[text->next];
		uint16_t type;
		if (plx_type_parse(word->text, word->length, &type) < 0) {
			return fault_set(text->fault, text->words->line, "\"%.*s\" is no type",
					 WORD_SHOW(word));
		}
		bits[type >> 8][(type & 0xff) >> 3] |= (uint8_t)(0x80 >> (type & 7));
	}
	for (unsigned window = 0; window <= UINT8_MAX; window++) {
		uint8_t length = BITMAP_WINDOW_BYTES;
		while (length > 0 && bits[window][length - 1] == 0) {
			length--;
		}
		if (length > 0) {
			plx_write_u8(&text->writer, (uint8_t)window);
			plx_write_u8(&text->writer, length);
			plx_write_bytes(&text->writer, bits[window], length);
		}
	}
	return 0;
}
