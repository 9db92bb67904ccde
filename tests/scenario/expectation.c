// SPDX-License-Identifier: BSD-3-Clause

#include "expectation.h"

#include "round_count.h"

#include <errno.h>
#include <string.h>

int expectation_parse(const struct word *word, unsigned line, struct expectation *ret_expectation,
		      struct scenario_fault *fault)
{
	struct expectation expectation = {0};
	size_t name_length = 0;
	while (name_length < word->length && strchr("<>=", word->text[name_length]) == NULL) {
		name_length++;
	}
	size_t at = name_length;
	while (at < word->length && at - name_length < 2 && strchr("<>=", word->text[at]) != NULL) {
		expectation.comparison[at - name_length] = word->text[at];
		at++;
	}
	const struct word number = {.text = word->text + at, .length = word->length - at};
	const char *mark = memchr(word->text, '@', name_length);
	if (mark != NULL) {
		size_t before = (size_t)(mark - word->text);
		const struct word address = {.text = mark + 1, .length = name_length - before - 1};
		expectation.has_address = true;
		name_length = before;
		if (zone_address_parse(&address, line, &expectation.address, fault) < 0) {
			return -EINVAL;
		}
	}
	bool is_comparison = at > 0 && strcmp(expectation.comparison, "=") != 0 &&
			     strstr("<= >= == < >", expectation.comparison) != NULL &&
			     expectation.comparison[0] != '\0';
	if (!is_comparison || word_number(&number, UINT64_MAX / 16, &expectation.number) < 0) {
		return fault_set(fault, line,
				 "\"%.*s\" is no expectation; write one such as sent<=3",
				 WORD_SHOW(word));
	}
	expectation.count = round_count_find(word->text, name_length);
	bool is_per_server = expectation.count == COUNT_sent || expectation.count == COUNT_tcp;
	if (expectation.count < 0 || (expectation.has_address && !is_per_server)) {
		return fault_set(fault, line,
				 "\"%.*s\": nothing of that name is counted; see docs/scenarios.md",
				 WORD_SHOW(word));
	}
	*ret_expectation = expectation;
	return 0;
}
