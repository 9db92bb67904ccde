// SPDX-License-Identifier: BSD-3-Clause

#include "cunit_runner.h"

#include <parallax/base/error.h>

#include "options/options.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static struct options options;
static struct plx_setting_fault fault;

static int read_text(const char *text)
{
	options_init(&options);
	memset(&fault, 0, sizeof(fault));
	return options_read_document("test.yaml", text, strlen(text), &options, &fault);
}

static void expect_fault(const char *text, const char *message)
{
	CU_ASSERT_EQUAL(read_text(text), PLX_ERR_CONFIG);
	CU_ASSERT_STRING_EQUAL(fault.text, message);
	if (strcmp(fault.text, message) != 0) {
		fprintf(stderr, "\nexpected: %s\nfound:    %s\n", message, fault.text);
	}
}

TEST(every_key_reaches_its_field)
{
	CU_ASSERT_EQUAL(read_text("dataplane:\n"
				  "  interface: eth0\n"
				  "  device: \"0000:01:00.0\"\n"
				  "  address: [192.0.2.10/24, \"2001:db8::10/64\"]\n"
				  "  gateway: 192.0.2.1\n"
				  "  workers: [2, 4-5]\n"
				  "  main_cpu: 0\n"
				  "  source_ports: 32768-65535\n"
				  "  total_rate: 10k\n"
				  "  lookups_max: 1024\n"
				  "  socket: /tmp/s\n"
				  "  socket_group: ops\n"
				  "  user: nobody\n"
				  "  poll_mode: yes\n"
				  "  trust_peer_checksums: on\n"
				  "  hugepages: true\n"
				  "  memory_mb: 512\n"
				  "  xdp_program: /x.o\n"
				  "  log_format: json\n"
				  "  capture_dir: /c\n"),
			0);
	CU_ASSERT_STRING_EQUAL(options.interface, "eth0");
	CU_ASSERT_STRING_EQUAL(options.device, "0000:01:00.0");
	CU_ASSERT_EQUAL(options.address_count, 2);
	CU_ASSERT_EQUAL(options.address[0].length, 24);
	CU_ASSERT_EQUAL(options.address[1].ip.family, 6);
	CU_ASSERT_EQUAL(options.gateway_count, 1);
	CU_ASSERT_EQUAL(options.workers.count, 3);
	CU_ASSERT_TRUE(options.workers.is_pinned);
	CU_ASSERT_EQUAL(options.workers.cpu[2], 5);
	CU_ASSERT_EQUAL(options.main_cpu, 0);
	CU_ASSERT_EQUAL(options.source_ports.first, 32768);
	CU_ASSERT_EQUAL(options.total_rate, 10000);
	CU_ASSERT_EQUAL(options.lookups_max, 1024);
	CU_ASSERT_STRING_EQUAL(options.socket, "/tmp/s");
	CU_ASSERT_STRING_EQUAL(options.socket_group, "ops");
	CU_ASSERT_STRING_EQUAL(options.user, "nobody");
	CU_ASSERT_TRUE(options.poll_mode && options.trust_peer_checksums && options.hugepages);
	CU_ASSERT_EQUAL(options.memory_mb, 512);
	CU_ASSERT_STRING_EQUAL(options.xdp_program, "/x.o");
	CU_ASSERT_EQUAL(options.log_format, OPTIONS_LOG_JSON);
	CU_ASSERT_STRING_EQUAL(options.capture_dir, "/c");
}

TEST(an_empty_file_leaves_the_defaults)
{
	CU_ASSERT_EQUAL(read_text(""), 0);
	CU_ASSERT_EQUAL(read_text("dataplane:\n"), 0);
	CU_ASSERT_EQUAL(options.workers.count, 1);
	CU_ASSERT_FALSE(options.workers.is_pinned);
	CU_ASSERT_EQUAL(options.main_cpu, -1);
	CU_ASSERT_EQUAL(options.source_ports.first, 16384);
	CU_ASSERT_EQUAL(options.source_ports.last, 32767);
	CU_ASSERT_EQUAL(options.upstreams_count, 0);
	CU_ASSERT_STRING_EQUAL(options.socket, "/run/parallax/dataplane.sock");
}

