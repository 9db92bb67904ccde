// SPDX-License-Identifier: BSD-3-Clause

#include "link/neighbor_table.h"

#include "cunit_runner.h"
#include "link_text.h"

#include <errno.h>

#define MS (1000ull * 1000)
#define SECOND (1000 * MS)
#define START (1000 * SECOND)

#define IP "192.0.2.53"
#define MAC "02:00:00:00:00:53"
#define LIAR "02:00:00:00:00:66"

static bool ask(struct neighbor_table *table, uint64_t now_ns, struct neighbor_question *question)
{
	return neighbor_table_next_question(table, now_ns, question);
}

static bool answer(struct neighbor_table *table, const char *mac_text, uint64_t now_ns)
{
	struct plx_ip ip = ip_of(IP);
	struct mac_address mac = mac_of(mac_text);
	return neighbor_table_answer(table, &ip, &mac, now_ns);
}

static void hint(struct neighbor_table *table, const char *mac_text, uint64_t now_ns)
{
	struct plx_ip ip = ip_of(IP);
	struct mac_address mac = mac_of(mac_text);
	neighbor_table_hint(table, &ip, &mac, now_ns);
}

static const struct neighbor *entry(const struct neighbor_table *table)
{
	struct plx_ip ip = ip_of(IP);
	const struct neighbor *neighbor = neighbor_table_find(table, &ip);
	CU_ASSERT_PTR_NOT_NULL_FATAL(neighbor);
	return neighbor;
}

static void start(struct neighbor_table *table)
{
	struct plx_ip ip = ip_of(IP);
	neighbor_table_init(table);
	CU_ASSERT_EQUAL(neighbor_table_add(table, &ip, START), 0);
}

// Asked and answered at `now_ns`.
static void start_reachable(struct neighbor_table *table, uint64_t now_ns)
{
	struct neighbor_question question;
	start(table);
	CU_ASSERT_TRUE_FATAL(ask(table, now_ns, &question));
	CU_ASSERT_TRUE_FATAL(answer(table, MAC, now_ns));
}

TEST(an_answer_to_our_question_makes_it_reachable)
{
	struct neighbor_table table;
	struct neighbor_question question;
	start(&table);
	CU_ASSERT_EQUAL(entry(&table)->state, NEIGHBOR_INCOMPLETE);
	CU_ASSERT_EQUAL(neighbor_table_next_wakeup(&table), START);
	CU_ASSERT_TRUE_FATAL(ask(&table, START, &question));
	CU_ASSERT_TRUE(ip_is(&question.ip, IP));
	CU_ASSERT_TRUE(mac_is(&question.mac, "ff:ff:ff:ff:ff:ff"));
	CU_ASSERT_FALSE(ask(&table, START, &question));
	CU_ASSERT_TRUE(answer(&table, MAC, START + MS));
	CU_ASSERT_EQUAL(entry(&table)->state, NEIGHBOR_REACHABLE);
	CU_ASSERT_TRUE(neighbor_is_usable(entry(&table)));
	CU_ASSERT_TRUE(mac_is(&entry(&table)->mac, MAC));
}

TEST(an_answer_nobody_asked_for_is_ignored)
{
	struct neighbor_table table;
	start(&table);
	CU_ASSERT_FALSE(answer(&table, LIAR, START));
	CU_ASSERT_EQUAL(entry(&table)->state, NEIGHBOR_INCOMPLETE);
	CU_ASSERT_FALSE(neighbor_is_usable(entry(&table)));
	CU_ASSERT_EQUAL(table.unsolicited, 1);

	struct plx_ip stranger = ip_of("192.0.2.99");
	struct mac_address mac = mac_of(LIAR);
	CU_ASSERT_FALSE(neighbor_table_answer(&table, &stranger, &mac, START));
	neighbor_table_hint(&table, &stranger, &mac, START);
	CU_ASSERT_PTR_NULL(neighbor_table_find(&table, &stranger));
}

