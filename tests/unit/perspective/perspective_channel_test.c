// SPDX-License-Identifier: BSD-3-Clause
// Both ends of the channel as they are meant to work, and what breaks between them (cases 56 to 58).

#include "channel_fixture.h"

#include <event2/event.h>
#include <jansson.h>

#include <errno.h>
#include <string.h>

#define DEADLINE_MS 15000

static void ask(int64_t n, bool is_held, unsigned deadline_ms)
{
	int error = 0;
	channel_ask(n, is_held, deadline_ms, &error);
	CU_ASSERT_EQUAL(error, 0);
}

static struct perspective_client_status status(void)
{
	struct perspective_client_status result;
	perspective_client_status(channel.client, &result);
	return result;
}

TEST(many_checks_travel_in_one_request)
{
	channel_start(&(struct channel_options) {.primary = NULL});
	for (int64_t n = 1; n <= 1000; n++) {
		ask(n, false, DEADLINE_MS);
	}
	CU_ASSERT_TRUE(channel_wait_ended(1000));
	CU_ASSERT_EQUAL(channel.by_cause[PERSPECTIVE_ANSWERED], 1000);
	CU_ASSERT_EQUAL(status().batches, 1);
	CU_ASSERT_EQUAL(status().health.state, CHANNEL_UP);
	CU_ASSERT_EQUAL(status().asks, 0);
	CU_ASSERT_EQUAL(perspective_server_counters(channel.server).batches, 1);
	CU_ASSERT_EQUAL(perspective_server_counters(channel.server).answers, 1000);
	CU_ASSERT_EQUAL(channel.verifier.verified_count, 16); // signatures, by 64 answers
	channel_stop();
}

TEST(one_slow_check_holds_nobody_up)
{
	channel_start(&(struct channel_options) {.connections_max = 2});
	ask(1, true, DEADLINE_MS);
	for (int64_t n = 2; n <= 100; n++) {
		ask(n, false, DEADLINE_MS);
	}
	CU_ASSERT_TRUE(channel_wait_ended(99));
	CU_ASSERT_EQUAL(channel.by_cause[PERSPECTIVE_ANSWERED], 99);
	ask(101, false, DEADLINE_MS); // by the other connection
	CU_ASSERT_TRUE(channel_wait_ended(100));
	CU_ASSERT_EQUAL(channel.held_count, 1);
	perspective_reply_send(channel.held[0], json_pack("{s:i}", "n", 1));
	CU_ASSERT_TRUE(channel_wait_ended(101));
	CU_ASSERT_EQUAL(channel.by_cause[PERSPECTIVE_ANSWERED], 101);
	channel_stop();
}

TEST(a_check_past_its_deadline_is_a_timeout_and_cancelled_there)
{
	channel_start(&(struct channel_options) {.primary = NULL});
	ask(1, true, 150);
	CU_ASSERT_TRUE(channel_wait_ended(1));
	CU_ASSERT_EQUAL(channel.by_cause[PERSPECTIVE_TIMEOUT], 1);
	CU_ASSERT_TRUE(channel_wait_cancelled(1));
	CU_ASSERT_EQUAL(perspective_server_counters(channel.server).checks_running, 0);
	CU_ASSERT_EQUAL(status().transfers, 0);
	channel_stop();
}

TEST(a_cancelled_ask_has_no_callback)
{
	int error = 0;
	channel_start(&(struct channel_options) {.primary = NULL});
	struct perspective_ask *waiting = channel_ask(1, true, DEADLINE_MS, &error);
	perspective_ask_cancel(waiting);
	struct perspective_ask *held = channel_ask(2, true, DEADLINE_MS, &error);
	CU_ASSERT_TRUE(channel_wait_held(1));
	perspective_ask_cancel(held);
	CU_ASSERT_TRUE(channel_wait_cancelled(1)); // the remote learns of it
	ask(3, false, DEADLINE_MS);
	CU_ASSERT_TRUE(channel_wait_ended(1));
	CU_ASSERT_EQUAL(channel.last_n, 3);
	CU_ASSERT_EQUAL(status().asked, 3);
	channel_stop();
}