TEST(both_forms_of_an_upstream_mean_the_same)
{
	CU_ASSERT_EQUAL(read_text("dataplane:\n"
				  "  upstreams:\n"
				  "  - {address: 192.0.2.53, port: 5353, trusted: true, rate: 10k, "
				  "in_flight: 100}\n"
				  "  - \"192.0.2.54:5353,trusted,rate=10k,in_flight=100\"\n"
				  "  - \"2001:db8::53\"\n"),
			0);
	CU_ASSERT_EQUAL(options.upstreams_count, 3);
	const struct upstream_config *first = &options.upstreams[0];
	const struct upstream_config *second = &options.upstreams[1];
	CU_ASSERT_EQUAL(first->endpoint.port, 5353);
	CU_ASSERT_TRUE(first->is_trusted && second->is_trusted);
	CU_ASSERT_EQUAL(first->rate_qps, 10000);
	CU_ASSERT_EQUAL(first->rate_qps, second->rate_qps);
	CU_ASSERT_EQUAL(first->in_flight_max, 100);
	CU_ASSERT_EQUAL(first->in_flight_max, second->in_flight_max);
	CU_ASSERT_EQUAL(options.upstreams[2].endpoint.port, 53);
	CU_ASSERT_EQUAL(options.upstreams[2].in_flight_max, UPSTREAM_IN_FLIGHT_DEFAULT);
	CU_ASSERT_FALSE(options.upstreams[2].is_trusted);
}

TEST(unknown_keys_are_named_with_the_nearest_known_one)
{
	expect_fault("dataplane:\n  upsteams: []\n",
		     "test.yaml:2:3: unknown key \"upsteams\"; did you mean \"upstreams\"?");
	expect_fault("dataplane:\n  poll-mode: true\n",
		     "test.yaml:2:3: unknown key \"poll-mode\"; did you mean \"poll_mode\"?");
	expect_fault("dataplane:\n  zzzzzzzzzz: 1\n", "test.yaml:2:3: unknown key \"zzzzzzzzzz\"");
	expect_fault("datplane:\n  workers: 1\n",
		     "test.yaml:1:1: unknown section \"datplane\"; did you mean \"dataplane\"?");
	expect_fault("dataplane:\n  upstreams:\n  - {addres: 192.0.2.1}\n",
		     "test.yaml:3:6: unknown key \"addres\"; did you mean \"address\"?");
}

TEST(duplicate_keys_name_both_places)
{
	expect_fault("dataplane:\n  workers: 1\n  user: a\n  workers: 2\n",
		     "test.yaml:4:3: duplicate key \"workers\", first given in line 2");
	expect_fault("dataplane: {}\ndataplane: {}\n",
		     "test.yaml:2:1: duplicate key \"dataplane\", first given in line 1");
	expect_fault("dataplane:\n  upstreams: [{address: 192.0.2.1, address: 192.0.2.2}]\n",
		     "test.yaml:2:36: duplicate key \"address\", first given in line 2");
	expect_fault("dataplane:\n  upstreams: [192.0.2.1, \"192.0.2.1:53\"]\n",
		     "test.yaml:2:26: upstreams: 192.0.2.1:53 is listed twice");
}

TEST(iterative_look_ups_have_threads_and_files_of_their_own)
{
	CU_ASSERT_EQUAL(read_text("dataplane:\n  interface: lo\n"), 0);
	CU_ASSERT_TRUE(options.iterative);
	CU_ASSERT_EQUAL(options.validators.count, 1);
	CU_ASSERT_FALSE(options.validators.is_pinned);
	CU_ASSERT_STRING_EQUAL(options.root_hints, "");
	CU_ASSERT_STRING_EQUAL(options.trust_anchor, "");
	CU_ASSERT_EQUAL(read_text("dataplane:\n  interface: lo\n  iterative: false\n"
				  "  workers: [1, 2]\n  validators: [4, 6-7]\n"
				  "  root_hints: /x/root.hints\n  trust_anchor: none\n"),
			0);
	CU_ASSERT_FALSE(options.iterative);
	CU_ASSERT_EQUAL(options.workers.count, 2);
	CU_ASSERT_EQUAL(options.validators.count, 3);
	CU_ASSERT_TRUE(options.validators.is_pinned);
	CU_ASSERT_EQUAL(options.validators.cpu[2], 7);
	CU_ASSERT_STRING_EQUAL(options.root_hints, "/x/root.hints");
	CU_ASSERT_STRING_EQUAL(options.trust_anchor, "none");
	expect_fault("dataplane:\n  validators: []\n",
		     "test.yaml:2:15: validators: the list of CPUs is empty");
	expect_fault("dataplane:\n  validators: 0\n",
		     "test.yaml:2:15: validators: \"0\" is neither a count (1 to 64) nor a list of "
		     "CPUs; write 2, 2,3 or 2-5");
}