TEST(only_the_first_answer_counts)
{
	struct neighbor_table table;
	start_reachable(&table, START);
	CU_ASSERT_FALSE(answer(&table, LIAR, START + MS));
	CU_ASSERT_TRUE(mac_is(&entry(&table)->mac, MAC));
	CU_ASSERT_EQUAL(table.unsolicited, 1);
}

TEST(an_answer_after_the_window_is_ignored)
{
	struct neighbor_table table;
	struct neighbor_question question;
	start(&table);
	CU_ASSERT_TRUE(ask(&table, START, &question));
	CU_ASSERT_FALSE(answer(&table, MAC, START + NEIGHBOR_ANSWER_WINDOW_NS + 1));
	CU_ASSERT_EQUAL(entry(&table)->state, NEIGHBOR_INCOMPLETE);
}

TEST(a_group_is_never_taken_for_a_neighbor)
{
	struct neighbor_table table;
	struct neighbor_question question;
	start(&table);
	CU_ASSERT_TRUE(ask(&table, START, &question));
	CU_ASSERT_FALSE(answer(&table, "ff:ff:ff:ff:ff:ff", START));
	CU_ASSERT_FALSE(answer(&table, "00:00:00:00:00:00", START));
	CU_ASSERT_FALSE(answer(&table, "01:00:5e:00:00:01", START));
	CU_ASSERT_TRUE(answer(&table, MAC, START));
}

TEST(three_unanswered_questions_fail_it)
{
	struct neighbor_table table;
	struct neighbor_question question;
	start(&table);
	for (unsigned i = 0; i < NEIGHBOR_ASK_MAX; i++) {
		uint64_t now_ns = START + i * SECOND;
		CU_ASSERT_EQUAL(neighbor_table_next_wakeup(&table), now_ns);
		CU_ASSERT_TRUE(ask(&table, now_ns, &question));
		CU_ASSERT_FALSE(ask(&table, now_ns + SECOND - 1, &question));
	}
	CU_ASSERT_FALSE(ask(&table, START + 3 * SECOND, &question));
	CU_ASSERT_EQUAL(entry(&table)->state, NEIGHBOR_FAILED);
	CU_ASSERT_FALSE(neighbor_is_usable(entry(&table)));
}

TEST(a_failed_one_is_asked_less_and_less_and_comes_back)
{
	struct neighbor_table table;
	struct neighbor_question question;
	unsigned asked = 0;
	start(&table);
	uint64_t now_ns = START;
	for (unsigned i = 0; i < 400; i++, now_ns += SECOND) {
		asked += ask(&table, now_ns, &question) ? 1 : 0;
	}
	// 3 at first, 5 while the pause doubles, then one in 30 s.
	CU_ASSERT_TRUE(asked >= 18 && asked <= 22);
	while (!ask(&table, now_ns, &question)) {
		now_ns += SECOND;
	}
	CU_ASSERT_TRUE(answer(&table, MAC, now_ns));
	CU_ASSERT_EQUAL(entry(&table)->state, NEIGHBOR_REACHABLE);
	CU_ASSERT_EQUAL(entry(&table)->usable_since_ns, now_ns);
}

TEST(a_reachable_one_is_asked_again_by_unicast_and_stays_usable)
{
	struct neighbor_table table;
	struct neighbor_question question;
	start_reachable(&table, START);
	CU_ASSERT_EQUAL(neighbor_table_next_wakeup(&table), START + NEIGHBOR_REACHABLE_NS);
	CU_ASSERT_FALSE(ask(&table, START + NEIGHBOR_REACHABLE_NS - 1, &question));
	CU_ASSERT_TRUE_FATAL(ask(&table, START + NEIGHBOR_REACHABLE_NS, &question));
	CU_ASSERT_TRUE(mac_is(&question.mac, MAC));
	CU_ASSERT_EQUAL(entry(&table)->state, NEIGHBOR_STALE);
	CU_ASSERT_TRUE(neighbor_is_usable(entry(&table)));
	CU_ASSERT_TRUE(answer(&table, MAC, START + NEIGHBOR_REACHABLE_NS + MS));
	CU_ASSERT_EQUAL(entry(&table)->state, NEIGHBOR_REACHABLE);
	CU_ASSERT_EQUAL(entry(&table)->usable_since_ns, START);
}

