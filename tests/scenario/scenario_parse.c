// SPDX-License-Identifier: BSD-3-Clause

#include "scenario.h"

#include "expectation.h"
#include "scenario_entry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parser {
	struct line_reader reader;
	struct line_words words; // of the current line
	struct scenario *scenario;
	struct scenario_fault *fault;
};

static int parser_fault(struct parser *parser, const char *text)
{
	return fault_set(parser->fault, parser->words.line, "%s", text);
}

// Room for one more, zeroed, behind `count` items; `list` is the address of the pointer to them. Lists double.
static bool list_grow(void *list, unsigned count, size_t size)
{
	if (count == SCENARIO_LIST_MAX) {
		return false;
	}
	char *items;
	memcpy(&items, list, sizeof(items));
	bool is_full = (count & (count - 1)) == 0; // 0, 1, 2, 4, ...: the capacity is reached
	if (is_full) {
		items = realloc(items, (count == 0 ? 1 : 2 * (size_t)count) * size);
		if (items == NULL) {
			return false;
		}
		memcpy(list, &items, sizeof(items));
	}
	memset(items + count * size, 0, size);
	return true;
}

static int list_fault(struct parser *parser)
{
	return parser_fault(parser, "more than 10000 of these, or no memory for them");
}

static int add_entry(struct parser *parser, enum entry_place place)
{
	struct scenario *scenario = parser->scenario;
	if (!list_grow(&scenario->entries, scenario->entry_count, sizeof(*scenario->entries))) {
		return list_fault(parser);
	}
	struct scenario_entry *entry = &scenario->entries[scenario->entry_count++];
	entry->index = scenario->entry_count - 1;
	return scenario_entry_read(&parser->reader, place, scenario, entry, &parser->words,
				   parser->fault);
}

// "key: value" up to CONFIG_END.
static int read_setting(struct parser *parser)
{
	struct scenario *scenario = parser->scenario;
	const struct line_words *words = &parser->words;
	struct word key = words->at[0];
	if (key.length < 2 || key.text[key.length - 1] != ':') {
		return parser_fault(parser, "no \"key: value\"; CONFIG_END ends the settings");
	}
	if (!list_grow(&scenario->settings, scenario->setting_count, sizeof(*scenario->settings))) {
		return list_fault(parser);
	}
	struct scenario_setting *setting = &scenario->settings[scenario->setting_count++];
	setting->line = words->line;
	key.length--;
	if (!word_copy(&key, setting->key, sizeof(setting->key))) {
		return parser_fault(parser, "the key is too long");
	}
	size_t used = 0;
	for (unsigned i = 1; i < words->count; i++) {
		const struct word *word = &words->at[i];
		if (!word->is_quoted && word->length > 0 && word->text[0] == '#') {
			break; // a comment, among settings
		}
		if (used + word->length + 2 > sizeof(setting->value)) {
			return parser_fault(parser, "the value is too long");
		}
		if (used > 0) {
			setting->value[used++] = ' ';
		}
		memcpy(setting->value + used, word->text, word->length);
		used += word->length;
	}
	return 0;
}

static int add_addresses(struct parser *parser, struct scenario_range *range, unsigned index)
{
	for (; index < parser->words.count; index++) {
		if (range->address_count == RANGE_ADDRESSES_MAX) {
			return parser_fault(parser, "too many addresses in one range");
		}
		int error = zone_address_parse(&parser->words.at[index], parser->words.line,
					       &range->addresses[range->address_count++],
					       parser->fault);
		if (error < 0) {
			return error;
		}
	}
	return 0;
}

