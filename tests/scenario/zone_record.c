// SPDX-License-Identifier: BSD-3-Clause

#include "zone_record.h"

#include "rdata_text.h"

#include <parallax/base/error.h>
#include <parallax/dns/rr_type.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RDATA_MAX UINT16_MAX
#define CLASS_CH 3
#define CLASS_HS 4

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

int zone_address_parse(const struct word *word, unsigned line, struct plx_ip *ret_ip,
		       struct scenario_fault *fault)
{
	char text[PLX_IP_TEXT_MAX];
	if (!word_copy(word, text, sizeof(text)) || plx_ip_parse(text, ret_ip) < 0) {
		return fault_set(fault, line, "\"%.*s\" is no address", WORD_SHOW(word));
	}
	return 0;
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
		return rdata_read_hex(text);
	}
	if (!word_is(&words->at[0], "@") &&
	    zone_name_parse(&words->at[0], words->line, &record->owner, text->fault) < 0) {
		return -EINVAL;
	}
	text->next = 1;
	if (zone_type_parse(words, &text->next, record, text->fault) < 0 ||
	    rdata_text_read(text, record->type) < 0) {
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
