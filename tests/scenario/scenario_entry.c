// SPDX-License-Identifier: BSD-3-Clause

#include "scenario_entry.h"

#include "entry_words.h"

#include <parallax/dns/message_reader.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPEAT_MAX 10000
#define REPEAT_TEXT_MAX 4096
#define SECTION_QUESTION 0

struct entry_reader {
	enum entry_place place;
	struct scenario *scenario;
	struct scenario_entry *entry;
	struct scenario_fault *fault;
	bool has_section;
	uint8_t section; // enum plx_section, or SECTION_QUESTION
};

static int read_section(struct entry_reader *reader, const struct line_words *words)
{
	static const char *const names[] = {
		[SECTION_QUESTION] = "QUESTION",
		[PLX_SECTION_ANSWER] = "ANSWER",
		[PLX_SECTION_AUTHORITY] = "AUTHORITY",
		[PLX_SECTION_ADDITIONAL] = "ADDITIONAL",
	};
	for (uint8_t i = 0; words->count == 2 && i < PLX_ARRAY_SIZE(names); i++) {
		if (word_is(&words->at[1], names[i])) {
			reader->has_section = true;
			reader->section = i;
			return 0;
		}
	}
	return fault_set(reader->fault, words->line,
			 "SECTION needs one of QUESTION, ANSWER, AUTHORITY, ADDITIONAL");
}

static int read_question(struct entry_reader *reader, const struct line_words *words)
{
	struct scenario_entry *entry = reader->entry;
	struct zone_record question;
	unsigned index = 1;
	if (entry->has_question) {
		return fault_set(reader->fault, words->line, "a second question; an entry has one");
	}
	if (zone_name_parse(&words->at[0], words->line, &entry->question_name, reader->fault) < 0 ||
	    zone_type_parse(words, &index, &question, reader->fault) < 0) {
		return -EINVAL;
	}
	if (index != words->count) {
		return fault_set(reader->fault, words->line,
				 "\"%.*s\" follows the question; write NAME [CLASS] TYPE",
				 WORD_SHOW(&words->at[index]));
	}
	entry->question_type = question.type;
	entry->has_question = true;
	return 0;
}

static int add_record(struct entry_reader *reader, const struct line_words *words)
{
	struct scenario_entry *entry = reader->entry;
	if (reader->scenario->record_count == SCENARIO_RECORDS_MAX) {
		return fault_set(reader->fault, words->line, "more than %u records",
				 SCENARIO_RECORDS_MAX);
	}
	if (entry->record_count == entry->record_capacity) {
		uint32_t capacity = entry->record_capacity == 0 ? 4 : 2 * entry->record_capacity;
		struct zone_record *records = realloc(entry->records, capacity * sizeof(*records));
		if (records == NULL) {
			return -ENOMEM;
		}
		entry->records = records;
		entry->record_capacity = capacity;
	}
	struct zone_record *record = &entry->records[entry->record_count];
	int error = zone_record_parse(words, record, reader->fault);
	if (error < 0) {
		return error;
	}
	record->section = reader->section;
	entry->record_count++;
	reader->scenario->record_count++;
	return 0;
}

// Copies a word, "{i}" and "{i+1}" replaced by numbers; its length, or 0 when there is no room.
static size_t expand_word(const struct word *word, uint64_t i, char *text, size_t size)
{
	size_t used = 0;
	for (size_t at = 0; at < word->length;) {
		const char *from = word->text + at;
		size_t left = word->length - at;
		unsigned add = left >= 5 && memcmp(from, "{i+1}", 5) == 0;
		if (add == 1 || (left >= 3 && memcmp(from, "{i}", 3) == 0)) {
			int written = snprintf(text + used, size - used, "%llu",
					       (unsigned long long)(i + add));
			if (written < 0 || (size_t)written >= size - used) {
				return 0;
			}
			used += (size_t)written;
			at += add == 1 ? 5 : 3;
			continue;
		}
		if (used + 1 >= size) {
			return 0;
		}
		text[used++] = *from;
		at++;
	}
	return used;
}

// REPEAT N RECORD
static int read_repeat(struct entry_reader *reader, const struct line_words *words)
{
	static struct line_words expanded; // one thread
	static char text[REPEAT_TEXT_MAX];
	uint64_t times;
	if (words->count < 3 || word_number(&words->at[1], REPEAT_MAX, &times) < 0) {
		return fault_set(reader->fault, words->line,
				 "REPEAT needs a number up to %u and a record", REPEAT_MAX);
	}
	expanded.line = words->line;
	expanded.count = words->count - 2;
	for (uint64_t i = 0; i < times; i++) {
		size_t used = 0;
		for (unsigned w = 0; w < expanded.count; w++) {
			const struct word *word = &words->at[w + 2];
			size_t length = expand_word(word, i, text + used, sizeof(text) - used);
			if (length == 0 && word->length > 0) {
				return fault_set(reader->fault, words->line,
						 "the repeated line is too long");
			}
			expanded.at[w] = (struct word) {.text = text + used,
							.length = length,
							.is_quoted = word->is_quoted};
			used += length;
		}
		int error = add_record(reader, &expanded);
		if (error < 0) {
			return error;
		}
	}
	return 0;
}