static int read_range_lines(struct parser *parser)
{
	struct scenario *scenario = parser->scenario;
	struct scenario_range *range = &scenario->ranges[scenario->range_count - 1];
	for (;;) {
		int has_line = line_read(&parser->reader, &parser->words, parser->fault);
		if (has_line <= 0) {
			return has_line < 0 ? has_line
					    : fault_set(parser->fault, range->line,
							"the range has no RANGE_END");
		}
		const struct word *first = &parser->words.at[0];
		int error;
		if (word_is(first, "RANGE_END")) {
			return 0;
		}
		if (word_is(first, "ADDRESS")) {
			error = add_addresses(parser, range, 1);
		} else if (word_is(first, "ENTRY_BEGIN")) {
			range->entry_count++;
			error = add_entry(parser, ENTRY_OF_RANGE);
		} else {
			error = fault_set(parser->fault, parser->words.line,
					  "\"%.*s\" is unknown in a range; write ADDRESS, "
					  "ENTRY_BEGIN or RANGE_END",
					  WORD_SHOW(first));
		}
		if (error < 0) {
			return error;
		}
	}
}

static int read_range(struct parser *parser)
{
	struct scenario *scenario = parser->scenario;
	if (!list_grow(&scenario->ranges, scenario->range_count, sizeof(*scenario->ranges))) {
		return list_fault(parser);
	}
	struct scenario_range *range = &scenario->ranges[scenario->range_count++];
	const struct line_words *words = &parser->words;
	uint64_t first;
	uint64_t last;
	if (words->count < 3 || word_number(&words->at[1], UINT32_MAX, &first) < 0 ||
	    word_number(&words->at[2], UINT32_MAX, &last) < 0 || first > last) {
		return parser_fault(parser, "RANGE_BEGIN needs the first and the last step");
	}
	range->line = words->line;
	range->first_step = (uint32_t)first;
	range->last_step = (uint32_t)last;
	range->first_entry = scenario->entry_count;
	int error = add_addresses(parser, range, 3); // Deckard's short form
	return error < 0 ? error : read_range_lines(parser);
}

// [OF STEP] at the end of a line.
static int read_of(struct parser *parser, struct scenario_step *step)
{
	const struct line_words *words = &parser->words;
	uint64_t of;
	if (words->count == 3) {
		return 0;
	}
	if (words->count != 5 || !word_is(&words->at[3], "OF") ||
	    word_number(&words->at[4], UINT32_MAX, &of) < 0) {
		return parser_fault(parser,
				    "write nothing after it, or OF and the step of a QUERY");
	}
	step->has_of = true;
	step->of = (uint32_t)of;
	return 0;
}

static int read_step_entry(struct parser *parser, enum entry_place place)
{
	struct scenario *scenario = parser->scenario;
	int has_line = line_read(&parser->reader, &parser->words, parser->fault);
	if (has_line < 0) {
		return has_line;
	}
	if (has_line == 0 || !word_is(&parser->words.at[0], "ENTRY_BEGIN")) {
		return parser_fault(parser, "the step needs an entry; begin it with ENTRY_BEGIN");
	}
	scenario->steps[scenario->step_count - 1].entry = (int)scenario->entry_count;
	return add_entry(parser, place);
}

static int read_query_step(struct parser *parser, struct scenario_step *step)
{
	step->kind = STEP_QUERY;
	if (parser->words.count != 3) {
		return parser_fault(parser, "STEP n QUERY takes nothing more on its line");
	}
	return read_step_entry(parser, ENTRY_OF_QUERY);
}

static int read_check_step(struct parser *parser, struct scenario_step *step)
{
	step->kind = STEP_CHECK_ANSWER;
	int error = read_of(parser, step);
	return error < 0 ? error : read_step_entry(parser, ENTRY_OF_CHECK);
}

static int read_waiting_step(struct parser *parser, struct scenario_step *step)
{
	step->kind = STEP_CHECK_WAITING;
	return read_of(parser, step);
}

static int read_time_step(struct parser *parser, struct scenario_step *step)
{
	const struct line_words *words = &parser->words;
	step->kind = STEP_TIME_PASSES;
	if (words->count != 5 || !word_is(&words->at[3], "ELAPSE") ||
	    word_duration(&words->at[4], &step->elapse_ns) < 0) {
		return parser_fault(parser, "write STEP n TIME_PASSES ELAPSE and seconds");
	}
	return 0;
}

