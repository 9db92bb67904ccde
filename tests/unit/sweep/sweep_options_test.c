// SPDX-License-Identifier: BSD-3-Clause
// The command line: values, units and what is refused with which words.

#include "sweep/sweep_options.h"

#include <parallax/dns/rr_type.h>

#include "sweep/quantity.h"

#include "cunit_runner.h"

#include <errno.h>
#include <string.h>

static struct sweep_options options;
static struct sweep_failure failure;

static int parse(const char *line)
{
	static char copy[512];
	char *argv[32] = {(char[]) {"parallax-sweep"}};
	int argc = 1;
	snprintf(copy, sizeof(copy), "%s", line);
	char *rest = NULL;
	for (char *word = strtok_r(copy, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest)) {
		argv[argc++] = word;
	}
	memset(&failure, 0, sizeof(failure));
	return sweep_options_parse(argc, argv, &options, &failure);
}

TEST(defaults_read_stdin_and_write_jsonl)
{
	CU_ASSERT_EQUAL(parse(""), 0);
	CU_ASSERT_STRING_EQUAL(options.config.input_path, "-");
	CU_ASSERT_STRING_EQUAL(options.config.output_path, "-");
	CU_ASSERT_EQUAL(options.config.type, PLX_TYPE_A);
	CU_ASSERT_EQUAL(options.config.format, PLX_FORMAT_JSONL);
	CU_ASSERT_EQUAL(options.config.window, PLX_CLIENT_WINDOW_DEFAULT);
	CU_ASSERT_EQUAL(options.config.rate, 0);
	CU_ASSERT_EQUAL(options.config.resolution, PLX_RESOLUTION_STUB);
	CU_ASSERT_FALSE(options.config.no_cache);
}

TEST(iterative_lookups_may_leave_caches_out)
{
	CU_ASSERT_EQUAL(parse("--resolution iterative"), 0);
	CU_ASSERT_EQUAL(options.config.resolution, PLX_RESOLUTION_ITERATIVE);
	CU_ASSERT_FALSE(options.config.no_cache);
	CU_ASSERT_EQUAL(parse("--no-cache --caa --resolution iterative"), 0);
	CU_ASSERT_EQUAL(options.config.resolution, PLX_RESOLUTION_ITERATIVE);
	CU_ASSERT_TRUE(options.config.no_cache);
}

TEST(all_values_arrive)
{
	CU_ASSERT_EQUAL(
		parse("--caa -i in -o out --format zdns --rate 10k --shard 2/3 --checkpoint c "
		      "--resume --timeout 250ms --attempts 3 --resolution stub --summary s "
		      "--window 100 --socket k --reconnect-timeout 2m --json --quiet"),
		0);
	CU_ASSERT_TRUE(options.config.relevant_caa);
	CU_ASSERT_EQUAL(options.config.type, PLX_TYPE_CAA);
	CU_ASSERT_STRING_EQUAL(options.config.input_path, "in");
	CU_ASSERT_STRING_EQUAL(options.config.output_path, "out");
	CU_ASSERT_EQUAL(options.config.format, PLX_FORMAT_ZDNS);
	CU_ASSERT_EQUAL(options.config.rate, 10000);
	CU_ASSERT_EQUAL(options.config.shard.index, 2);
	CU_ASSERT_STRING_EQUAL(options.config.checkpoint_path, "c");
	CU_ASSERT_TRUE(options.config.resume);
	CU_ASSERT_EQUAL(options.config.timeout_ms, 250);
	CU_ASSERT_EQUAL(options.config.attempts, 3);
	CU_ASSERT_EQUAL(options.config.window, 100);
	CU_ASSERT_EQUAL(options.config.reconnect_timeout_ns, 120000000000);
	CU_ASSERT_STRING_EQUAL(options.socket_path, "k");
	CU_ASSERT_STRING_EQUAL(options.summary_path, "s");
	CU_ASSERT_TRUE(options.json);
	CU_ASSERT_TRUE(options.quiet);
}

TEST(wrong_lines_are_refused_with_the_flag_and_the_cure)
{
	static const struct {
		const char *line;
		const char *word;
	} cases[] = {
		{"--type NOPE", "--type: `NOPE`"},
		{"--socket", "--socket: it wants a value"},
		{"--caa -o", "-o: it wants a value"},
		{"--type AXFR", "--type: `AXFR`"},
		{"--type A --caa", "exclude each other"},
		{"--format xml", "massdns-simple"},
		{"--rate fast", "--rate: `fast`"},
		{"--rate 0", "--rate: `0`"},
		{"--shard 4/3", "I/N"},
		{"--timeout 8", "with its unit"},
		{"--timeout 1h", "120s"},
		{"--attempts 65", "1 to 64"},
		{"--window 0", "--window: `0`"},
		{"--resolution magic", "--resolution: `magic`: give stub or iterative"},
		{"--resolution Stub", "stub or iterative"},
		{"--resolution", "--resolution: it wants a value"},
		{"--no-cache", "add --resolution iterative"},
		{"--no-cache --resolution stub", "add --resolution iterative"},
		{"--resume", "--checkpoint FILE"},
		{"--checkpoint c", "--output FILE"},
		{"--reconnect-timeout soon", "60s"},
		{"--nonsense", "--nonsense: unknown option: see"},
		{"example.test", "names come from the input"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CU_ASSERT_EQUAL(parse(cases[i].line), -1);
		CU_ASSERT_EQUAL(failure.exit_status, SWEEP_EXIT_USAGE);
		CU_ASSERT_PTR_NOT_NULL(strstr(failure.text, cases[i].word));
	}
}

TEST(quantities_have_units)
{
	uint64_t value = 0;
	CU_ASSERT_EQUAL(quantity_parse_count("25M", &value), 0);
	CU_ASSERT_EQUAL(value, 25000000);
	CU_ASSERT_EQUAL(quantity_parse_count("18446744073709551615", &value), 0);
	CU_ASSERT_EQUAL(quantity_parse_count("18446744073709551616", &value), -ERANGE);
	CU_ASSERT_EQUAL(quantity_parse_count("18446744073709551615k", &value), -ERANGE);
	CU_ASSERT_EQUAL(quantity_parse_count("k", &value), -EINVAL);
	CU_ASSERT_EQUAL(quantity_parse_count("-1", &value), -EINVAL);
	CU_ASSERT_EQUAL(quantity_parse_count("1K", &value), -EINVAL);
	CU_ASSERT_EQUAL(quantity_parse_duration_ns("250ms", &value), 0);
	CU_ASSERT_EQUAL(value, 250000000);
	CU_ASSERT_EQUAL(quantity_parse_duration_ns("1h", &value), 0);
	CU_ASSERT_EQUAL(value, 3600000000000);
	CU_ASSERT_EQUAL(quantity_parse_duration_ns("5", &value), -EINVAL);
}

TEST_MAIN(sweep_options, T(defaults_read_stdin_and_write_jsonl),
	  T(iterative_lookups_may_leave_caches_out), T(all_values_arrive),
	  T(wrong_lines_are_refused_with_the_flag_and_the_cure), T(quantities_have_units))
