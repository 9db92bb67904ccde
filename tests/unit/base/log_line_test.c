// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/base/log_line.h>

#include "cunit_runner.h"

#include <string.h>

static struct plx_log_line begin(bool is_json)
{
	struct plx_log_line line;
	plx_log_begin(&line, is_json, PLX_LOG_LEVEL_NOTICE, "started");
	return line;
}

static const char *tail(struct plx_log_line *line)
{
	line->text[line->length] = '\0';
	return strstr(line->text, line->is_json ? "\"event\"" : "event=");
}

TEST(words_are_bare_and_sentences_quoted)
{
	struct plx_log_line line = begin(false);
	plx_log_text(&line, "device", "net_af_packet0,iface=eth1");
	plx_log_text(&line, "mode", "shared");
	plx_log_text(&line, "empty", "");
	plx_log_number(&line, "workers", -2);
	CU_ASSERT_STRING_EQUAL(tail(&line), "event=started device=\"net_af_packet0,iface=eth1\" "
					    "mode=shared empty=\"\" workers=-2");
}

TEST(no_value_can_forge_a_line)
{
	struct plx_log_line line = begin(false);
	plx_log_text(&line, "name", "a\nlevel=error \"x\" \\ \xc3\xa9");
	CU_ASSERT_STRING_EQUAL(tail(&line), "event=started name=\"a\\u000alevel=error \\\"x\\\" "
					    "\\\\ \\u00c3\\u00a9\"");
}

TEST(json_lines_are_objects)
{
	struct plx_log_line line = begin(true);
	plx_log_text(&line, "mode", "shared");
	plx_log_number(&line, "workers", 2);
	CU_ASSERT_EQUAL(line.text[0], '{');
	CU_ASSERT_STRING_EQUAL(tail(&line),
			       "\"event\":\"started\",\"mode\":\"shared\",\"workers\":2");
}

TEST(a_long_value_is_cut_inside_the_line)
{
	char value[2 * PLX_LOG_LINE_MAX];
	memset(value, 'a', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	struct plx_log_line line = begin(true);
	plx_log_text(&line, "long", value);
	CU_ASSERT_TRUE(line.length < PLX_LOG_LINE_MAX);
}

TEST_MAIN(log_line, T(words_are_bare_and_sentences_quoted), T(no_value_can_forge_a_line),
	  T(json_lines_are_objects), T(a_long_value_is_cut_inside_the_line))