static int read_record(struct entry_reader *reader, const struct line_words *words)
{
	if (!reader->has_section) {
		return fault_set(reader->fault, words->line,
				 "\"%.*s\" is unknown here; did a SECTION line get lost?",
				 WORD_SHOW(&words->at[0]));
	}
	if (reader->section == SECTION_QUESTION) {
		return read_question(reader, words);
	}
	if (word_is(&words->at[0], "REPEAT")) {
		return read_repeat(reader, words);
	}
	return add_record(reader, words);
}

// Deckard's RAW HEX outside of sections: the whole message, but for its ID.
static int read_raw_message(struct entry_reader *reader, const struct line_words *words)
{
	if (reader->place != ENTRY_OF_RANGE || reader->entry->record_count > 0) {
		return fault_set(reader->fault, words->line,
				 "RAW outside of a section is the whole reply of a server");
	}
	reader->section = PLX_SECTION_ANSWER;
	reader->entry->is_raw = true;
	return add_record(reader, words);
}

// A line that is no record: 1 when it was one of these, 0 when not.
static int read_keyword(struct entry_reader *reader, const struct line_words *words)
{
	const struct word *first = &words->at[0];
	struct scenario_entry *entry = reader->entry;
	int error = 0;
	if (word_is(first, "SECTION")) {
		error = read_section(reader, words);
	} else if (word_is(first, "MATCH")) {
		error = entry_read_match(words, entry, reader->fault);
	} else if (word_is(first, "REPLY") || word_is(first, "FLAGS")) {
		error = entry_read_reply(words, entry, reader->fault);
	} else if (word_is(first, "ADJUST")) {
		error = reader->place == ENTRY_OF_RANGE
				? entry_read_adjust(words, entry, reader->fault)
				: fault_set(reader->fault, words->line,
					    "ADJUST is about a server's reply; move it to a range");
	} else if (word_is(first, "JOB")) {
		error = reader->place == ENTRY_OF_QUERY
				? entry_read_job(words, entry, reader->fault)
				: fault_set(reader->fault, words->line,
					    "JOB belongs into a QUERY step");
	} else if (word_is(first, "RAW") && reader->section == SECTION_QUESTION) {
		error = read_raw_message(reader, words);
	} else if (reader->has_section) {
		return 0;
	} else {
		error = entry_read_check(words, entry, reader->fault);
		if (error == 1 && reader->place != ENTRY_OF_CHECK) {
			error = fault_set(reader->fault, words->line,
					  "%.*s belongs into a CHECK_ANSWER step",
					  WORD_SHOW(first));
		}
		return error;
	}
	return error < 0 ? error : 1;
}

static int check_whole(const struct entry_reader *reader, unsigned line)
{
	const struct scenario_entry *entry = reader->entry;
	if (reader->place == ENTRY_OF_QUERY && !entry->has_question) {
		return fault_set(reader->fault, line,
				 "a query without a question; add SECTION QUESTION");
	}
	if (reader->place == ENTRY_OF_CHECK && !entry->check.has_status && !entry->has_rcode) {
		return fault_set(reader->fault, line,
				 "nothing to check; add REPLY with an RCODE, or STATUS");
	}
	if (entry->is_raw && entry->record_count != 1) {
		return fault_set(reader->fault, line, "a RAW reply can have no records besides");
	}
	uint32_t about_question = MATCH_BIT(qname) | MATCH_BIT(qtype) | MATCH_BIT(qcase) |
				  MATCH_BIT(question) | MATCH_BIT(subdomain);
	if (reader->place == ENTRY_OF_RANGE && (entry->match & about_question) != 0 &&
	    !entry->has_question) {
		return fault_set(reader->fault, line,
				 "MATCH looks at the question, but there is none; add SECTION "
				 "QUESTION");
	}
	return 0;
}

int scenario_entry_read(struct line_reader *reader, enum entry_place place,
			struct scenario *scenario, struct scenario_entry *entry,
			struct line_words *words, struct scenario_fault *fault)
{
	struct entry_reader state = {
		.place = place, .scenario = scenario, .entry = entry, .fault = fault};
	entry->line = words->line;
	for (;;) {
		int has_line = line_read(reader, words, fault);
		if (has_line <= 0) {
			return has_line < 0 ? has_line
					    : fault_set(fault, entry->line,
							"the entry has no ENTRY_END");
		}
		if (word_is(&words->at[0], "ENTRY_END")) {
			break;
		}
		int error = read_keyword(&state, words);
		if (error == 0) {
			error = read_record(&state, words);
		}
		if (error < 0) {
			return error;
		}
	}
	if (entry->match == 0) {
		entry->match = place == ENTRY_OF_CHECK
				       ? MATCH_BIT(all)
				       : MATCH_BIT(opcode) | MATCH_BIT(qname) | MATCH_BIT(qtype);
	}
	return check_whole(&state, entry->line);
}
