// SPDX-License-Identifier: BSD-3-Clause

#include "iteration/server_choice.h"

#include "cunit_runner.h"
#include "scripted_reply.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MS (1000ull * 1000)
#define CHOICES 4000

static struct server_book *book;
static struct delegation delegation;
static struct work_budget budget;
static struct plx_random random_source;
static struct address_families families;
static uint8_t tries[DELEGATION_ADDRESSES_MAX];
static uint64_t now_ns;

static void start(const char *const *addresses, unsigned count)
{
	static const struct plx_siphash_key key = {5, 6};
	struct plx_name zone = scripted_name("a.test");
	server_book_destroy(book);
	CU_ASSERT_EQUAL_FATAL(server_book_create(64, &key, &book), 0);
	plx_random_init_fixed(&random_source, (const uint8_t[PLX_RANDOM_KEY_BYTES]) {1});
	delegation_start(&delegation, &zone, 0);
	for (unsigned i = 0; i < count; i++) {
		char text[32];
		snprintf(text, sizeof(text), "ns%u.a.test", i);
		struct plx_name name = scripted_name(text);
		struct plx_ip ip = scripted_ip(addresses[i]);
		int index = delegation_add_name(&delegation, &name);
		(void)delegation_add_address(&delegation, (unsigned)index, &ip);
	}
	work_budget_start(&budget, 0);
	families = (struct address_families) {.has_ipv4 = true, .has_ipv6 = true};
	memset(tries, 0, sizeof(tries));
	now_ns = 1000 * 1000 * MS;
}

static int choose(void)
{
	return server_choose(book, &delegation, tries, &budget, &families, &random_source, now_ns);
}

static void choose_often(unsigned ret_counts[static DELEGATION_ADDRESSES_MAX])
{
	memset(ret_counts, 0, DELEGATION_ADDRESSES_MAX * sizeof(*ret_counts));
	for (unsigned i = 0; i < CHOICES; i++) {
		int index = choose();
		CU_ASSERT_TRUE_FATAL(index >= 0);
		ret_counts[index]++;
	}
}

static void answer(unsigned index, uint64_t rtt_ns)
{
	server_answered(book, &delegation.addresses[index], rtt_ns, now_ns);
}

