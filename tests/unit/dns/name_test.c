// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/base/error.h>
#include <parallax/dns/name.h>

#include "cunit_runner.h"

#include <string.h>

static struct plx_name name_of(const char *text)
{
	struct plx_name name = {.length = 0};
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(text, strlen(text), &name), 0);
	return name;
}

static void expect_wire(const char *text, const void *wire, size_t length)
{
	struct plx_name name = name_of(text);
	CU_ASSERT_EQUAL(name.length, length);
	CU_ASSERT_EQUAL(memcmp(name.wire, wire, length), 0);
}

static void expect_error(const char *text, int error)
{
	struct plx_name name = {.length = 77};
	CU_ASSERT_EQUAL(plx_name_parse(text, strlen(text), &name), error);
	CU_ASSERT_EQUAL(name.length, 77);
}

static void expect_text(const char *text, const char *expected)
{
	struct plx_name name = name_of(text);
	char formatted[PLX_NAME_TEXT_MAX];
	CU_ASSERT_EQUAL(plx_name_format(&name, formatted), strlen(expected));
	CU_ASSERT_STRING_EQUAL(formatted, expected);
}

// `count` labels of `size` letters each, and a dot after each.
static void labels_text(char *text, unsigned count, unsigned size)
{
	for (unsigned i = 0; i < count; i++) {
		memset(text, 'x', size);
		text[size] = '.';
		text += size + 1;
	}
	*text = '\0';
}

TEST(text_becomes_wire)
{
	expect_wire("www.Example.test", "\3www\7Example\4test", 18);
	expect_wire("www.Example.test.", "\3www\7Example\4test", 18);
	expect_wire(".", "", 1);
	expect_wire("a\\.b.\\000\\255", "\3a.b\2\0\xff", 8);
	expect_wire("\\ \\\\", "\2 \\", 4);
}

TEST(malformed_text_is_refused_with_its_cause)
{
	expect_error("", PLX_ERR_NAME_EMPTY);
	expect_error("..", PLX_ERR_NAME_EMPTY_LABEL);
	expect_error(".a", PLX_ERR_NAME_EMPTY_LABEL);
	expect_error("bad..name", PLX_ERR_NAME_EMPTY_LABEL);
	expect_error("a..", PLX_ERR_NAME_EMPTY_LABEL);
	expect_error("a b c d", PLX_ERR_NAME_CHARACTER);
	expect_error("a\tb", PLX_ERR_NAME_CHARACTER);
	expect_error("a\x7f", PLX_ERR_NAME_CHARACTER);
	expect_error("a\\\x01", PLX_ERR_NAME_CHARACTER);
	expect_error("a\\", PLX_ERR_NAME_ESCAPE);
	expect_error("a\\25", PLX_ERR_NAME_ESCAPE);
	expect_error("a\\2x5", PLX_ERR_NAME_ESCAPE);
	expect_error("a\\256", PLX_ERR_NAME_ESCAPE);
	expect_error("b\xc3\xbc"
		     "cher.test",
		     PLX_ERR_NAME_NOT_ASCII);
	expect_error("b\\\xc3", PLX_ERR_NAME_NOT_ASCII);
}

TEST(text_with_a_nul_is_refused)
{
	struct plx_name name;
	CU_ASSERT_EQUAL(plx_name_parse("a\0b", 3, &name), PLX_ERR_NAME_CHARACTER);
}

TEST(labels_hold_63_octets_and_not_64)
{
	char text[80];
	labels_text(text, 1, 63);
	CU_ASSERT_EQUAL(name_of(text).length, 65);
	labels_text(text, 1, 64);
	expect_error(text, PLX_ERR_NAME_LABEL_TOO_LONG);
}

TEST(names_hold_255_octets_and_not_256)
{
	char text[300];
	labels_text(text, 3, 63); // 192 octets on the wire, then 62 and the root
	labels_text(text + 192, 1, 61);
	CU_ASSERT_EQUAL(name_of(text).length, 255);
	labels_text(text + 192, 1, 62);
	expect_error(text, PLX_ERR_NAME_TOO_LONG);
}