TEST(a_remote_that_dies_ends_each_ask_once)
{
	channel_start(&(struct channel_options) {.primary = NULL});
	for (int64_t n = 1; n <= 50; n++) {
		ask(n, n <= 20, DEADLINE_MS);
	}
	CU_ASSERT_TRUE(channel_wait_ended(30));
	CU_ASSERT_EQUAL(channel.held_count, 20);
	channel_close_listener();
	CU_ASSERT_TRUE(channel_wait_ended(50));
	CU_ASSERT_EQUAL(channel.by_cause[PERSPECTIVE_ANSWERED], 30);
	CU_ASSERT_EQUAL(channel.by_cause[PERSPECTIVE_DISCONNECTED], 20);
	CU_ASSERT_EQUAL(channel.ended, 50);
	CU_ASSERT_EQUAL(channel.cancelled, 20);
	CU_ASSERT_EQUAL(status().health.state, CHANNEL_DOWN);
	channel_stop();
	CU_ASSERT_EQUAL(channel.ended, 50);
}

TEST(a_remote_that_is_down_is_unreachable)
{
	channel_start(&(struct channel_options) {.is_down = true});
	ask(1, false, 400);
	ask(2, false, 400);
	CU_ASSERT_TRUE(channel_wait_ended(2));
	CU_ASSERT_EQUAL(channel.by_cause[PERSPECTIVE_UNREACHABLE], 2);
	CU_ASSERT_EQUAL(status().health.state, CHANNEL_DOWN);
	CU_ASSERT(strlen(status().last_fault) > 0);
	ask(3, false, 1); // shorter than the back-off: told at once
	CU_ASSERT_TRUE(channel_wait_ended(3));
	CU_ASSERT_EQUAL(channel.by_cause[PERSPECTIVE_UNREACHABLE], 3);
	channel_stop();
}

static void reply(unsigned held, json_t *answer)
{
	struct perspective_reply *held_reply = channel.held[held];
	channel.held[held] = NULL;
	perspective_reply_send(held_reply, answer);
}

static bool runs_nothing(void *context)
{
	return perspective_server_counters(channel.server).checks_running == 0;
}

TEST(an_answer_that_cannot_be_signed_is_missing)
{
	channel_start(&(struct channel_options) {.primary = NULL});
	ask(1, true, DEADLINE_MS);
	ask(2, true, DEADLINE_MS);
	CU_ASSERT_TRUE(channel_wait_held(2));
	reply(0, json_pack("{s:f}", "n", 1.5)); // has no canonical form
	reply(1, json_pack("{s:i}", "n", 2));
	CU_ASSERT_TRUE(channel_wait_ended(2));
	CU_ASSERT_EQUAL(channel.by_cause[PERSPECTIVE_ANSWERED], 1);
	CU_ASSERT_EQUAL(channel.by_cause[PERSPECTIVE_MISSING], 1);
	CU_ASSERT_TRUE(loop_until(channel.base, runs_nothing, NULL));
	CU_ASSERT_EQUAL(perspective_server_counters(channel.server).answers, 1);
	channel_stop();
}

// Two answers, of which the first leaves and the second waits for others, of a check that runs on.
static void let_an_answer_wait(void)
{
	channel_start(&(struct channel_options) {.primary = NULL});
	for (int64_t n = 1; n <= 3; n++) {
		ask(n, true, DEADLINE_MS);
	}
	CU_ASSERT_TRUE(channel_wait_held(3));
	reply(0, json_pack("{s:i}", "n", 1));
	event_base_loop(channel.base, EVLOOP_ONCE);
	CU_ASSERT_EQUAL(perspective_server_counters(channel.server).answers, 1);
	reply(1, json_pack("{s:i}", "n", 2));
	CU_ASSERT_EQUAL(perspective_server_counters(channel.server).checks_running, 2);
}

TEST(an_answer_that_waits_leaves_while_another_check_runs)
{
	let_an_answer_wait();
	CU_ASSERT_TRUE(channel_wait_ended(2));
	CU_ASSERT_EQUAL(channel.by_cause[PERSPECTIVE_ANSWERED], 2);
	CU_ASSERT_EQUAL(perspective_server_counters(channel.server).checks_running, 1);
	channel_stop();
}

TEST(an_asker_that_hangs_up_while_an_answer_waits_leaves_nothing_behind)
{
	let_an_answer_wait();
	perspective_client_destroy(channel.client);
	channel.client = NULL;
	CU_ASSERT_TRUE(loop_until(channel.base, runs_nothing, NULL));
	CU_ASSERT_EQUAL(channel.cancelled, 1); // the third
	channel_stop();
}

TEST(a_remote_that_ends_while_an_answer_waits_leaves_nothing_behind)
{
	let_an_answer_wait();
	channel_stop();
	CU_ASSERT_EQUAL(channel.cancelled, 1);
	CU_ASSERT_EQUAL(channel.ended, 3);
}