static const char *const four[] = {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"};

TEST(unknown_servers_are_asked_alike)
{
	unsigned counts[DELEGATION_ADDRESSES_MAX];
	start(four, 4);
	choose_often(counts);
	for (unsigned i = 0; i < 4; i++) {
		CU_ASSERT_TRUE(counts[i] > CHOICES / 5 && counts[i] < CHOICES / 3);
	}
}

TEST(the_fastest_are_asked_most_and_unknown_ones_explored)
{
	unsigned counts[DELEGATION_ADDRESSES_MAX];
	start(four, 4);
	answer(0, 10 * MS);
	answer(1, 15 * MS);
	answer(2, 300 * MS);
	choose_often(counts);
	CU_ASSERT_EQUAL(counts[2], 0);
	CU_ASSERT_TRUE(counts[3] > CHOICES / 12 && counts[3] < CHOICES / 6);
	CU_ASSERT_TRUE(counts[0] > CHOICES / 3 && counts[1] > CHOICES / 3);
}

TEST(tries_go_round_before_they_repeat_and_then_end)
{
	start(four, 2);
	answer(0, 10 * MS);
	answer(1, 300 * MS);
	tries[0] = 1;
	CU_ASSERT_EQUAL(choose(), 1);
	tries[1] = 1;
	CU_ASSERT_EQUAL(choose(), 0);
	tries[0] = SERVER_TRIES_MAX;
	CU_ASSERT_EQUAL(choose(), 1);
	tries[1] = UINT8_MAX;
	CU_ASSERT_EQUAL(choose(), -1);
}

TEST(a_silent_server_is_asked_last_and_probed_once_a_minute)
{
	start(four, 2);
	answer(1, 100 * MS);
	answer(0, 10 * MS);
	for (unsigned i = 0; i < SERVER_SILENT_TIMEOUTS; i++) {
		server_timed_out(book, &delegation.addresses[0], now_ns, now_ns);
	}
	unsigned counts[DELEGATION_ADDRESSES_MAX];
	choose_often(counts);
	CU_ASSERT_EQUAL(counts[0], 0);
	now_ns += SERVER_SILENT_NS;
	choose_often(counts);
	CU_ASSERT_EQUAL(counts[0], 1);
	// The packet may have been lost: one that else answers is asked twice before a silent one.
	tries[1] = 1;
	CU_ASSERT_EQUAL(choose(), 1);
	tries[1] = 2;
	CU_ASSERT_EQUAL(choose(), 0);
	// Its answer brings it back.
	tries[1] = 0;
	answer(0, 10 * MS);
	choose_often(counts);
	CU_ASSERT_EQUAL(counts[0], CHOICES);
}

TEST(a_burst_of_lost_packets_is_one_timeout_of_a_server_that_answers)
{
	start(four, 1);
	const struct plx_ip *ip = &delegation.addresses[0];
	answer(0, 100 * MS);
	uint64_t asked_ns = now_ns;
	uint64_t timeout_ns = server_timeout_ns(book, ip, 0);
	now_ns += timeout_ns;
	for (unsigned i = 0; i < 100; i++) {
		server_timed_out(book, ip, asked_ns, now_ns + i);
	}
	CU_ASSERT_EQUAL(server_timeout_ns(book, ip, 0), 2 * timeout_ns);
	// An answer to one of them does not make the others count.
	answer(0, 100 * MS);
	server_timed_out(book, ip, asked_ns, now_ns + 200);
	CU_ASSERT_EQUAL(server_book_find(book, ip)->timeouts_in_row, 0);
	// Those that were asked since do.
	server_timed_out(book, ip, now_ns + 200, now_ns + 300);
	CU_ASSERT_EQUAL(server_book_find(book, ip)->timeouts_in_row, 1);
}

TEST(each_timeout_counts_of_a_server_that_never_answered)
{
	start(four, 1);
	const struct plx_ip *ip = &delegation.addresses[0];
	for (unsigned i = 0; i < SERVER_SILENT_TIMEOUTS; i++) {
		server_timed_out(book, ip, now_ns - MS, now_ns);
	}
	CU_ASSERT_EQUAL(server_book_find(book, ip)->timeouts_in_row, SERVER_SILENT_TIMEOUTS);
}

TEST(a_marked_server_is_asked_last_for_that_zone_until_the_mark_ends)
{
	start(four, 2);
	struct plx_name other = scripted_name("b.test");
	server_mark(book, &delegation.addresses[0], &delegation.zone, now_ns);
	unsigned counts[DELEGATION_ADDRESSES_MAX];
	choose_often(counts);
	CU_ASSERT_EQUAL(counts[0], 0);
	tries[1] = UINT8_MAX;
	CU_ASSERT_EQUAL(choose(), 0);
	CU_ASSERT_FALSE(server_is_marked(book, &delegation.addresses[0], &other, now_ns));
	tries[1] = 0;
	now_ns += SERVER_MARK_NS;
	choose_often(counts);
	CU_ASSERT_TRUE(counts[0] > 0);
	server_mark(book, &delegation.addresses[0], &delegation.zone, now_ns);
	server_unmark(book, &delegation.addresses[0], &delegation.zone);
	CU_ASSERT_FALSE(server_is_marked(book, &delegation.addresses[0], &delegation.zone, now_ns));
}

TEST(only_the_families_of_this_host_are_asked)
{
	static const char *const both[] = {"192.0.2.1", "2001:db8::1"};
	start(both, 2);
	families.has_ipv4 = false;
	CU_ASSERT_EQUAL(choose(), 1);
	families = (struct address_families) {.has_ipv4 = true};
	CU_ASSERT_EQUAL(choose(), 0);
	families.has_ipv4 = false;
	CU_ASSERT_EQUAL(choose(), -1);
}

TEST(addresses_of_no_server_are_never_asked)
{
	static const char *const special[] = {
		"0.0.0.0",     "0.1.2.3",   "127.0.0.1",       "127.9.9.9",
		"169.254.0.1", "224.0.0.1", "255.255.255.255", "::",
		"::1",         "fe80::1",   "ff02::1",         "::ffff:127.0.0.1",
	};
	start(four, 1);
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(special); i++) {
		struct plx_ip ip = scripted_ip(special[i]);
		CU_ASSERT_FALSE(server_address_is_usable(&ip, &families));
	}
	families.may_ask_loopback = true;
	struct plx_ip loopback = scripted_ip("127.0.0.1");
	CU_ASSERT_TRUE(server_address_is_usable(&loopback, &families));
	loopback = scripted_ip("::1");
	CU_ASSERT_TRUE(server_address_is_usable(&loopback, &families));
}

TEST(a_server_that_failed_too_often_in_this_look_up_is_out)
{
	start(four, 1);
	for (unsigned i = 0; i < WORK_SERVER_FAILURES_MAX; i++) {
		CU_ASSERT_EQUAL(choose(), 0);
		work_server_failed(&budget, &delegation.addresses[0]);
	}
	CU_ASSERT_EQUAL(choose(), -1);
}