TEST(wrong_types_say_what_was_expected)
{
	expect_fault("- a\n", "test.yaml:1:1: expected a mapping with the key \"dataplane\", "
			      "found a list");
	expect_fault("dataplane: 7\n", "test.yaml:1:12: dataplane: expected a mapping of keys to "
				       "values, found a single value");
	expect_fault("dataplane:\n  user: [a]\n",
		     "test.yaml:2:9: user: expected a single value, found a list");
	expect_fault("dataplane:\n  gateway: {a: b}\n",
		     "test.yaml:2:12: gateway: expected a list or a single value, found a "
		     "mapping");
	expect_fault("dataplane:\n  address: [[192.0.2.1/24]]\n",
		     "test.yaml:2:13: address: expected a single value, found a list");
	expect_fault("dataplane:\n  [a]: b\n", "test.yaml:2:3: expected a key, found a list");
	expect_fault("dataplane:\n  user:\n  workers: 2\n",
		     "test.yaml:2:8: user: has no value; give one or remove the line");
	expect_fault("dataplane:\n  workers: []\n",
		     "test.yaml:2:12: workers: the list of CPUs is empty");
}

TEST(bad_values_say_what_to_write_instead)
{
	expect_fault("dataplane:\n  workers: many\n",
		     "test.yaml:2:12: workers: \"many\" is neither a count (1 to 64) "
		     "nor a list of CPUs; write 2, 2,3 or 2-5");
	expect_fault("dataplane:\n  workers: [1, 1]\n",
		     "test.yaml:2:16: workers: CPU 1 is listed twice");
	expect_fault("dataplane:\n  total_rate: 10q\n",
		     "test.yaml:2:15: total_rate: \"10q\" is not a rate; write queries per second "
		     "such as 500, 10k or 1M, or 0 for no limit");
	expect_fault("dataplane:\n  memory_mb: 3\n",
		     "test.yaml:2:14: memory_mb: \"3\" is not a number from 64 to 1048576");
	expect_fault("dataplane:\n  memory_mb: -3\n",
		     "test.yaml:2:14: memory_mb: \"-3\" is not a number from 64 to 1048576");
	expect_fault("dataplane:\n  lookups_max: 99999999999999999999\n",
		     "test.yaml:2:16: lookups_max: \"99999999999999999999\" is not a number from "
		     "256 to 1048576");
	expect_fault("dataplane:\n  poll_mode: 1\n",
		     "test.yaml:2:14: poll_mode: \"1\" is neither true nor false");
	expect_fault("dataplane:\n  main_cpu: x\n",
		     "test.yaml:2:13: main_cpu: \"x\" is not a CPU number (0 to 1023)");
	expect_fault("dataplane:\n  log_format: xml\n",
		     "test.yaml:2:15: log_format: \"xml\" is neither text nor json");
	expect_fault("dataplane:\n  socket: s\n",
		     "test.yaml:2:11: socket: \"s\" is not an absolute path; start it with /");
	expect_fault("dataplane:\n  interface: interface-name-too-long\n",
		     "test.yaml:2:14: interface: the value has 23 characters, at most 15 are "
		     "possible");
}

TEST(bad_addresses_and_ports_say_what_to_write_instead)
{
	expect_fault("dataplane:\n  address: 192.0.2.1\n",
		     "test.yaml:2:12: address: \"192.0.2.1\" is not an address with its prefix "
		     "length; write it as 192.0.2.10/24 or 2001:db8::10/64");
	expect_fault("dataplane:\n  address: 192.0.2.1/33\n",
		     "test.yaml:2:12: address: \"192.0.2.1/33\" is not an address with its prefix "
		     "length; write it as 192.0.2.10/24 or 2001:db8::10/64");
	expect_fault("dataplane:\n  gateway: [192.0.2.1, 192.0.2.1]\n",
		     "test.yaml:2:24: gateway: \"192.0.2.1\" is given twice; remove one");
	expect_fault("dataplane:\n  gateway: here\n",
		     "test.yaml:2:12: gateway: \"here\" is not an address; write it as 192.0.2.1 "
		     "or 2001:db8::1");
	expect_fault("dataplane:\n  source_ports: 16384\n",
		     "test.yaml:2:17: source_ports: \"16384\" is not a port range; write "
		     "FIRST-LAST such as 16384-32767");
	expect_fault("dataplane:\n  source_ports: 16384-20000\n",
		     "test.yaml:2:17: source_ports: 16384-20000 is a range of 3617 ports from "
		     "16384; it must hold 4096, 8192, 16384 or 32768 ports above 1023, such as "
		     "16384-32767");
	expect_fault("dataplane:\n  upstreams: [192.0.2]\n",
		     "test.yaml:2:15: upstreams: \"192.0.2\" is not a server; write 192.0.2.53, "
		     "192.0.2.53:5353 or [2001:db8::53]:5353");
	expect_fault("dataplane:\n  upstreams: [\"192.0.2.1,fast\"]\n",
		     "test.yaml:2:15: upstreams: \"fast\" is not understood; after the address "
		     "come trusted, rate=RATE, in_flight=COUNT, steady, edns=, dnssec_ok= and "
		     "cookies=false");
	expect_fault("dataplane:\n  upstreams: [\"192.0.2.1,rate=x\"]\n",
		     "test.yaml:2:15: upstreams: rate: \"x\" is not a rate; write queries per "
		     "second such as 500, 10k or 1M, or 0 for no limit");
	expect_fault("dataplane:\n  upstreams:\n  - {address: 192.0.2.1, port: 0}\n",
		     "test.yaml:3:32: port: \"0\" is not a port (1 to 65535)");
	expect_fault("dataplane:\n  upstreams:\n  - {port: 53}\n",
		     "test.yaml:3:5: upstreams: has no address; add `address: 192.0.2.53`");
}