TEST(after_a_change_of_the_signing_key_the_old_one_counts_for_nothing)
{
	struct perspective_fault fault = {.text = ""};
	channel_start(&(struct channel_options) {.primary = NULL});
	ask(1, false, DEADLINE_MS);
	CU_ASSERT_TRUE(channel_wait_ended(1));
	test_signing_key_create(channel.directory, "next");
	struct perspective_tls_files next = channel_files("ca", "client");
	next.public_key_file = channel_path("next.pub");
	CU_ASSERT_EQUAL(perspective_client_reload(channel.client, &next, &fault), 0);
	ask(2, false, DEADLINE_MS);
	CU_ASSERT_TRUE(channel_wait_ended(2));
	CU_ASSERT_EQUAL(channel.by_cause[PERSPECTIVE_ANSWERED], 1);
	CU_ASSERT_EQUAL(channel.by_cause[PERSPECTIVE_BAD_SIGNATURE], 1);
	channel_stop();
}

struct bad_server {
	const char *label;
	struct channel_options options;
	enum perspective_cause cause;
	const char *detail;
};

static const struct bad_server bad_servers[] = {
	{"expired",
	 {.server = {"server", FRA_1, -7200, -3600}},
	 PERSPECTIVE_REFUSED_IDENTITY,
	 "certificate has expired"},
	{"not yet valid",
	 {.server = {"server", FRA_1, 3600, 7200}},
	 PERSPECTIVE_REFUSED_IDENTITY,
	 "certificate is not yet valid"},
	{"another CA",
	 {.server_authority = "other"},
	 PERSPECTIVE_REFUSED_IDENTITY,
	 "unable to get local issuer certificate"},
	{"another name",
	 {.server = {"server", "URI:parallax://perspective/gru-1?rir=RIPE%20NCC", 0, 0}},
	 PERSPECTIVE_REFUSED_IDENTITY,
	 "the certificate names another perspective"},
	{"another region",
	 {.server = {"server", "URI:parallax://perspective/fra-1?rir=LACNIC", 0, 0}},
	 PERSPECTIVE_REFUSED_IDENTITY,
	 "the certificate names another region"},
	{"two names",
	 {.server = {"server", FRA_1 ",URI:parallax://primary/one", 0, 0}},
	 PERSPECTIVE_REFUSED_IDENTITY,
	 "the certificate names no perspective"},
	{"an address only",
	 {.server = {"server", "IP:127.0.0.1", 0, 0}},
	 PERSPECTIVE_REFUSED_IDENTITY,
	 "the certificate has no usable names"},
	{"a primary that is not configured there",
	 {.primary = "three"},
	 PERSPECTIVE_REFUSED_REQUEST,
	 "the remote answered HTTP 403"},
};

TEST(no_check_goes_to_a_remote_that_is_not_who_it_should_be)
{
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad_servers); i++) {
		const struct bad_server *bad = &bad_servers[i];
		channel_start(&bad->options);
		ask(1, false, DEADLINE_MS);
		CU_ASSERT_TRUE(channel_wait_ended(1));
		CU_ASSERT_EQUAL(channel.by_cause[bad->cause], 1);
		CU_ASSERT_STRING_EQUAL(channel.detail, bad->detail);
		CU_ASSERT_EQUAL(perspective_server_counters(channel.server).checks, 0);
		channel_stop();
	}
}

TEST(keys_change_under_load_without_a_lost_answer)
{
	struct perspective_fault fault = {.text = ""};
	channel_start(&(struct channel_options) {.primary = NULL});
	test_authority_issue(
		channel.authority,
		&(struct test_certificate) {.file = "next", .names = "URI:parallax://primary/two"});
	struct perspective_tls_files next = channel_files("ca", "next");
	ask(1, true, DEADLINE_MS);
	CU_ASSERT_TRUE(channel_wait_held(1));
	for (int64_t n = 2; n <= 500; n++) {
		ask(n, false, DEADLINE_MS);
		if (n % 100 == 0) {
			CU_ASSERT_TRUE(channel_wait_ended((unsigned)n / 2));
			CU_ASSERT_EQUAL(perspective_client_reload(channel.client, &next, &fault),
					0);
		}
	}
	CU_ASSERT_TRUE(channel_wait_ended(499));
	perspective_reply_send(channel.held[0], json_pack("{s:i}", "n", 1)); // on the first key
	CU_ASSERT_TRUE(channel_wait_ended(500));
	CU_ASSERT_EQUAL(channel.by_cause[PERSPECTIVE_ANSWERED], 500);
	struct perspective_tls_files missing = channel_files("ca", "missing");
	CU_ASSERT_EQUAL(perspective_client_reload(channel.client, &missing, &fault), -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "missing.pem"));
	channel_stop();
}