TEST(the_wait_follows_the_servers_speed_and_doubles)
{
	start(four, 1);
	const struct plx_ip *ip = &delegation.addresses[0];
	for (unsigned i = 0; i < 300; i++) {
		server_timed_out(book, ip, now_ns, now_ns);
	}
	CU_ASSERT_EQUAL(server_timeout_ns(book, ip, 0), SERVER_TIMEOUT_START_NS);
	CU_ASSERT_EQUAL(server_timeout_ns(book, ip, 2), 4 * SERVER_TIMEOUT_START_NS);
	CU_ASSERT_EQUAL(server_timeout_ns(book, ip, 9), SERVER_TIMEOUT_MAX_NS);
	for (unsigned i = 0; i < 100; i++) {
		answer(0, MS);
	}
	CU_ASSERT_EQUAL(server_timeout_ns(book, ip, 0), SERVER_TIMEOUT_MIN_NS);
	for (unsigned i = 0; i < 100; i++) {
		answer(0, 100 * MS);
	}
	uint64_t timeout_ns = server_timeout_ns(book, ip, 0);
	CU_ASSERT_TRUE(timeout_ns >= 100 * MS && timeout_ns < 110 * MS);
	server_timed_out(book, ip, now_ns, now_ns);
	CU_ASSERT_EQUAL(server_timeout_ns(book, ip, 0), 2 * timeout_ns);
	for (unsigned i = 0; i < 300; i++) {
		server_timed_out(book, ip, now_ns, now_ns);
	}
	CU_ASSERT_EQUAL(server_timeout_ns(book, ip, 0), 8 * timeout_ns);
	CU_ASSERT_EQUAL(server_timeout_ns(book, ip, 2), 8 * timeout_ns);
	CU_ASSERT_EQUAL(server_timeout_ns(book, ip, 4), 16 * timeout_ns);
	answer(0, 100 * MS);
	CU_ASSERT_TRUE(server_timeout_ns(book, ip, 0) < 110 * MS);
}

TEST(what_was_lost_before_an_answer_does_not_count)
{
	start(four, 1);
	const struct plx_ip *ip = &delegation.addresses[0];
	answer(0, 20 * MS);
	uint64_t timeout_ns = server_timeout_ns(book, ip, 0);
	uint64_t sent_ns = now_ns;
	now_ns += 5 * MS;
	server_timed_out(book, ip, sent_ns, now_ns);
	CU_ASSERT_EQUAL(server_timeout_ns(book, ip, 0), 2 * timeout_ns);
	answer(0, 20 * MS);
	timeout_ns = server_timeout_ns(book, ip, 0);
	for (unsigned i = 0; i < 100; i++) {
		server_timed_out(book, ip, now_ns - 1, now_ns + i * MS);
	}
	CU_ASSERT_EQUAL(server_timeout_ns(book, ip, 0), timeout_ns);
	server_timed_out(book, ip, now_ns, now_ns + 100 * MS);
	CU_ASSERT_EQUAL(server_timeout_ns(book, ip, 0), 2 * timeout_ns);
}

TEST(a_full_book_forgets_and_a_flushed_one_knows_nothing)
{
	start(four, 1);
	for (unsigned i = 0; i < 10000; i++) {
		char text[32];
		snprintf(text, sizeof(text), "10.0.%u.%u", i / 256, i % 256);
		struct plx_ip ip = scripted_ip(text);
		server_answered(book, &ip, MS, now_ns + i);
		server_mark(book, &ip, &delegation.zone, now_ns + i);
		CU_ASSERT_PTR_NOT_NULL(server_book_find(book, &ip));
		CU_ASSERT_TRUE(server_is_marked(book, &ip, &delegation.zone, now_ns + i));
	}
	struct plx_ip last = scripted_ip("10.0.39.15");
	CU_ASSERT_PTR_NOT_NULL(server_book_find(book, &last));
	server_book_flush(book);
	CU_ASSERT_PTR_NULL(server_book_find(book, &last));
	struct server_book *none;
	static const struct plx_siphash_key key = {0, 0};
	CU_ASSERT_EQUAL(server_book_create(0, &key, &none), -EINVAL);
	server_book_destroy(book);
	book = NULL;
}

TEST_MAIN(server_choice, T(unknown_servers_are_asked_alike),
	  T(the_fastest_are_asked_most_and_unknown_ones_explored),
	  T(tries_go_round_before_they_repeat_and_then_end),
	  T(a_silent_server_is_asked_last_and_probed_once_a_minute),
	  T(a_burst_of_lost_packets_is_one_timeout_of_a_server_that_answers),
	  T(each_timeout_counts_of_a_server_that_never_answered),
	  T(a_marked_server_is_asked_last_for_that_zone_until_the_mark_ends),
	  T(only_the_families_of_this_host_are_asked), T(addresses_of_no_server_are_never_asked),
	  T(a_server_that_failed_too_often_in_this_look_up_is_out),
	  T(the_wait_follows_the_servers_speed_and_doubles),
	  T(what_was_lost_before_an_answer_does_not_count),
	  T(a_full_book_forgets_and_a_flushed_one_knows_nothing))
