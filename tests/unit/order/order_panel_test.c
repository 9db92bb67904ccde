// SPDX-License-Identifier: BSD-3-Clause
// Which remotes a panel uses, how long it lives, and what an order makes of one that cannot comply.

#include "order_fixture.h"

#include <string.h>

static void count_free(void *context)
{
	(*(unsigned *)context)++;
}

// The fixture's panel, with its last remote replaced by one that stands beside the first.
static struct order_panel *crowded_panel(const struct order_panel *panel, unsigned *freed_count)
{
	struct order_perspective remotes[FIXTURE_REMOTES];
	struct order_panel_config config = {.primary = panel->primary,
					    .remotes = remotes,
					    .remote_count = panel->remote_count,
					    .on_free = count_free,
					    .context = freed_count};
	memcpy(remotes, panel->remotes, panel->remote_count * sizeof(remotes[0]));
	struct perspective *last = &remotes[panel->remote_count - 1].facts;
	last->region = remotes[0].facts.region;
	last->place = remotes[0].facts.place;
	return order_panel_create(&config);
}

TEST(a_remote_too_close_to_another_is_not_asked_and_named)
{
	struct order_fixture fixture;
	unsigned freed_count = 0;
	order_fixture_init(&fixture, 5);
	order_fixture_open(&fixture);
	struct order_panel *panel = crowded_panel(fixture.panel, &freed_count);
	CU_ASSERT_PTR_NOT_NULL_FATAL(panel);
	CU_ASSERT_EQUAL(panel->used_count, 4);
	order_table_set_panel(fixture.table, panel);
	order_panel_release(panel);
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	order_table_set_panel(fixture.table, fixture.panel);
	CU_ASSERT_EQUAL(freed_count, 0); // the order holds it
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_EQUAL(freed_count, 1);
	CU_ASSERT_EQUAL(fixture.perspectives[5].asked_count, 0);
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "decision"), "issue");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/0/dcv/quorum"), "4/4");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "unused_perspectives/0/name"), "jnb-1");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "unused_perspectives/0/reason"),
			       "not-distinct");
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(a_shared_resolver_refuses_whatever_the_remotes_answer)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	order_fixture_open(&fixture);
	fixture.perspectives[2].resolver.id = "192.0.2.53";
	struct perspective_resolver shared = {
		.id = "192.0.2.53",
		.region = fixture.perspectives[2].resolver.region,
		.place = fixture.perspectives[2].resolver.place,
	};
	struct order_perspective remotes[FIXTURE_REMOTES];
	memcpy(remotes, fixture.panel->remotes, 5 * sizeof(remotes[0]));
	remotes[0].facts.resolvers = &shared;
	remotes[0].facts.region = REGION_ARIN; // so that the resolver's region is not what is wrong
	struct order_panel_config config = {
		.primary = fixture.panel->primary, .remotes = remotes, .remote_count = 5};
	struct order_panel *panel = order_panel_create(&config);
	CU_ASSERT_PTR_NOT_NULL_FATAL(panel);
	order_table_set_panel(fixture.table, panel);
	order_panel_release(panel);
	order_fixture_start(&fixture, ORDER_OF(ORDER_DNS_01("a.example.test")));
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "decision"), "refuse");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/0/dcv/quorum"), "5/5");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/0/reasons/0/code"),
			       "resolvers-not-distinct");
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/0/reasons/1/check"), "caa");
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

static void start_persistent(struct order_fixture *fixture)
{
	order_fixture_start(fixture,
			    "{\"identifiers\":[{\"type\":\"dns\",\"value\":\"example.test\","
			    "\"dcv\":{\"validation_method\":\"dns-persistent\","
			    "\"issuer_domain_names\":[\"ca.test\"],"
			    "\"expected_account_uri\":\"https://ca.test/a/1\"}}]}");
}

TEST(a_reload_changes_how_orders_compare_that_start_after_it)
{
	struct order_fixture fixture;
	order_fixture_init(&fixture, 5);
	for (unsigned seat = 1; seat <= 5; seat++) {
		fixture.perspectives[seat].dcv = "V";
	}
	order_fixture_open(&fixture);
	order_fixture_hold(&fixture, true);
	start_persistent(&fixture);
	CU_ASSERT(order_fixture_wait_pending(&fixture, 12));
	struct order_panel_config config = {.primary = fixture.panel->primary,
					    .remotes = fixture.panel->remotes,
					    .remote_count = 5,
					    .dcv = {.persistent_folds_account = true}};
	struct order_panel *folding = order_panel_create(&config);
	order_table_set_panel(fixture.table, folding);
	order_panel_release(folding);
	order_fixture_hold(&fixture, false);
	CU_ASSERT(order_fixture_wait(&fixture, 1));
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/0/dcv/quorum"), "0/5");
	start_persistent(&fixture);
	CU_ASSERT(order_fixture_wait(&fixture, 2));
	CU_ASSERT_STRING_EQUAL(answer_text(fixture.answer, "identifiers/0/dcv/quorum"), "5/5");
	order_fixture_verify(&fixture);
	order_fixture_fini(&fixture);
}

TEST(more_remotes_than_an_attempt_can_use_make_no_panel)
{
	struct order_panel_config config = {.remote_count = PERSPECTIVE_REMOTES_MAX + 1};
	CU_ASSERT_PTR_NULL(order_panel_create(&config));
	order_panel_release(NULL);
}

TEST_MAIN(order_panel, T(a_remote_too_close_to_another_is_not_asked_and_named),
	  T(a_shared_resolver_refuses_whatever_the_remotes_answer),
	  T(a_reload_changes_how_orders_compare_that_start_after_it),
	  T(more_remotes_than_an_attempt_can_use_make_no_panel))
