// SPDX-License-Identifier: BSD-3-Clause
// Words and numbers of a scenario file, and the order of what arrives in the virtual network.

#include "cunit_runner.h"
#include "event_queue.h"
#include "scenario_text.h"
#include "zone_record.h"

#include <string.h>

static struct line_words words;
static struct scenario_fault fault;

static int read_line(const char *text)
{
	struct line_reader reader = line_reader_init(text, strlen(text));
	fault = (struct scenario_fault) {0};
	return line_read(&reader, &words, &fault);
}

static struct word word_of(const char *text)
{
	return (struct word) {.text = text, .length = strlen(text)};
}

TEST(words_end_at_blanks_and_comments_but_not_within_quotes)
{
	CU_ASSERT_EQUAL(read_line("\n; nothing\n# nor here\n  a\\;b \t\"c ; d\" # e ; gone"), 1);
	CU_ASSERT_EQUAL(words.line, 4);
	CU_ASSERT_EQUAL_FATAL(words.count, 4);
	CU_ASSERT_TRUE(word_is(&words.at[0], "a\\;b"));
	CU_ASSERT_TRUE(word_is(&words.at[1], "c ; d"));
	CU_ASSERT_TRUE(words.at[1].is_quoted);
	CU_ASSERT_TRUE(word_is(&words.at[3], "E"));
	CU_ASSERT_EQUAL(read_line("; only a comment"), 0);
}

TEST(an_open_quote_or_escape_is_told_with_its_line)
{
	CU_ASSERT_TRUE(read_line("a\n\"b") == 1);
	struct line_reader reader = line_reader_init("a\n\"b", 4);
	CU_ASSERT_EQUAL(line_read(&reader, &words, &fault), 1);
	CU_ASSERT_TRUE(line_read(&reader, &words, &fault) < 0);
	CU_ASSERT_EQUAL(fault.line, 2);
	CU_ASSERT_TRUE(read_line("a\\") < 0);
	CU_ASSERT_TRUE(read_line("\"a\\\"") < 0);
}

TEST(durations_and_shares_carry_their_units)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} durations[] = {{"2s", 2000000000}, {"250ms", 250000000}, {"1.5s", 1500000000},
			 {"3", 3000000000},  {"0.5ms", 500000},    {"0", 0}};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(durations); i++) {
		struct word word = word_of(durations[i].text);
		uint64_t ns = 1;
		CU_ASSERT_EQUAL(word_duration(&word, &ns), 0);
		CU_ASSERT_EQUAL(ns, durations[i].ns);
	}
	static const char *const wrong[] = {"", "s", "ms", "-1s", "1.2345s", "1h", "99999999999s"};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(wrong); i++) {
		struct word word = word_of(wrong[i]);
		uint64_t ns;
		CU_ASSERT_TRUE(word_duration(&word, &ns) < 0);
	}
	uint64_t permille = 0;
	struct word share = word_of("97.5%");
	CU_ASSERT_EQUAL(word_share(&share, &permille), 0);
	CU_ASSERT_EQUAL(permille, 975);
	share = word_of("100.1%");
	CU_ASSERT_TRUE(word_share(&share, &permille) < 0);
}

TEST(numbers_stop_at_their_maximum)
{
	uint64_t number = 7;
	struct word word = word_of("255");
	CU_ASSERT_EQUAL(word_number(&word, 255, &number), 0);
	CU_ASSERT_EQUAL(number, 255);
	word = word_of("256");
	CU_ASSERT_TRUE(word_number(&word, 255, &number) < 0);
	word = word_of("18446744073709551616");
	CU_ASSERT_TRUE(word_number(&word, UINT64_MAX, &number) < 0);
	word = word_of("7");
	CU_ASSERT_TRUE(word_number(&word, 5, &number) < 0);
	CU_ASSERT_EQUAL(number, 255);
}

static void expect_rdata(const char *line, const void *rdata, size_t length)
{
	struct zone_record record;
	CU_ASSERT_EQUAL_FATAL(read_line(line), 1);
	CU_ASSERT_EQUAL_FATAL(zone_record_parse(&words, &record, &fault), 0);
	CU_ASSERT_EQUAL(record.rdata_length, length);
	CU_ASSERT_EQUAL(memcmp(record.rdata, rdata, length), 0);
	zone_record_release(&record);
}

