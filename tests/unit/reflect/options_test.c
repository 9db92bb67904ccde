// SPDX-License-Identifier: BSD-3-Clause

#include "reflect/reflect_options.h"

#include <parallax/base/error.h>

#include "cunit_runner.h"

#include <string.h>

#define WORDS_MAX 24

static struct reflect_options options;
static enum reflect_request request;
static struct plx_setting_fault fault;

// `line` split at blanks, behind the program's name.
static int read_line(const char *line)
{
	static char text[512];
	static char *words[WORDS_MAX + 2];
	char *rest = text;
	int count = 1;
	words[0] = text;
	snprintf(text, sizeof(text), "%s", line);
	for (char *word; count <= WORDS_MAX && (word = strsep(&rest, " ")) != NULL;) {
		if (word[0] != '\0') {
			words[count++] = word;
		}
	}
	words[count] = NULL;
	fault.text[0] = '\0';
	return reflect_options_read(count, words, &options, &request, &fault);
}

TEST(defaults_answer_no_data_on_port_53)
{
	CU_ASSERT_EQUAL_FATAL(read_line("--device net_null0"), 0);
	CU_ASSERT_EQUAL(request, REFLECT_RUN);
	CU_ASSERT_STRING_EQUAL(options.shared.device, "net_null0");
	CU_ASSERT_EQUAL(options.port, 53);
	CU_ASSERT_EQUAL(options.answers.profile.kind, REFLECT_NODATA);
	CU_ASSERT_FALSE(options.answers.is_by_name);
	CU_ASSERT_EQUAL(options.delay_ns, 0);
	CU_ASSERT_EQUAL(options.loss_q32, 0);
	CU_ASSERT_EQUAL(options.rate_limit, 0);
	CU_ASSERT_EQUAL(options.eal_argument_count, 0);
}

TEST(every_flag_is_read)
{
	CU_ASSERT_EQUAL_FATAL(
		read_line(
			"--interface eth0 --address 192.0.2.1 --address 2001:db8::1/64 --port 5353 "
			"--answer caa:3 --by-name --ra --ad --delay 20ms:5ms --delay-slots 1k "
			"--loss 50% --seed 7 --rate-limit 10k"),
		0);
	CU_ASSERT_STRING_EQUAL(options.shared.interface, "eth0");
	CU_ASSERT_EQUAL(options.shared.address_count, 2);
	CU_ASSERT_EQUAL(options.shared.address[0].length, 32);
	CU_ASSERT_EQUAL(options.shared.address[1].length, 64);
	CU_ASSERT_EQUAL(options.port, 5353);
	CU_ASSERT_EQUAL(options.answers.profile.kind, REFLECT_CAA);
	CU_ASSERT_EQUAL(options.answers.profile.size, 3);
	CU_ASSERT_TRUE(options.answers.is_by_name && options.answers.recursion_available &&
		       options.answers.authentic_data);
	CU_ASSERT_EQUAL(options.delay_ns, 20000000);
	CU_ASSERT_EQUAL(options.jitter_ns, 5000000);
	CU_ASSERT_EQUAL(options.delay_slots, 1000);
	CU_ASSERT_EQUAL(options.loss_q32, 1u << 31);
	CU_ASSERT_EQUAL(options.seed, 7);
	CU_ASSERT_EQUAL(options.rate_limit, 10000);
	CU_ASSERT_EQUAL_FATAL(
		read_line("--device x --echo --verify-checksums --lcores 2 --poll "
			  "--memory-mb 512 --hugepages --user root "
			  "--stats-interval 1s --duration 2m --json f -- --legacy-mem"),
		0);
	CU_ASSERT_TRUE(options.is_echo && options.verifies_checksums);
	CU_ASSERT_EQUAL(options.shared.workers.count, 2);
	CU_ASSERT_TRUE(options.shared.poll_mode && options.shared.hugepages);
	CU_ASSERT_EQUAL(options.shared.memory_mb, 512);
	CU_ASSERT_STRING_EQUAL(options.shared.user, "root");
	CU_ASSERT_EQUAL(options.stats_interval_ns, 1000000000);
	CU_ASSERT_EQUAL(options.duration_ns, 120000000000);
	CU_ASSERT_STRING_EQUAL(options.json_path, "f");
	CU_ASSERT_EQUAL_FATAL(options.eal_argument_count, 1);
	CU_ASSERT_STRING_EQUAL(options.eal_arguments[0], "--legacy-mem");
}

TEST(rings_are_for_a_generator_and_its_echo)
{
	CU_ASSERT_EQUAL(
		read_line(
			"--device ring --generate 9 --to 192.0.2.2 --address 192.0.2.1 --lcores 2"),
		0);
	CU_ASSERT_TRUE(reflect_options_has_rings(&options));
	CU_ASSERT_EQUAL(read_line("--device net_ring0"), 0);
	CU_ASSERT_FALSE(reflect_options_has_rings(&options));
}

TEST(help_and_version_need_no_device)
{
	CU_ASSERT_EQUAL(read_line("--help"), 0);
	CU_ASSERT_EQUAL(request, REFLECT_HELP);
	CU_ASSERT_EQUAL(read_line("--version"), 0);
	CU_ASSERT_EQUAL(request, REFLECT_VERSION);
}

TEST(mistakes_are_told_in_one_line_with_their_flag)
{
	static const struct {
		const char *line;
		const char *text;
	} cases[] = {
		{"", "--device or --interface"},
		{"--device x --interface y", "not both"},
		{"--interface eth0", "--address"},
		{"--device x --answer caa", "--answer"},
		{"--device x --anwser nodata", "--answer"},
		{"--device x --answer", "--answer"},
		{"--device x --delay 20", "--delay"},
		{"--device x --delay 5ms:20ms", "--delay"},
		{"--device x --delay 2m", "--delay"},
		{"--device x --delay-slots 0", "--delay-slots"},
		{"--device x --loss 101", "--loss"},
		{"--device x --loss -1", "--loss"},
		{"--device x --loss nan", "--loss"},
		{"--device x --port 0", "--port"},
		{"--device x --port 65536", "--port"},
		{"--device x --address 224.0.0.1", "--address"},
		{"--device x --address 192.0.2.1 --address 192.0.2.1", "twice"},
		{"--device x --lcores 0", "--lcores"},
		{"--device x --duration 0s", "--duration"},
		{"--device x --echo --by-name", "--by-name"},
		{"--device ring --echo --lcores 2", "--generate"},
		{"--device ring --generate 1 --to 192.0.2.2 --address 192.0.2.1 --lcores 1",
		 "second"},
		{"--device x nodata", "nodata"},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		CU_ASSERT_EQUAL(read_line(cases[i].line), PLX_ERR_CONFIG);
		CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, cases[i].text));
		CU_ASSERT_PTR_NULL(strchr(fault.text, '\n'));
	}
}

TEST_MAIN(reflect_options, T(defaults_answer_no_data_on_port_53), T(every_flag_is_read),
	  T(rings_are_for_a_generator_and_its_echo), T(help_and_version_need_no_device),
	  T(mistakes_are_told_in_one_line_with_their_flag))