static int read_upstream_step(struct parser *parser, struct scenario_step *step)
{
	static const char *const changes[UPSTREAM_CHANGE_COUNT] = {
		[UPSTREAM_CHANGE_DOWN] = "down",
		[UPSTREAM_CHANGE_UP] = "up",
		[UPSTREAM_CHANGE_UNREACHABLE] = "unreachable",
		[UPSTREAM_CHANGE_REACHABLE] = "reachable",
		[UPSTREAM_CHANGE_DRAINING] = "draining",
		[UPSTREAM_CHANGE_SERVING] = "serving",
		[UPSTREAM_CHANGE_REMOVED] = "removed",
	};
	const struct line_words *words = &parser->words;
	step->kind = STEP_UPSTREAM;
	unsigned change = 0;
	while (words->count == 5 && change < UPSTREAM_CHANGE_COUNT &&
	       !word_is(&words->at[4], changes[change])) {
		change++;
	}
	if (words->count != 5 || change == UPSTREAM_CHANGE_COUNT) {
		return parser_fault(parser,
				    "write STEP n UPSTREAM or SERVER, an address and down, up, "
				    "unreachable, reachable, draining, serving or removed");
	}
	step->change = (enum upstream_change)change;
	return zone_address_parse(&words->at[3], words->line, &step->upstream, parser->fault);
}

static int read_flush_step(struct parser *parser, struct scenario_step *step)
{
	const struct line_words *words = &parser->words;
	step->kind = STEP_FLUSH;
	if (words->count != 4) {
		return parser_fault(parser, "write STEP n FLUSH and a zone");
	}
	return zone_name_parse(&words->at[3], words->line, &step->zone, parser->fault);
}

static int read_expect_step(struct parser *parser, struct scenario_step *step)
{
	const struct line_words *words = &parser->words;
	step->kind = STEP_EXPECT;
	if (words->count < 4 || words->count - 3 > STEP_EXPECTATIONS_MAX) {
		return parser_fault(parser, "EXPECT needs 1 to 16 words such as sent<=3 tcp==1");
	}
	for (unsigned i = 3; i < words->count; i++) {
		int error = expectation_parse(&words->at[i], words->line,
					      &step->expectations[step->expectation_count++],
					      parser->fault);
		if (error < 0) {
			return error;
		}
	}
	return 0;
}

static int read_step(struct parser *parser)
{
	static const struct {
		const char *name;
		int (*read)(struct parser *parser, struct scenario_step *step);
	} kinds[] = {
		{"QUERY", read_query_step},           {"CHECK_ANSWER", read_check_step},
		{"CHECK_WAITING", read_waiting_step}, {"TIME_PASSES", read_time_step},
		{"UPSTREAM", read_upstream_step},     {"SERVER", read_upstream_step},
		{"FLUSH", read_flush_step},           {"EXPECT", read_expect_step},
	};
	struct scenario *scenario = parser->scenario;
	const struct line_words *words = &parser->words;
	uint64_t id;
	if (words->count < 3 || word_number(&words->at[1], UINT32_MAX, &id) < 0) {
		return parser_fault(parser, "STEP needs a number and what happens");
	}
	if (scenario->step_count > 0 && scenario->steps[scenario->step_count - 1].id >= id) {
		return parser_fault(parser, "steps must be numbered upward");
	}
	if (!list_grow(&scenario->steps, scenario->step_count, sizeof(*scenario->steps))) {
		return list_fault(parser);
	}
	struct scenario_step *step = &scenario->steps[scenario->step_count++];
	step->line = words->line;
	step->id = (uint32_t)id;
	step->entry = -1;
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(kinds); i++) {
		if (word_is(&words->at[2], kinds[i].name)) {
			return kinds[i].read(parser, step);
		}
	}
	return fault_set(parser->fault, words->line,
			 "\"%.*s\" is no step here; write QUERY, CHECK_ANSWER, CHECK_WAITING, "
			 "TIME_PASSES, UPSTREAM, SERVER, FLUSH or EXPECT",
			 WORD_SHOW(&words->at[2]));
}