TEST(broken_yaml_names_the_place)
{
	CU_ASSERT_EQUAL(read_text("dataplane:\n  user: [a\n"), PLX_ERR_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "test.yaml:3:1: not YAML: "));
	CU_ASSERT_EQUAL(read_text("dataplane:\n\tuser: a\n"), PLX_ERR_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "test.yaml:2:1: not YAML: "));
	CU_ASSERT_EQUAL(read_text("dataplane: {user: \"\xff\"}\n"), PLX_ERR_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "test.yaml:1:20: not YAML: "));
	CU_ASSERT_EQUAL(read_text("dataplane:\n  # \xc3\xbc \xff\n"), PLX_ERR_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "test.yaml:2:7: not YAML: "));
}

TEST(a_second_document_is_refused)
{
	expect_fault("dataplane:\n  user: a\n---\ndataplane:\n  user: b\n",
		     "test.yaml:3:1: a second document begins; one file is one document: remove "
		     "the line \"---\" or what follows it");
	CU_ASSERT_EQUAL(read_text("dataplane:\n  user: a\n---\n\tb"), PLX_ERR_CONFIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "test.yaml:4:1: not YAML: "));
	CU_ASSERT_EQUAL(read_text("---\ndataplane:\n  user: a\n...\n# the end\n"), 0);
	CU_ASSERT_STRING_EQUAL(options.user, "a");
}

TEST(faults_are_one_line_whatever_the_file_says)
{
	CU_ASSERT_EQUAL(read_text("dataplane: {\"a\\nb\\e[2J\": 1}\n"), PLX_ERR_CONFIG);
	CU_ASSERT_PTR_NULL(strpbrk(fault.text, "\n\x1b"));
}

TEST(a_file_that_cannot_be_read_is_named)
{
	options_init(&options);
	CU_ASSERT_EQUAL(options_read_file("/nonexistent/x.yaml", &options, &fault), -ENOENT);
	CU_ASSERT_STRING_EQUAL(fault.text, "/nonexistent/x.yaml: cannot be read: No such file or "
					   "directory");
	CU_ASSERT_EQUAL(options_read_file("/", &options, &fault), -EISDIR);
}

TEST(a_file_is_read_from_disk)
{
	char path[] = "/tmp/parallax-options-XXXXXX";
	int fd = mkstemp(path);
	static const char text[] = "dataplane: {interface: lo}\n";
	CU_ASSERT_EQUAL(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	options_init(&options);
	CU_ASSERT_EQUAL(options_read_file(path, &options, &fault), 0);
	CU_ASSERT_STRING_EQUAL(options.interface, "lo");
	unlink(path);
}

TEST_MAIN(options_file, T(every_key_reaches_its_field), T(an_empty_file_leaves_the_defaults),
	  T(both_forms_of_an_upstream_mean_the_same),
	  T(unknown_keys_are_named_with_the_nearest_known_one), T(duplicate_keys_name_both_places),
	  T(iterative_look_ups_have_threads_and_files_of_their_own),
	  T(wrong_types_say_what_was_expected), T(bad_values_say_what_to_write_instead),
	  T(bad_addresses_and_ports_say_what_to_write_instead), T(broken_yaml_names_the_place),
	  T(a_second_document_is_refused), T(faults_are_one_line_whatever_the_file_says),
	  T(a_file_that_cannot_be_read_is_named), T(a_file_is_read_from_disk))
