// SPDX-License-Identifier: BSD-3-Clause

#include "iteration/root_hints.h"

#include "cunit_runner.h"
#include "scripted_reply.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MS (1000ull * 1000)

static struct delegation hints;
static unsigned line;

static enum root_hints_fault parse(const char *text)
{
	line = 0;
	return root_hints_parse(text, strlen(text), &hints, &line);
}

TEST(the_hints_that_debian_installs_are_read)
{
	static char text[ROOT_HINTS_BYTES_MAX];
	FILE *file = fopen(TABLES "/root.hints", "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	size_t length = fread(text, 1, sizeof(text), file);
	fclose(file);
	CU_ASSERT_EQUAL_FATAL(root_hints_parse(text, length, &hints, &line), ROOT_HINTS_FINE);
	CU_ASSERT_EQUAL(hints.zone.length, 1);
	CU_ASSERT_EQUAL(hints.name_count, 13);
	CU_ASSERT_EQUAL_FATAL(hints.address_count, 26);
	struct plx_ip last = scripted_ip("2001:dc3::35");
	CU_ASSERT_TRUE(plx_ip_equal(&hints.addresses[25], &last));
	struct plx_name name;
	struct plx_name expected = scripted_name("m.root-servers.net");
	delegation_name(&hints, 12, &name);
	CU_ASSERT_TRUE(plx_name_equal(&name, &expected));
}

TEST(ttl_and_class_may_be_missing)
{
	CU_ASSERT_EQUAL(parse(". NS a.x ; comment\n. IN ns b.x\r\n\n;\na.x A 192.0.2.1\n"
			      "b.x 60 IN AAAA 2001:db8::1"),
			ROOT_HINTS_FINE);
	CU_ASSERT_EQUAL(hints.name_count, 2);
	CU_ASSERT_EQUAL(hints.address_count, 2);
}

TEST(faults_name_their_line_and_leave_the_result_alone)
{
	static const struct {
		const char *text;
		enum root_hints_fault fault;
		unsigned line;
	} cases[] = {
		{". NS a.x\n\n. NS\n", ROOT_HINTS_FIELDS, 3},
		{". MX a.x\n", ROOT_HINTS_FIELDS, 1},
		{". 1 IN NS a.x b.x\n", ROOT_HINTS_FIELDS, 1},
		{". 1 IN NS a.x b.x c.x d.x\n", ROOT_HINTS_FIELDS, 1},
		{". NS a..x\n", ROOT_HINTS_NAME, 1},
		{"..x NS a.x\n", ROOT_HINTS_NAME, 1},
		{". NS a.x\na.x A 2001:db8::1\n", ROOT_HINTS_ADDRESS, 2},
		{". NS a.x\na.x AAAA 192.0.2.1\n", ROOT_HINTS_ADDRESS, 2},
		{". NS a.x\na.x A 192.0.2\n", ROOT_HINTS_ADDRESS, 2},
		{"com NS a.x\n", ROOT_HINTS_OWNER, 1},
		{". NS a.x\nb.x A 192.0.2.1\n", ROOT_HINTS_OWNER, 2},
		{". NS a.x\n", ROOT_HINTS_NO_ADDRESS, 1},
		{"", ROOT_HINTS_NO_ADDRESS, 1},
	};
	CU_ASSERT_EQUAL(parse(". NS a.x\na.x A 192.0.2.1\n"), ROOT_HINTS_FINE);
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		CU_ASSERT_EQUAL(parse(cases[i].text), cases[i].fault);
		CU_ASSERT_EQUAL(line, cases[i].line);
		CU_ASSERT_EQUAL(hints.address_count, 1);
	}
}

TEST(a_priming_answer_replaces_the_hints)
{
	static struct scripted_reply reply;
	struct delegation root;
	scripted_reply(&reply, ". NS", "aa",
		       "an . 100 NS a.root\nan . 100 NS b.root\nad a.root 200 A 192.0.2.1\n"
		       "ad c.root 200 A 192.0.2.66\nad b.root 200 AAAA 2001:db8::1\n");
	CU_ASSERT_EQUAL_FATAL(root_priming_read(&reply.message, 5 * MS, &root), 0);
	CU_ASSERT_EQUAL(root.name_count, 2);
	CU_ASSERT_EQUAL(root.address_count, 2);
	CU_ASSERT_EQUAL(root.expires_ns, 5 * MS + 100000 * MS);
}

TEST(what_is_no_priming_answer_is_refused)
{
	static const struct {
		const char *question;
		const char *flags;
		const char *records;
	} cases[] = {
		{". NS", "", "an . 100 NS a.root\nad a.root 200 A 192.0.2.1\n"},
		{". NS", "aa tc", "an . 100 NS a.root\nad a.root 200 A 192.0.2.1\n"},
		{". NS", "aa servfail", "an . 100 NS a.root\nad a.root 200 A 192.0.2.1\n"},
		{". A", "aa", "an . 100 NS a.root\nad a.root 200 A 192.0.2.1\n"},
		{"x NS", "aa", "an . 100 NS a.root\nad a.root 200 A 192.0.2.1\n"},
		{". NS", "aa", "an . 100 NS a.root\n"},
		{". NS", "aa", "au . 100 NS a.root\nad a.root 200 A 192.0.2.1\n"},
	};
	static struct scripted_reply reply;
	struct delegation root;
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		scripted_reply(&reply, cases[i].question, cases[i].flags, cases[i].records);
		CU_ASSERT_EQUAL(root_priming_read(&reply.message, 0, &root), -EINVAL);
	}
}

TEST_MAIN(root_hints, T(the_hints_that_debian_installs_are_read), T(ttl_and_class_may_be_missing),
	  T(faults_name_their_line_and_leave_the_result_alone),
	  T(a_priming_answer_replaces_the_hints), T(what_is_no_priming_answer_is_refused))