TEST(records_become_the_octets_of_their_type)
{
	expect_rdata("a. 60 IN A 192.0.2.1", "\xc0\0\2\1", 4);
	expect_rdata("a. MX 10 b.", "\0\xa\1b\0", 5);
	expect_rdata("a. IN 60 TXT \"x\\\"\" y\\065 \"\"", "\2x\"\2yA\0", 7);
	expect_rdata("a. CAA 128 issue \"a\\;b\"", "\200\5issuea;b", 10);
	expect_rdata("a. TYPE999 \\# 3 01 02ff", "\1\2\377", 3);
	expect_rdata("a. SRV 1 2 53 b.", "\0\1\0\2\0\65\1b\0", 9);
	expect_rdata("a. DS 12345 13 2 00ff 7f", "\x30\x39\15\2\0\377\177", 7);
	expect_rdata("a. DNSKEY 257 3 8 AwEA AQ==", "\1\1\3\10\3\1\0\1", 8);
	expect_rdata("a. RRSIG A 13 2 60 20260102030405 1767225600 7 b. AQID",
		     "\0\1\15\2\0\0\0\74\x69\x57\x35\xa5\x69\x55\xb9\x00\0\7\1b\0\1\2\3", 24);
	expect_rdata("a. NSEC b. A RRSIG CAA", "\1b\0\0\6\x40\0\0\0\0\2\1\1\x40", 14);
	expect_rdata("a. NSEC3 1 1 12 - 2T7B4G4V A", "\1\1\0\14\0\5\x17\x4e\xb2\x40\x9f\0\1\x40",
		     14);
	expect_rdata("a. NSEC3PARAM 1 0 5 aabb", "\1\0\0\5\2\xaa\xbb", 7);
	expect_rdata("a. NAPTR 1 2 U E2U \"!x!\" .", "\0\1\0\2\1U\3E2U\3!x!\0", 15);
	static const char *const wrong[] = {"a. DS 1 2 3 0",
					    "a. DS 65536 1 1 00",
					    "a. DNSKEY 1 1 1 A*",
					    "a. NSEC b. NOTYPE",
					    "a. NSEC3 1 0 0 - W",
					    "a. NSEC3PARAM 1 0 0 a",
					    "a. SRV 1 2 b.",
					    "a. RRSIG A 13 2 60 20260230000000 1 7 b. AQID",
					    "a. RRSIG A 1 1 1 1 1 1",
					    "a. A ::1",
					    "a. CAA 256 issue x",
					    "a. TXT",
					    "a. NOTYPE x",
					    "a. A \\# 4 0102",
					    "a. TXT \\256",
					    "a. NS b. c.",
					    "a. DS 1 2 3 4",
					    "a. TYPE999 \\# 1 0",
					    "a..b. A 192.0.2.1",
					    "a. SOA b. c. 1"};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(wrong); i++) {
		struct zone_record record;
		CU_ASSERT_EQUAL_FATAL(read_line(wrong[i]), 1);
		CU_ASSERT_TRUE(zone_record_parse(&words, &record, &fault) < 0);
		CU_ASSERT_NOT_EQUAL(fault.text[0], '\0');
	}
}

TEST(arrivals_come_in_order_of_time_and_then_of_sending)
{
	static const uint64_t times[] = {5, 3, 9, 3, 1, 7, 3, 5};
	static const unsigned order[] = {4, 1, 3, 6, 0, 7, 5, 2};
	struct event_queue queue = {0};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(times); i++) {
		const struct arrival arrival = {.at_ns = times[i], .slot = i};
		CU_ASSERT_EQUAL_FATAL(event_queue_add(&queue, &arrival), 0);
	}
	struct arrival arrival;
	CU_ASSERT_FALSE(event_queue_take(&queue, 0, &arrival));
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(order); i++) {
		CU_ASSERT_TRUE_FATAL(event_queue_take(&queue, 100, &arrival));
		CU_ASSERT_EQUAL(arrival.slot, order[i]);
	}
	CU_ASSERT_EQUAL(event_queue_next_ns(&queue), UINT64_MAX);
	event_queue_fini(&queue);
}

TEST_MAIN(scenario_text, T(words_end_at_blanks_and_comments_but_not_within_quotes),
	  T(an_open_quote_or_escape_is_told_with_its_line),
	  T(durations_and_shares_carry_their_units), T(numbers_stop_at_their_maximum),
	  T(records_become_the_octets_of_their_type),
	  T(arrivals_come_in_order_of_time_and_then_of_sending))
