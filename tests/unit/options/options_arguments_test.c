// SPDX-License-Identifier: BSD-3-Clause

#include "cunit_runner.h"

#include <parallax/base/error.h>

#include "options/options.h"

#include <string.h>
#include <unistd.h>

#define ARGUMENTS_MAX 32

static struct options options;
static struct options_request request;
static struct plx_setting_fault fault;

// Takes a command line apart at single blanks.
static int read_line(const char *line)
{
	static char text[1024];
	static char *arguments[ARGUMENTS_MAX];
	int count = 0;
	snprintf(text, sizeof(text), "parallax-dataplane %s", line);
	char *rest = NULL;
	for (char *word = strtok_r(text, " ", &rest); word != NULL && count < ARGUMENTS_MAX;
	     word = strtok_r(NULL, " ", &rest)) {
		arguments[count++] = word;
	}
	memset(&fault, 0, sizeof(fault));
	return options_read(count, arguments, &options, &request, &fault);
}

static void expect_fault(const char *line, const char *message)
{
	CU_ASSERT_EQUAL(read_line(line), PLX_ERR_CONFIG);
	CU_ASSERT_STRING_EQUAL(fault.text, message);
	if (strcmp(fault.text, message) != 0) {
		fprintf(stderr, "\nexpected: %s\nfound:    %s\n", message, fault.text);
	}
}

TEST(flags_do_without_a_file)
{
	CU_ASSERT_EQUAL(read_line("--device net_null0 --address 192.0.2.1/24 --workers=2 "
				  "--poll-mode --upstream 192.0.2.53,trusted --upstream "
				  "[2001:db8::1]:5353 --total-rate 1M"),
			0);
	CU_ASSERT_STRING_EQUAL(options.device, "net_null0");
	CU_ASSERT_EQUAL(options.workers.count, 2);
	CU_ASSERT_TRUE(options.poll_mode);
	CU_ASSERT_EQUAL(options.upstreams_count, 2);
	CU_ASSERT_TRUE(options.upstreams[0].is_trusted);
	CU_ASSERT_EQUAL(options.upstreams[1].endpoint.port, 5353);
	CU_ASSERT_EQUAL(options.total_rate, 1000000);
	CU_ASSERT_EQUAL(request.action, OPTIONS_RUN);
	CU_ASSERT_PTR_NULL(request.config_path);
}

TEST(switches_take_an_optional_word)
{
	CU_ASSERT_EQUAL(read_line("--poll-mode off --hugepages --interface lo"), 0);
	CU_ASSERT_FALSE(options.poll_mode);
	CU_ASSERT_TRUE(options.hugepages);
	CU_ASSERT_EQUAL(read_line("--poll-mode=yes --interface lo"), 0);
	CU_ASSERT_TRUE(options.poll_mode);
}

TEST(words_after_two_dashes_are_the_eals)
{
	CU_ASSERT_EQUAL(read_line("--interface lo -- --no-huge -m 600"), 0);
	CU_ASSERT_EQUAL(request.eal_argument_count, 3);
	CU_ASSERT_STRING_EQUAL(request.eal_arguments[0], "--no-huge");
	CU_ASSERT_STRING_EQUAL(request.eal_arguments[2], "600");
}

TEST(flags_win_over_the_file)
{
	char path[] = "/tmp/parallax-options-XXXXXX";
	int fd = mkstemp(path);
	static const char text[] = "dataplane:\n  interface: lo\n  total_rate: 5\n  workers: [1]\n"
				   "  upstreams: [192.0.2.1, 192.0.2.2]\n";
	CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	char line[256];
	snprintf(line, sizeof(line), "--config %s --upstream 192.0.2.9 --workers 3", path);
	CU_ASSERT_EQUAL(read_line(line), 0);
	CU_ASSERT_STRING_EQUAL(options.interface, "lo");
	CU_ASSERT_EQUAL(options.total_rate, 5);
	CU_ASSERT_EQUAL(options.upstreams_count, 1);
	CU_ASSERT_EQUAL(options.upstreams[0].endpoint.ip.bytes[3], 9);
	CU_ASSERT_EQUAL(options.workers.count, 3);
	CU_ASSERT_FALSE(options.workers.is_pinned);
	unlink(path);
}

TEST(help_and_version_need_nothing_else)
{
	CU_ASSERT_EQUAL(read_line("--help --total-rate nonsense"), 0);
	CU_ASSERT_EQUAL(request.action, OPTIONS_HELP);
	CU_ASSERT_EQUAL(read_line("-h"), 0);
	CU_ASSERT_EQUAL(request.action, OPTIONS_HELP);
	CU_ASSERT_EQUAL(read_line("--version"), 0);
	CU_ASSERT_EQUAL(request.action, OPTIONS_VERSION);
	CU_ASSERT_EQUAL(read_line("--check-config --interface lo"), 0);
	CU_ASSERT_EQUAL(request.action, OPTIONS_CHECK_CONFIG);
}