TEST(another_mac_does_not_answer_a_unicast_question)
{
	struct neighbor_table table;
	struct neighbor_question question;
	start_reachable(&table, START);
	uint64_t now_ns = START + NEIGHBOR_REACHABLE_NS;
	CU_ASSERT_TRUE(ask(&table, now_ns, &question));
	CU_ASSERT_FALSE(answer(&table, LIAR, now_ns));
	CU_ASSERT_EQUAL(table.conflicting, 1);
	CU_ASSERT_TRUE(mac_is(&entry(&table)->mac, MAC));
	CU_ASSERT_TRUE(answer(&table, MAC, now_ns + MS));
}

TEST(a_replaced_station_is_found_by_asking_all)
{
	struct neighbor_table table;
	struct neighbor_question question;
	start_reachable(&table, START);
	uint64_t now_ns = START + NEIGHBOR_REACHABLE_NS;
	for (unsigned i = 0; i < NEIGHBOR_ASK_MAX; i++, now_ns += SECOND) {
		CU_ASSERT_TRUE(ask(&table, now_ns, &question));
		CU_ASSERT_TRUE(mac_is(&question.mac, MAC));
	}
	CU_ASSERT_TRUE(ask(&table, now_ns, &question));
	CU_ASSERT_TRUE(mac_is(&question.mac, "ff:ff:ff:ff:ff:ff"));
	CU_ASSERT_TRUE(answer(&table, "02:00:00:00:00:54", now_ns));
	CU_ASSERT_TRUE(mac_is(&entry(&table)->mac, "02:00:00:00:00:54"));
}

TEST(a_silent_station_fails_after_six_questions)
{
	struct neighbor_table table;
	struct neighbor_question question;
	start_reachable(&table, START);
	unsigned asked = 0;
	for (uint64_t now_ns = START;
	     entry(&table)->state != NEIGHBOR_FAILED && now_ns < START + 60 * SECOND;
	     now_ns += SECOND) {
		asked += ask(&table, now_ns, &question) ? 1 : 0;
	}
	CU_ASSERT_EQUAL(entry(&table)->state, NEIGHBOR_FAILED);
	CU_ASSERT_EQUAL(asked, 2 * NEIGHBOR_ASK_MAX);
	CU_ASSERT_FALSE(neighbor_is_usable(entry(&table)));
}

TEST(an_announcement_only_brings_the_question_forward)
{
	struct neighbor_table table;
	struct neighbor_question question;
	start_reachable(&table, START);
	hint(&table, MAC, START + 5 * SECOND);
	CU_ASSERT_FALSE(ask(&table, START + 5 * SECOND, &question));
	hint(&table, LIAR, START + 5 * SECOND);
	CU_ASSERT_TRUE(mac_is(&entry(&table)->mac, MAC));
	CU_ASSERT_TRUE(ask(&table, START + 5 * SECOND, &question));
	CU_ASSERT_TRUE(mac_is(&question.mac, MAC));
	CU_ASSERT_TRUE(neighbor_is_usable(entry(&table)));
}

TEST(a_flood_of_announcements_costs_one_question_a_second)
{
	struct neighbor_table table;
	struct neighbor_question question;
	start_reachable(&table, START);
	unsigned asked = 0;
	for (uint64_t now_ns = START; now_ns < START + 10 * SECOND; now_ns += MS) {
		hint(&table, LIAR, now_ns);
		if (ask(&table, now_ns, &question)) {
			asked++;
			CU_ASSERT_TRUE(answer(&table, MAC, now_ns));
		}
	}
	CU_ASSERT_TRUE(asked <= 10);
	CU_ASSERT_TRUE(mac_is(&entry(&table)->mac, MAC));
}