TEST(names_hold_127_labels_and_not_128)
{
	char text[300];
	labels_text(text, 127, 1);
	struct plx_name name = name_of(text);
	CU_ASSERT_EQUAL(plx_name_label_count(&name), PLX_NAME_LABELS_MAX);
	labels_text(text, 128, 1);
	expect_error(text, PLX_ERR_NAME_TOO_LONG);
}

TEST(wire_becomes_text_as_kdig_writes_it)
{
	expect_text("www.Example.test.", "www.Example.test");
	expect_text(".", ".");
	expect_text("*._tcp.0/25.a-b", "*._tcp.0/25.a-b");
	expect_text("a\\.b", "a\\.b");
	expect_text("a@b;c", "a\\@b\\;c");
	expect_text("\\#", "\\035");
	expect_text("a\\ b", "a\\032b");
	expect_text("\\007\\200", "\\007\\200");
}

TEST(every_octet_survives_text)
{
	for (unsigned octet = 0; octet < 256; octet++) {
		struct plx_name name = {.length = 4, .wire = {2, 'x', (uint8_t)octet, 0}};
		char text[PLX_NAME_TEXT_MAX];
		size_t length = plx_name_format(&name, text);
		struct plx_name again = name_of(text);
		CU_ASSERT_EQUAL(strlen(text), length);
		CU_ASSERT_EQUAL(again.length, name.length);
		CU_ASSERT_EQUAL(memcmp(again.wire, name.wire, 4), 0);
	}
}

TEST(longest_text_fits)
{
	struct plx_name name = {.length = 255};
	char text[PLX_NAME_TEXT_MAX];
	size_t offset = 0;
	for (unsigned length = 63; offset < 254; offset += 1 + length) {
		length = offset < 192 ? 63 : 61;
		name.wire[offset] = (uint8_t)length;
		memset(name.wire + offset + 1, 0xff, length);
	}
	CU_ASSERT_TRUE_FATAL(plx_name_is_valid_wire(name.wire, name.length));
	CU_ASSERT_EQUAL(plx_name_format(&name, text), 250 * 4 + 3);
	CU_ASSERT(strlen(text) < PLX_NAME_TEXT_MAX);
}

TEST(case_is_ignored_for_ascii_letters_only)
{
	struct plx_name lower = name_of("www.example-long-label.test");
	struct plx_name mixed = name_of("WwW.eXAMPLE-loNG-lABEL.TEST");
	CU_ASSERT_TRUE(plx_name_equal(&lower, &mixed));
	plx_name_lower(&mixed);
	CU_ASSERT_EQUAL(memcmp(lower.wire, mixed.wire, lower.length), 0);
	// All pairs of octets, in the word-wise part (first label octet) and after it.
	for (unsigned a = 0; a < 256; a++) {
		for (unsigned b = 0; b < 256; b++) {
			struct plx_name x = {.length = 12,
					     .wire = {10, (uint8_t)a, [10] = (uint8_t)a}};
			struct plx_name y = {.length = 12,
					     .wire = {10, (uint8_t)b, [10] = (uint8_t)b}};
			bool expected = plx_ascii_lower((uint8_t)a) == plx_ascii_lower((uint8_t)b);
			if (plx_name_equal(&x, &y) != expected) {
				CU_FAIL("octets compare wrongly");
			}
		}
	}
}

TEST(difference_in_any_octet_is_seen)
{
	struct plx_name name = name_of("abcdefghijklmnopqrstuvwxyz.test");
	for (unsigned i = 1; i < name.length; i++) {
		struct plx_name other = name;
		other.wire[i] ^= 1;
		CU_ASSERT_FALSE(plx_name_equal(&name, &other));
	}
}

TEST(below_looks_at_whole_labels)
{
	struct plx_name name = name_of("www.Example.test");
	struct plx_name zone = name_of("example.TEST");
	struct plx_name tail = name_of("ample.test");
	struct plx_name root = name_of(".");
	struct plx_name none = {.length = 0};
	CU_ASSERT_TRUE(plx_name_is_below(&name, &zone));
	CU_ASSERT_TRUE(plx_name_is_below(&name, &name));
	CU_ASSERT_TRUE(plx_name_is_below(&name, &root));
	CU_ASSERT_TRUE(plx_name_is_below(&root, &root));
	CU_ASSERT_FALSE(plx_name_is_below(&zone, &name));
	CU_ASSERT_FALSE(plx_name_is_below(&name, &tail));
	CU_ASSERT_FALSE(plx_name_is_below(&name, &none));
	// "\5ample" as octets of the label before it is no label boundary.
	struct plx_name disguised = {.length = 18, .wire = "\x0bxxxxx\5ample\4test"};
	CU_ASSERT_TRUE_FATAL(plx_name_is_valid_wire(disguised.wire, disguised.length));
	CU_ASSERT_FALSE(plx_name_is_below(&disguised, &tail));
}