TEST(wrong_flags_say_which_and_what)
{
	expect_fault("--total-rate 10q --interface lo",
		     "command line: --total-rate: \"10q\" is not a rate; write queries per second "
		     "such as 500, 10k or 1M, or 0 for no limit");
	static const char *const nobody[] = {"0.0.0.0", "224.0.0.1:53", "255.255.255.255",
					     "::", "[ff02::1]:53"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(nobody); i++) {
		char line[80], message[200];
		snprintf(line, sizeof(line), "--upstream %s", nobody[i]);
		snprintf(message, sizeof(message),
			 "command line: --upstream: \"%s\" cannot be a server: it is an "
			 "unspecified, multicast or reserved address",
			 nobody[i]);
		expect_fault(line, message);
	}
	expect_fault("--upstream 192.0.2.1,rate=z",
		     "command line: --upstream: rate: \"z\" is not a rate; write queries per "
		     "second such as 500, 10k or 1M, or 0 for no limit");
	expect_fault("--worker 2", "command line: unknown flag --worker; did you mean --workers?");
	expect_fault("--chek-config",
		     "command line: unknown flag --chek-config; did you mean --check-config?");
	expect_fault("--frobnicate-everything=1", "command line: unknown flag "
						  "--frobnicate-everything=1; --help lists all");
	expect_fault("--socket", "command line: --socket: a value must follow");
	expect_fault("--user a --user b", "command line: --user: given twice");
	expect_fault("eth0", "command line: \"eth0\" is not a flag; flags start with --, EAL "
			     "options follow a single --");
}

TEST(keys_that_do_not_go_together_are_refused)
{
	expect_fault("--workers 2", "command line: interface or device is missing: name the port "
				    "to use, for example --interface eth0 (all keys: --help)");
	expect_fault("--interface lo --device x",
		     "command line: interface and device are both given; the port is either "
		     "shared with the kernel or exclusive");
	expect_fault("--device net_null0",
		     "command line: address is missing: with device (exclusive mode) the port "
		     "needs an address such as 192.0.2.10/24");
	expect_fault("--device net_null0 --address 192.0.2.1/24 --gateway 2001:db8::1",
		     "command line: gateway: there is no IPv6 address to reach it from; add one "
		     "to address");
	expect_fault("--interface lo --address 192.0.2.1/24",
		     "command line: address: shared mode uses the interface's own addresses; "
		     "remove it, or use device");
	expect_fault("--interface lo --gateway 192.0.2.1",
		     "command line: gateway: shared mode uses the kernel's routes; remove it, or "
		     "use device");
	expect_fault("--interface lo --workers 1-2 --main-cpu 2",
		     "command line: main_cpu: CPU 2 is in workers as well; give the control "
		     "thread another one or none");
	expect_fault("--interface lo --workers 1-2 --validators 2-3",
		     "command line: validators: CPU 2 is in workers as well; give the validators "
		     "others, or a count");
	expect_fault("--interface lo --trust-anchor root.key",
		     "command line: --trust-anchor: \"root.key\" is not an absolute path; "
		     "start it with /");
}

TEST(keys_of_a_file_that_do_not_go_together_are_placed)
{
	char path[] = "/tmp/parallax-options-XXXXXX";
	int fd = mkstemp(path);
	static const char text[] = "dataplane:\n  interface: lo\n  address: 192.0.2.1/24\n"
				   "  main_cpu: 1\n";
	CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	char line[256], message[256];
	snprintf(line, sizeof(line), "--config %s", path);
	snprintf(message, sizeof(message),
		 "%s:3:3: address: shared mode uses the interface's own addresses; remove it, or "
		 "use device",
		 path);
	expect_fault(line, message);
	// What a flag said is no fault of the file's line.
	snprintf(line, sizeof(line), "--config %s --device x", path);
	expect_fault(line, "command line: interface and device are both given; the port is either "
			   "shared with the kernel or exclusive");
	unlink(path);
}

TEST_MAIN(options_arguments, T(flags_do_without_a_file), T(switches_take_an_optional_word),
	  T(words_after_two_dashes_are_the_eals), T(flags_win_over_the_file),
	  T(help_and_version_need_nothing_else), T(wrong_flags_say_which_and_what),
	  T(keys_that_do_not_go_together_are_refused),
	  T(keys_of_a_file_that_do_not_go_together_are_placed))