TEST(an_advertisement_without_a_mac_confirms_the_known_one)
{
	struct neighbor_table table;
	struct neighbor_question question;
	struct plx_ip ip = ip_of(IP);
	start(&table);
	CU_ASSERT_TRUE(ask(&table, START, &question));
	CU_ASSERT_FALSE(neighbor_table_answer(&table, &ip, NULL, START));
	CU_ASSERT_TRUE(answer(&table, MAC, START));
	uint64_t now_ns = START + NEIGHBOR_REACHABLE_NS;
	CU_ASSERT_TRUE(ask(&table, now_ns, &question));
	CU_ASSERT_TRUE(neighbor_table_answer(&table, &ip, NULL, now_ns));
	CU_ASSERT_EQUAL(entry(&table)->state, NEIGHBOR_REACHABLE);
	CU_ASSERT_TRUE(mac_is(&entry(&table)->mac, MAC));
}

TEST(the_table_is_bounded_and_entries_are_counted)
{
	struct neighbor_table table;
	neighbor_table_init(&table);
	struct plx_ip ip = ip_of("10.0.0.1");
	for (unsigned i = 0; i < NEIGHBORS_MAX; i++) {
		ip.bytes[2] = (uint8_t)i;
		CU_ASSERT_EQUAL(neighbor_table_add(&table, &ip, START), 0);
	}
	CU_ASSERT_EQUAL(neighbor_table_add(&table, &ip, START), 0); // known: one more user
	struct plx_ip other = ip_of(IP);
	CU_ASSERT_EQUAL(neighbor_table_add(&table, &other, START), -ENOSPC);
	neighbor_table_remove(&table, &ip);
	CU_ASSERT_EQUAL(neighbor_table_add(&table, &other, START), -ENOSPC);
	neighbor_table_remove(&table, &ip);
	CU_ASSERT_EQUAL(neighbor_table_add(&table, &other, START), 0);
	struct plx_ip group = ip_of("224.0.0.1");
	CU_ASSERT_EQUAL(neighbor_table_add(&table, &group, START), -EINVAL);
}

TEST(questions_keep_to_the_rate)
{
	struct neighbor_table table;
	struct neighbor_question question;
	neighbor_table_init(&table);
	struct plx_ip ip = ip_of("10.0.0.1");
	for (unsigned i = 0; i < NEIGHBORS_MAX; i++) {
		ip.bytes[2] = (uint8_t)i;
		CU_ASSERT_EQUAL(neighbor_table_add(&table, &ip, START), 0);
	}
	unsigned asked = 0;
	for (uint64_t now_ns = START; now_ns < START + SECOND; now_ns += MS) {
		while (ask(&table, now_ns, &question)) {
			asked++;
		}
	}
	CU_ASSERT_TRUE(asked <= NEIGHBOR_ASKS_PER_SECOND + 2);
	CU_ASSERT_TRUE(asked >= NEIGHBOR_ASKS_PER_SECOND - 2);
}

TEST(an_empty_table_never_wakes)
{
	struct neighbor_table table;
	neighbor_table_init(&table);
	CU_ASSERT_EQUAL(neighbor_table_next_wakeup(&table), UINT64_MAX);
}

TEST_MAIN(neighbor_table, T(an_answer_to_our_question_makes_it_reachable),
	  T(an_answer_nobody_asked_for_is_ignored), T(only_the_first_answer_counts),
	  T(an_answer_after_the_window_is_ignored), T(a_group_is_never_taken_for_a_neighbor),
	  T(three_unanswered_questions_fail_it),
	  T(a_failed_one_is_asked_less_and_less_and_comes_back),
	  T(a_reachable_one_is_asked_again_by_unicast_and_stays_usable),
	  T(another_mac_does_not_answer_a_unicast_question),
	  T(a_replaced_station_is_found_by_asking_all),
	  T(a_silent_station_fails_after_six_questions),
	  T(an_announcement_only_brings_the_question_forward),
	  T(a_flood_of_announcements_costs_one_question_a_second),
	  T(an_advertisement_without_a_mac_confirms_the_known_one),
	  T(the_table_is_bounded_and_entries_are_counted), T(questions_keep_to_the_rate),
	  T(an_empty_table_never_wakes))
