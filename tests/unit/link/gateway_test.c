// SPDX-License-Identifier: BSD-3-Clause

#include "link/gateway.h"

#include "cunit_runner.h"
#include "link_text.h"

#include <errno.h>

#define SECOND 1000000000ull
#define START (1000 * SECOND)

#define FIRST "192.0.2.253"
#define SECOND_ONE "192.0.2.254"
#define SIX "fe80::1"

struct site {
	struct neighbor_table table;
	struct gateway_set gateways;
	bool first_answers, second_answers;
	uint64_t now_ns;
};

static void site_start(struct site *site)
{
	const struct plx_ip ips[] = {ip_of(FIRST), ip_of(SECOND_ONE), ip_of(SIX)};
	*site = (struct site) {.now_ns = START};
	neighbor_table_init(&site->table);
	CU_ASSERT_EQUAL_FATAL(gateway_set_init(&site->gateways, ips, 3, &site->table, site->now_ns),
			      0);
}

// Lets time pass; those who are up answer at once.
static void site_run(struct site *site, unsigned seconds)
{
	struct mac_address mac = mac_of("02:00:00:00:00:01");
	for (uint64_t end_ns = site->now_ns + seconds * SECOND; site->now_ns < end_ns;
	     site->now_ns += SECOND / 10) {
		struct neighbor_question question;
		while (neighbor_table_next_question(&site->table, site->now_ns, &question)) {
			if ((ip_is(&question.ip, FIRST) && site->first_answers) ||
			    (ip_is(&question.ip, SECOND_ONE) && site->second_answers)) {
				(void)neighbor_table_answer(&site->table, &question.ip, &mac,
							    site->now_ns);
			}
		}
		(void)gateway_set_update(&site->gateways, &site->table, site->now_ns);
	}
}

static bool is_in_use(const struct site *site, const char *text)
{
	return ip_is(gateway_set_current(&site->gateways, 4), text);
}

TEST(the_first_is_preferred_even_if_the_second_answers_earlier)
{
	struct site site;
	site_start(&site);
	site.second_answers = true;
	site_run(&site, 1);
	CU_ASSERT_TRUE(is_in_use(&site, FIRST));
	site.first_answers = true;
	site_run(&site, 10);
	CU_ASSERT_TRUE(is_in_use(&site, FIRST));
	CU_ASSERT_EQUAL(site.gateways.switchovers, 0);
}

TEST(one_that_never_answers_is_left_for_the_next)
{
	struct site site;
	site_start(&site);
	site.second_answers = true;
	site_run(&site, 4);
	CU_ASSERT_TRUE(is_in_use(&site, SECOND_ONE));
	CU_ASSERT_EQUAL(site.gateways.switchovers, 1);
}

TEST(one_that_falls_silent_is_left_within_nine_seconds)
{
	struct site site;
	site_start(&site);
	site.first_answers = site.second_answers = true;
	site_run(&site, 100);
	CU_ASSERT_TRUE(is_in_use(&site, FIRST));
	site.first_answers = false; // its last answer is 5 s old
	site_run(&site, 4);
	CU_ASSERT_TRUE(is_in_use(&site, SECOND_ONE));
	// It stays so: answering again does not bring the first back at once.
	site.first_answers = true;
	site_run(&site, 50);
	CU_ASSERT_TRUE(is_in_use(&site, SECOND_ONE));
	site_run(&site, 20);
	CU_ASSERT_TRUE(is_in_use(&site, FIRST));
	CU_ASSERT_EQUAL(site.gateways.switchovers, 2);
}

TEST(two_lost_answers_are_no_reason_to_leave)
{
	struct site site;
	site_start(&site);
	site.first_answers = site.second_answers = true;
	site_run(&site, 20);
	for (unsigned i = 0; i < 20; i++) {
		struct plx_ip first = ip_of(FIRST);
		const struct neighbor *neighbor = neighbor_table_find(&site.table, &first);
		site.first_answers = neighbor->asked >= 2;
		site_run(&site, 1);
	}
	CU_ASSERT_EQUAL(site.gateways.switchovers, 0);
}

TEST(the_preferred_one_returns_after_a_minute_without_a_break)
{
	struct site site;
	site_start(&site);
	site.second_answers = true;
	site_run(&site, 60);
	CU_ASSERT_TRUE(is_in_use(&site, SECOND_ONE));
	site.first_answers = true;
	site_run(&site, 31); // asked at the latest 30 s later
	struct plx_ip first = ip_of(FIRST);
	uint64_t since_ns = neighbor_table_find(&site.table, &first)->usable_since_ns;
	CU_ASSERT_EQUAL(gateway_set_next_wakeup(&site.gateways, &site.table),
			since_ns + GATEWAY_RETURN_NS);
	CU_ASSERT_TRUE(is_in_use(&site, SECOND_ONE));
	site_run(&site, 61);
	CU_ASSERT_TRUE(is_in_use(&site, FIRST));
	CU_ASSERT_EQUAL(gateway_set_next_wakeup(&site.gateways, &site.table), UINT64_MAX);
}

TEST(when_nobody_answers_the_last_one_stays)
{
	struct site site;
	site_start(&site);
	site.second_answers = true;
	site_run(&site, 10);
	site.second_answers = false;
	site_run(&site, 300);
	CU_ASSERT_TRUE(is_in_use(&site, SECOND_ONE));
	site.first_answers = true;
	site_run(&site, 31);
	CU_ASSERT_TRUE(is_in_use(&site, FIRST)); // no minute when nothing else works
}

TEST(families_are_apart)
{
	struct site site;
	site_start(&site);
	site.second_answers = true;
	site_run(&site, 10);
	CU_ASSERT_TRUE(is_in_use(&site, SECOND_ONE));
	CU_ASSERT_TRUE(ip_is(gateway_set_current(&site.gateways, 6), SIX));
	struct gateway_set none;
	CU_ASSERT_EQUAL(gateway_set_init(&none, NULL, 0, &site.table, START), 0);
	CU_ASSERT_PTR_NULL(gateway_set_current(&none, 4));
	CU_ASSERT_FALSE(gateway_set_update(&none, &site.table, START));
}

TEST(wrong_gateways_are_refused)
{
	struct neighbor_table table;
	struct gateway_set set;
	neighbor_table_init(&table);
	const struct plx_ip twice[] = {ip_of(FIRST), ip_of(FIRST)};
	CU_ASSERT_EQUAL(gateway_set_init(&set, twice, 2, &table, START), -EINVAL);
	const struct plx_ip group[] = {ip_of("224.0.0.1")};
	CU_ASSERT_EQUAL(gateway_set_init(&set, group, 1, &table, START), -EINVAL);
	CU_ASSERT_EQUAL(gateway_set_init(&set, group, LINK_GATEWAYS_MAX + 1, &table, START),
			-ENOSPC);
}

TEST_MAIN(gateway, T(the_first_is_preferred_even_if_the_second_answers_earlier),
	  T(one_that_never_answers_is_left_for_the_next),
	  T(one_that_falls_silent_is_left_within_nine_seconds),
	  T(two_lost_answers_are_no_reason_to_leave),
	  T(the_preferred_one_returns_after_a_minute_without_a_break),
	  T(when_nobody_answers_the_last_one_stays), T(families_are_apart),
	  T(wrong_gateways_are_refused))