TEST(parents_end_at_the_root)
{
	struct plx_name name = name_of("a.bc.test");
	struct plx_name expected = name_of("bc.test");
	plx_name_parent(&name, &name);
	CU_ASSERT_TRUE(plx_name_equal(&name, &expected));
	CU_ASSERT_EQUAL(plx_name_label_count(&name), 2);
	plx_name_parent(&name, &name);
	plx_name_parent(&name, &name);
	CU_ASSERT_EQUAL(name.length, 1);
	plx_name_parent(&name, &name);
	CU_ASSERT_EQUAL(name.length, 1);
	CU_ASSERT_EQUAL(plx_name_label_count(&name), 0);
}

TEST(one_leading_wildcard_label_is_stripped)
{
	static const struct {
		const char *name;
		const char *expected;
	} cases[] = {
		{"*.example.test", "example.test"},
		{"\\*.example.test", "example.test"},
		{"*.*.example.test", "*.example.test"},
		{"*.test", "test"},
		{"www.*.example.test", "www.*.example.test"},
		{"**.example.test", "**.example.test"},
		{"*a.example.test", "*a.example.test"},
		{"example.test", "example.test"},
		{"*", "*"}, // nothing would be left
		{".", "."},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct plx_name name = name_of(cases[i].name);
		struct plx_name expected = name_of(cases[i].expected);
		plx_name_strip_wildcard(&name);
		CU_ASSERT_EQUAL(name.length, expected.length);
		CU_ASSERT_TRUE(plx_name_is_valid_wire(name.wire, name.length));
		CU_ASSERT_TRUE(plx_name_equal(&name, &expected));
	}
	struct plx_name none = {.length = 0};
	plx_name_strip_wildcard(&none);
	CU_ASSERT_EQUAL(none.length, 0);
}

TEST(only_whole_wire_names_are_valid)
{
	uint8_t long_wire[300];
	for (unsigned i = 0; i < sizeof(long_wire); i += 2) {
		long_wire[i] = 1;
		long_wire[i + 1] = 'x';
	}
	long_wire[254] = 0;
	CU_ASSERT_TRUE(plx_name_is_valid_wire(long_wire, 255));
	long_wire[254] = 1;
	long_wire[256] = 0;
	CU_ASSERT_FALSE(plx_name_is_valid_wire(long_wire, 257));
	CU_ASSERT_TRUE(plx_name_is_valid_wire((const uint8_t *)"", 1));
	CU_ASSERT_FALSE(plx_name_is_valid_wire((const uint8_t *)"", 0));
	CU_ASSERT_FALSE(plx_name_is_valid_wire((const uint8_t *)"\1a", 2));
	CU_ASSERT_FALSE(plx_name_is_valid_wire((const uint8_t *)"\2a", 3));
	CU_ASSERT_FALSE(plx_name_is_valid_wire((const uint8_t *)"\1a\0\0", 4));
	CU_ASSERT_FALSE(plx_name_is_valid_wire((const uint8_t *)"\xc0\x0c", 3));
	CU_ASSERT_FALSE(plx_name_is_valid_wire((const uint8_t *)"\x40", 2));
}

TEST_MAIN(name, T(text_becomes_wire), T(malformed_text_is_refused_with_its_cause),
	  T(text_with_a_nul_is_refused), T(labels_hold_63_octets_and_not_64),
	  T(names_hold_255_octets_and_not_256), T(names_hold_127_labels_and_not_128),
	  T(wire_becomes_text_as_kdig_writes_it), T(every_octet_survives_text),
	  T(longest_text_fits), T(case_is_ignored_for_ascii_letters_only),
	  T(difference_in_any_octet_is_seen), T(below_looks_at_whole_labels),
	  T(parents_end_at_the_root), T(one_leading_wildcard_label_is_stripped),
	  T(only_whole_wire_names_are_valid))
