// SPDX-License-Identifier: BSD-3-Clause
// A primary whose wall clock is set while it runs: it decides nothing until an operator says that the clock is right.

#include "cunit_runner.h"

#include "daemon_fixture.h"

#include <jansson.h>

#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOUR_NS INT64_C(3600000000000)
#define LOOKS_MAX 2000
#define LOOK_MS 10

static void set_shift(int64_t shift_ns)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/shift", fixture.directory);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	CU_ASSERT_EQUAL_FATAL(pwrite(fd, &shift_ns, sizeof(shift_ns), 0), sizeof(shift_ns));
	close(fd);
	setenv("PARALLAX_TEST_CLOCK_SHIFT", path, 1);
}

static void start_primary(void)
{
	fixture_init(NULL);
	daemon_edit_config(&fixture.primary, "issuer_domains: [ca.test]",
			   "issuer_domains: [ca.test]\n  guard: {stable: 1s}");
	set_shift(0);
	setenv("LD_PRELOAD", CLOCK_SHIFT, 1);
	daemon_start(&fixture.primary);
	unsetenv("LD_PRELOAD");
}

static bool wait_state(const char *state)
{
	for (int i = 0; i < LOOKS_MAX; i++, poll(NULL, 0, LOOK_MS)) {
		json_t *status = daemon_ask(&fixture.primary, "status.get", NULL);
		bool is_there = strcmp(member_text(status, "clock/state"), state) == 0;
		json_decref(status);
		if (is_there) {
			return true;
		}
	}
	return false;
}

static bool wait_recorded(void)
{
	for (int i = 0; i < LOOKS_MAX; i++, poll(NULL, 0, LOOK_MS)) {
		json_t *status = daemon_ask(&fixture.primary, "status.get", NULL);
		bool is_done = json_integer_value(member(status, "audit/queued")) == 0;
		json_decref(status);
		if (is_done) {
			return true;
		}
	}
	return false;
}

static json_t *confirm(int steps)
{
	return daemon_call(&fixture.primary, "clock.confirm", json_pack("{s:i}", "steps", steps));
}

static void expect_error(json_t *answer, const char *text)
{
	CU_ASSERT_PTR_NOT_NULL(strstr(member_text(answer, "error/message"), text));
	json_decref(answer);
}

static json_t *run_order(void)
{
	return daemon_call(
		&fixture.primary, "order.run",
		json_loads("{\"order\":{\"identifiers\":[{\"type\":\"dns\",\"value\":"
			   "\"a.example.test\",\"dcv\":{\"validation_method\":\"acme-dns-01\","
			   "\"key_authorization_hash\":"
			   "\"LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo\"}}]}}",
			   0, NULL));
}

TEST(a_set_clock_holds_decisions_until_it_is_confirmed)
{
	start_primary();
	CU_ASSERT_TRUE(wait_state("ok"));
	expect_error(confirm(1), "waits for no confirmation");
	set_shift(HOUR_NS);
	CU_ASSERT_TRUE(wait_state("stepped"));
	expect_error(run_order(), "clock was set");
	CU_ASSERT_TRUE(wait_state("unconfirmed"));
	expect_error(run_order(), "clock was set");
	expect_error(confirm(7), "set again since");
	json_t *answer = confirm(1);
	CU_ASSERT_STRING_EQUAL(member_text(answer, "result/clock/state"), "ok");
	CU_ASSERT_STRING_EQUAL(member_text(answer, "result/clock/decisions"), "released");
	json_decref(answer);
	CU_ASSERT_TRUE(wait_recorded());
	json_t *shown =
		daemon_ask(&fixture.primary, "audit.show", json_pack("{s:s}", "kind", "clock"));
	CU_ASSERT_EQUAL(json_array_size(member(shown, "records")), 3);
	CU_ASSERT_STRING_EQUAL(member_text(shown, "records/0/body/to"), "stepped");
	json_int_t step_us = json_integer_value(member(shown, "records/0/body/step_us"));
	CU_ASSERT(step_us > 3599000000 && step_us < 3601000000);
	CU_ASSERT_PTR_NOT_NULL(strstr(member_text(shown, "records/2/body/actor"), "uid "));
	json_decref(shown);
	json_t *verified = daemon_ask(&fixture.primary, "audit.verify", NULL);
	CU_ASSERT_TRUE(json_is_true(member(verified, "intact")));
	json_decref(verified);
	CU_ASSERT_TRUE(daemon_log_has(&fixture.primary, "event=clock "));
	fixture_fini();
}

TEST(the_status_tells_of_every_certificate_and_key)
{
	fixture_init(NULL);
	daemon_start(&fixture.primary);
	json_t *status = daemon_ask(&fixture.primary, "status.get", NULL);
	const json_t *list = member(status, "certificates");
	CU_ASSERT_EQUAL(json_array_size(list), 3); // its own, the CA, the remote's key
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		CU_ASSERT_STRING_NOT_EQUAL(member_text(one, "state"), "unreadable");
		CU_ASSERT_STRING_NOT_EQUAL(member_text(one, "file"), "");
	}
	json_decref(status);
	fixture_fini();
}

TEST_MAIN(clock_step, T(a_set_clock_holds_decisions_until_it_is_confirmed),
	  T(the_status_tells_of_every_certificate_and_key))
