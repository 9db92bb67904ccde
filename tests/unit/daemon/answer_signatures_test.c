// SPDX-License-Identifier: BSD-3-Clause
// `audit verify --signatures` against the real programs: a remote signs its answers, and the log shows later by which
// key. Without a dataplane its answers are errors, which are signed as all others.

#include "api_call.h"
#include "cunit_runner.h"
#include "daemon_fixture.h"

#include <jansson.h>

#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ORDER                                                                                      \
	"{\"profile\":\"tls\",\"identifiers\":[{\"type\":\"dns\",\"value\":\"www.example.test\","  \
	"\"dcv\":{\"validation_method\":\"acme-dns-01\",\"key_authorization_hash\":"               \
	"\"LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ\"}}]}"

static json_int_t verified, mismatched, unverifiable, first;

// Two are the fewest that are asked: beside the fixture's remote, far from the primary, one that nobody runs.
#define OTHER                                                                                      \
	"    - {name: sin-1, rir: APNIC, latitude: 1.35, longitude: 103.8, resolvers: [{address: " \
	"192.0.2.1, rir: APNIC, latitude: 1.35, longitude: 103.8}], url: "                         \
	"\"https://127.0.0.1:1\", "                                                                \
	"public_key: @/fra-1-sign.pub}\n"

static void start(void)
{
	char key[128];
	fixture_init(&(struct daemon_options_text) {
		.primary_extra = OTHER "  limits: {lookup_timeout: 200ms, check_timeout: 5s}\n"});
	snprintf(key, sizeof(key), "%s/fra-1-sign.pub", fixture.directory);
	daemon_edit_config(&fixture.primary, "@/fra-1-sign.pub", key);
	daemon_edit_config(&fixture.primary,
			   "name: fra-1, rir: RIPE NCC, latitude: 50.1, longitude: 8.6",
			   "name: fra-1, rir: RIPE NCC, latitude: 60.2, longitude: 24.9");
	daemon_edit_config(&fixture.remote,
			   "  callers:", "  limits: {lookup_timeout: 200ms}\n  callers:");
	daemon_start(&fixture.remote);
	daemon_start(&fixture.primary);
	CU_ASSERT_EQUAL(ask_path("/v1/orders", NULL, ORDER)->status, 200);
}

static void verify(void)
{
	json_t *answer =
		daemon_ask(&fixture.primary, "audit.verify", json_pack("{s:b}", "signatures", 1));
	CU_ASSERT_STRING_EQUAL(member_text(answer, "finding"), "intact");
	CU_ASSERT_TRUE(json_is_integer(member(answer, "signatures_verified")));
	verified = json_integer_value(member(answer, "signatures_verified"));
	mismatched = json_integer_value(member(answer, "signatures_mismatched"));
	unverifiable = json_integer_value(member(answer, "signatures_unverifiable"));
	first = json_integer_value(member(answer, "first_mismatched"));
	json_decref(answer);
}

static int command_status(void)
{
	const char *const arguments[] = {"parallaxctl", "--socket", fixture.primary.socket,
					 "audit",       "verify",   "--signatures",
					 NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid = 0;
	int status = 0;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	CU_ASSERT_EQUAL_FATAL(posix_spawn(&pid, PARALLAXCTL, &actions, NULL,
					  (char **)(uintptr_t)arguments, environ),
			      0);
	posix_spawn_file_actions_destroy(&actions);
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Its key is that of somebody else now.
static void replace_key(void)
{
	char from[128], to[128];
	snprintf(from, sizeof(from), "%s/one-sign.pub", fixture.directory);
	snprintf(to, sizeof(to), "%s/fra-1-sign.pub", fixture.directory);
	CU_ASSERT_EQUAL(unlink(to), 0);
	CU_ASSERT_EQUAL(link(from, to), 0);
}

TEST(what_perspectives_signed_is_verified_when_asked_for)
{
	start();
	json_t *answer = daemon_ask(&fixture.primary, "audit.verify", NULL);
	CU_ASSERT_PTR_NULL(member(answer, "signatures_verified"));
	json_decref(answer);
	verify();
	CU_ASSERT(verified >= 2); // dcv and caa
	CU_ASSERT_EQUAL(mismatched, 0);
	CU_ASSERT_EQUAL(unverifiable, 0);
	CU_ASSERT_EQUAL(first, 0);
	fixture_fini();
}

TEST(another_key_of_the_name_verifies_nothing)
{
	start();
	verify();
	CU_ASSERT_EQUAL(command_status(), 0);
	json_int_t before = verified;
	replace_key();
	CU_ASSERT_EQUAL(command_status(), 2);
	verify();
	CU_ASSERT_EQUAL(verified, 0);
	CU_ASSERT_EQUAL(mismatched, before);
	CU_ASSERT(first > 1);
	json_t *shown = daemon_ask(&fixture.primary, "audit.show",
				   json_pack("{s:I, s:i}", "after", first - 1, "limit", 1));
	CU_ASSERT_STRING_EQUAL(member_text(shown, "records/0/body/perspective"), "fra-1");
	json_decref(shown);
	fixture_fini();
}

TEST(perspectives_that_are_no_longer_configured_are_counted_apart)
{
	start();
	verify();
	json_int_t before = verified;
	daemon_edit_config(&fixture.primary, "name: fra-1", "name: fra-2");
	json_decref(daemon_ask(&fixture.primary, "config.reload", NULL));
	verify();
	CU_ASSERT_EQUAL(verified, 0);
	CU_ASSERT_EQUAL(mismatched, 0);
	CU_ASSERT_EQUAL(unverifiable, before);
	fixture_fini();
}

TEST_MAIN(answer_signatures, T(what_perspectives_signed_is_verified_when_asked_for),
	  T(another_key_of_the_name_verifies_nothing),
	  T(perspectives_that_are_no_longer_configured_are_counted_apart))