static int read_title(struct parser *parser)
{
	struct scenario *scenario = parser->scenario;
	size_t used = 0;
	for (unsigned i = 1; i < parser->words.count; i++) {
		const struct word *word = &parser->words.at[i];
		int written = snprintf(scenario->title + used, sizeof(scenario->title) - used,
				       "%s%.*s", used > 0 ? " " : "", WORD_SHOW(word));
		if (written < 0 || (size_t)written >= sizeof(scenario->title) - used) {
			return parser_fault(parser, "the title is too long");
		}
		used += (size_t)written;
	}
	return 0;
}

// The next line must be there.
static int next_line(struct parser *parser, const char *missing)
{
	int has_line = line_read(&parser->reader, &parser->words, parser->fault);
	if (has_line == 0) {
		return fault_set(parser->fault, parser->reader.line, "the file ends without %s",
				 missing);
	}
	return has_line;
}

static int parse_config(struct parser *parser)
{
	for (;;) {
		int error = next_line(parser, "CONFIG_END");
		if (error < 0 || word_is(&parser->words.at[0], "CONFIG_END")) {
			return error < 0 ? error : 0;
		}
		error = read_setting(parser);
		if (error < 0) {
			return error;
		}
	}
}

static int parse_body(struct parser *parser)
{
	for (;;) {
		int error = next_line(parser, "SCENARIO_END");
		if (error < 0) {
			return error;
		}
		const struct word *first = &parser->words.at[0];
		if (word_is(first, "SCENARIO_END")) {
			return 0;
		}
		if (word_is(first, "RANGE_BEGIN")) {
			error = read_range(parser);
		} else if (word_is(first, "STEP")) {
			error = read_step(parser);
		} else {
			error = fault_set(parser->fault, parser->words.line,
					  "\"%.*s\" is unknown; write RANGE_BEGIN, STEP or "
					  "SCENARIO_END",
					  WORD_SHOW(first));
		}
		if (error < 0) {
			return error;
		}
	}
}

static int parse_all(struct parser *parser)
{
	int error = parse_config(parser);
	if (error < 0) {
		return error;
	}
	error = next_line(parser, "SCENARIO_BEGIN");
	if (error < 0) {
		return error;
	}
	if (!word_is(&parser->words.at[0], "SCENARIO_BEGIN")) {
		return parser_fault(parser, "SCENARIO_BEGIN and a title must follow CONFIG_END");
	}
	error = read_title(parser);
	if (error < 0) {
		return error;
	}
	error = parse_body(parser);
	if (error < 0) {
		return error;
	}
	return parser->scenario->step_count > 0
		       ? 0
		       : parser_fault(parser, "no step; nothing would be tested");
}

int scenario_parse(const char *text, size_t length, struct scenario *ret_scenario,
		   struct scenario_fault *fault)
{
	struct parser *parser = calloc(1, sizeof(*parser));
	if (parser == NULL) {
		return -ENOMEM;
	}
	struct scenario scenario = {0};
	parser->reader = line_reader_init(text, length);
	parser->scenario = &scenario;
	parser->fault = fault;
	int error = parse_all(parser);
	free(parser);
	if (error < 0) {
		scenario_release(&scenario);
		return error;
	}
	*ret_scenario = scenario;
	return 0;
}

void scenario_release(struct scenario *scenario)
{
	for (unsigned i = 0; i < scenario->entry_count; i++) {
		for (uint32_t r = 0; r < scenario->entries[i].record_count; r++) {
			zone_record_release(&scenario->entries[i].records[r]);
		}
		free(scenario->entries[i].records);
	}
	free(scenario->settings);
	free(scenario->ranges);
	free(scenario->entries);
	free(scenario->steps);
	*scenario = (struct scenario) {0};
}
