// SPDX-License-Identifier: BSD-3-Clause
// dnsperf's flags, ours, and what is refused.

#include "bench/bench_options.h"

#include "cunit_runner.h"

#include <string.h>

#define ARGUMENTS_MAX 32

static struct bench_options options;
static struct bench_failure failure;

static int parse(const char *line)
{
	static char copy[1024];
	static char program[] = "parallax-bench";
	char *arguments[ARGUMENTS_MAX + 1] = {program};
	int count = 1;
	snprintf(copy, sizeof(copy), "%s", line);
	char *rest = copy;
	for (char *word; (word = strsep(&rest, " ")) != NULL && count < ARGUMENTS_MAX;) {
		if (*word != '\0') {
			arguments[count++] = word;
		}
	}
	return bench_options_parse(count, arguments, &options, &failure);
}

static void expect_failure(const char *line, const char *message)
{
	CU_ASSERT_EQUAL(parse(line), -1);
	if (strcmp(failure.text, message) != 0) {
		fprintf(stderr, "%s\n", failure.text);
	}
	CU_ASSERT_STRING_EQUAL(failure.text, message);
	CU_ASSERT_EQUAL(failure.exit_status, BENCH_EXIT_USAGE);
}

TEST(flags_of_dnsperf_mean_the_same)
{
	CU_ASSERT_EQUAL_FATAL(parse("-s 192.0.2.1 -p 5353 -d file -l 2.5 -n 3 -Q 10k -q 500 -c 4 "
				    "-T 2 -t 0.5 -e -S 1 -m udp"),
			      0);
	CU_ASSERT_EQUAL(options.server.port, 5353);
	CU_ASSERT_STRING_EQUAL(options.data_path, "file");
	CU_ASSERT_EQUAL(options.duration_ns, 2500000000u);
	CU_ASSERT_EQUAL(options.passes_max, 3);
	CU_ASSERT_EQUAL(options.rate_qps, 10000);
	CU_ASSERT_EQUAL(options.outstanding_max, 500);
	CU_ASSERT_STRING_EQUAL(options.workers, "2");
	CU_ASSERT_EQUAL(options.timeout_ms, 500);
	CU_ASSERT_EQUAL(options.interval_ns, 1000000000u);
	CU_ASSERT_TRUE(options.edns && !options.dnssec_ok);
	CU_ASSERT_EQUAL(options.mode, BENCH_MODE_PLAIN);
}

TEST(what_is_not_given_is_as_in_dnsperf)
{
	CU_ASSERT_EQUAL_FATAL(parse("-s 2001:db8::53"), 0);
	CU_ASSERT_EQUAL(options.server.port, 53);
	CU_ASSERT_PTR_NULL(options.data_path);
	CU_ASSERT_EQUAL(options.passes_max, 1);
	CU_ASSERT_EQUAL(options.duration_ns, 0);
	CU_ASSERT_EQUAL(options.outstanding_max, 100);
	CU_ASSERT_EQUAL(options.timeout_ms, 5000);
	CU_ASSERT_FALSE(options.edns);
	CU_ASSERT_EQUAL_FATAL(parse("-s 192.0.2.1 -l 1 -D"), 0);
	CU_ASSERT_EQUAL(options.passes_max, 0);
	CU_ASSERT_TRUE(options.edns && options.dnssec_ok);
}

TEST(an_open_loop_is_not_held_back_by_a_hundred)
{
	CU_ASSERT_EQUAL_FATAL(parse("-s 192.0.2.1 -Q 1M"), 0);
	CU_ASSERT_EQUAL(options.outstanding_max, BENCH_OUTSTANDING_OPEN);
}

