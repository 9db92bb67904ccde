// SPDX-License-Identifier: BSD-3-Clause

#include "cunit_runner.h"

#include "options/option_table.h"
#include "options/options.h"

#include <ctype.h>
#include <string.h>

static char *printed(void (*print)(FILE *out), size_t *ret_length)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_length);
	print(out);
	fclose(out);
	return text;
}

TEST(the_example_is_a_valid_file)
{
	size_t length;
	char *text = printed(options_print_example, &length);
	struct options options;
	struct plx_setting_fault fault = {.text = ""};
	options_init(&options);
	CU_ASSERT_EQUAL(options_read_document("example", text, length, &options, &fault), 0);
	CU_ASSERT_STRING_EQUAL(fault.text, "");
	CU_ASSERT_EQUAL(options_check(&options, &fault), 0);
	free(text);
}

// "#key: value" becomes "key: value"; comments have a blank after the #.
TEST(every_commented_example_value_is_valid)
{
	size_t length;
	char *text = printed(options_print_example, &length);
	for (char *c = text; *c != '\0'; c++) {
		if (*c == '#' && islower((unsigned char)c[1])) {
			memmove(c, c + 1, strlen(c));
		}
	}
	struct options options;
	struct plx_setting_fault fault = {.text = ""};
	options_init(&options);
	CU_ASSERT_EQUAL(options_read_document("example", text, strlen(text), &options, &fault), 0);
	CU_ASSERT_STRING_EQUAL(fault.text, "");
	CU_ASSERT_STRING_NOT_EQUAL(options.device, "");
	free(text);
}

TEST(every_option_is_in_every_text)
{
	size_t length;
	char *help = printed(options_print_help, &length);
	char *example = printed(options_print_example, &length);
	char *markdown = printed(options_print_markdown, &length);
	for (size_t i = 0; i < option_count; i++) {
		char word[80];
		snprintf(word, sizeof(word), "  --%s", option_table[i].flag);
		CU_ASSERT_PTR_NOT_NULL(strstr(help, word));
		snprintf(word, sizeof(word), "%s: ", option_table[i].key);
		CU_ASSERT_PTR_NOT_NULL(strstr(example, word));
		snprintf(word, sizeof(word), "### `%s`", option_table[i].key);
		CU_ASSERT_PTR_NOT_NULL(strstr(markdown, word));
	}
	free(help);
	free(example);
	free(markdown);
}

TEST_MAIN(options_print, T(the_example_is_a_valid_file), T(every_commented_example_value_is_valid),
	  T(every_option_is_in_every_text))