TEST(no_request_goes_out_with_the_old_key_after_a_change)
{
	struct perspective_fault fault = {.text = ""};
	channel_start(&(struct channel_options) {.primary = NULL});
	ask(1, false, DEADLINE_MS);
	CU_ASSERT_TRUE(channel_wait_ended(1));
	// The remote does not know this one: were the standing connection used, it would answer.
	test_authority_issue(channel.authority,
			     &(struct test_certificate) {.file = "three",
							 .names = "URI:parallax://primary/three"});
	struct perspective_tls_files next = channel_files("ca", "three");
	CU_ASSERT_EQUAL(perspective_client_reload(channel.client, &next, &fault), 0);
	ask(2, false, DEADLINE_MS);
	CU_ASSERT_TRUE(channel_wait_ended(2));
	CU_ASSERT_EQUAL(channel.by_cause[PERSPECTIVE_REFUSED_REQUEST], 1);
	channel_stop();
}

TEST(more_asks_than_allowed_and_asks_while_draining_are_refused)
{
	int error = 0;
	channel_start(&(struct channel_options) {.asks_max = 2});
	ask(1, false, DEADLINE_MS);
	ask(2, false, DEADLINE_MS);
	channel_ask(3, false, DEADLINE_MS, &error);
	CU_ASSERT_EQUAL(error, -EAGAIN);
	perspective_client_set_draining(channel.client, true);
	CU_ASSERT_TRUE(channel_wait_ended(2));
	CU_ASSERT_EQUAL(channel.by_cause[PERSPECTIVE_ANSWERED], 2);
	channel_ask(4, false, DEADLINE_MS, &error);
	CU_ASSERT_EQUAL(error, -ESHUTDOWN);
	perspective_client_set_draining(channel.client, false);
	ask(5, false, DEADLINE_MS);
	CU_ASSERT_TRUE(channel_wait_ended(3));
	channel_ask(6, false, 0, &error);
	CU_ASSERT_EQUAL(error, -EINVAL);
	channel_stop();
}

TEST(the_remote_tells_its_health_and_where_a_request_is_wrong)
{
	static struct http_call call;
	char url[64];
	channel_start(
		&(struct channel_options) {.server = {"server", FRA_1 ",IP:127.0.0.1", 0, 0}});
	call.ca_file = channel_path("ca.pem");
	call.certificate = channel_path("client");
	call.url = url;
	snprintf(url, sizeof(url), "https://127.0.0.1:%u/healthz",
		 http_listener_port(channel.listener, 0));
	http_call_run(&call, channel.base);
	CU_ASSERT_EQUAL(call.status, 200);
	CU_ASSERT_PTR_NOT_NULL(strstr(call.text, "\"perspective\":\"fra-1\""));
	snprintf(url, sizeof(url), "https://127.0.0.1:%u/v1/checks",
		 http_listener_port(channel.listener, 0));
	call.body = "{\"checks\":[7]}";
	call.body_length = strlen(call.body);
	http_call_run(&call, channel.base);
	CU_ASSERT_EQUAL(call.status, 400);
	CU_ASSERT_PTR_NOT_NULL(strstr(call.text, "\"pointer\":\"/checks/0\""));
	CU_ASSERT_EQUAL(perspective_server_counters(channel.server).refused, 1);
	channel_stop();
}

TEST_MAIN(perspective_channel, T(the_remote_tells_its_health_and_where_a_request_is_wrong),
	  T(many_checks_travel_in_one_request), T(one_slow_check_holds_nobody_up),
	  T(a_check_past_its_deadline_is_a_timeout_and_cancelled_there),
	  T(a_cancelled_ask_has_no_callback), T(a_remote_that_dies_ends_each_ask_once),
	  T(a_remote_that_is_down_is_unreachable), T(an_answer_that_cannot_be_signed_is_missing),
	  T(an_answer_that_waits_leaves_while_another_check_runs),
	  T(an_asker_that_hangs_up_while_an_answer_waits_leaves_nothing_behind),
	  T(a_remote_that_ends_while_an_answer_waits_leaves_nothing_behind),
	  T(after_a_change_of_the_signing_key_the_old_one_counts_for_nothing),
	  T(no_check_goes_to_a_remote_that_is_not_who_it_should_be),
	  T(keys_change_under_load_without_a_lost_answer),
	  T(no_request_goes_out_with_the_old_key_after_a_change),
	  T(more_asks_than_allowed_and_asks_while_draining_are_refused))