TEST(ramps_and_searches_are_read)
{
	CU_ASSERT_EQUAL_FATAL(parse("-s 192.0.2.1 --ramp 10k:50k:20k --step-time 2"), 0);
	CU_ASSERT_EQUAL(options.mode, BENCH_MODE_RAMP);
	CU_ASSERT_EQUAL(options.ramp.step_qps, 20000);
	CU_ASSERT_EQUAL(options.step_ns, 2000000000u);
	CU_ASSERT_EQUAL_FATAL(parse("-s 192.0.2.1 --ramp 1k:2k"), 0);
	CU_ASSERT_EQUAL(options.ramp.step_qps, 100);
	CU_ASSERT_EQUAL_FATAL(parse("-s 192.0.2.1 --find-max --max-loss 1 --max-latency-growth 3"),
			      0);
	CU_ASSERT_EQUAL(options.mode, BENCH_MODE_FIND_MAX);
	CU_ASSERT_DOUBLE_EQUAL(options.rules.loss_max, 0.01, 1e-12);
	CU_ASSERT_EQUAL(options.rules.latency_growth, 3);
	CU_ASSERT_EQUAL(options.timeout_ms, 500);
}

TEST(options_of_the_dataplane_are_handed_on_as_they_are)
{
	CU_ASSERT_EQUAL_FATAL(parse("-s 192.0.2.1 --device net_memif0,role=client --address "
				    "192.0.2.9/24 --hugepages --poll-mode -- --no-pci -l 0"),
			      0);
	static const char *const expected[] = {"--device",
					       "net_memif0,role=client",
					       "--address",
					       "192.0.2.9/24",
					       "--hugepages",
					       "--",
					       "--no-pci",
					       "-l",
					       "0"};
	CU_ASSERT_EQUAL_FATAL(options.dataplane_argument_count, PLX_ARRAY_SIZE(expected));
	for (size_t i = 0; i < PLX_ARRAY_SIZE(expected); i++) {
		CU_ASSERT_STRING_EQUAL(options.dataplane_arguments[i], expected[i]);
	}
	CU_ASSERT_PTR_NULL(options.dataplane_arguments[PLX_ARRAY_SIZE(expected)]);
	CU_ASSERT_TRUE(options.is_poll_mode);
}

TEST(what_is_wrong_is_told)
{
	expect_failure("-l 1", "give the server's address: -s ADDRESS");
	expect_failure("-s localhost", "-s: `localhost`: give the server's address, like "
				       "192.0.2.53 or 2001:db8::53");
	expect_failure("-s 192.0.2.1 -Q 0", "-Q: `0`: give a number from 1 to 1000000000");
	expect_failure("-s 192.0.2.1 -l x", "-l: `x`: give a number above 0 and up to 31536000");
	expect_failure("-s 192.0.2.1 -t 121", "-t: `121`: give seconds from 0.001 to 120");
	expect_failure("-s 192.0.2.1 -m tcp", "-m: `tcp`: give udp: nothing else is measured");
	expect_failure("-s 192.0.2.1 -E 10:1234",
		       "-E: EDNS options of one's own are not part of parallax-bench");
	expect_failure("-s 192.0.2.1 -y key", "-y: unknown option: see parallax-bench --help");
	expect_failure("-s 192.0.2.1 --frobnicate",
		       "--frobnicate: unknown option: see parallax-bench --help");
	expect_failure("-s 192.0.2.1 -Q", "-Q: it wants a value");
	expect_failure("-s 192.0.2.1 more", "more: not understood: see parallax-bench --help");
	expect_failure("-s 192.0.2.1 --ramp 9:3",
		       "--ramp: `9:3`: give FROM:TO[:STEP], like 10k:200k:10k");
	expect_failure("-s 192.0.2.1 --ramp 1:1000:1", "--ramp: `1:1000:1`: at most 64 steps");
	expect_failure("-s 192.0.2.1 --ramp 1:2 --find-max",
		       "--ramp, --find-max and --self-test are three kinds of run: give one");
	expect_failure("-s 192.0.2.1 --find-max -Q 5",
		       "-Q: the rates of --ramp, --find-max and --self-test are their own");
	expect_failure("-s 192.0.2.1 --socket /s --interface eth0",
		       "--socket: options of a dataplane that runs already cannot be given");
}

TEST_MAIN(bench_options, T(flags_of_dnsperf_mean_the_same), T(what_is_not_given_is_as_in_dnsperf),
	  T(an_open_loop_is_not_held_back_by_a_hundred), T(ramps_and_searches_are_read),
	  T(options_of_the_dataplane_are_handed_on_as_they_are), T(what_is_wrong_is_told))
