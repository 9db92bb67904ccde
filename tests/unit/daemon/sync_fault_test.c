// SPDX-License-Identifier: BSD-3-Clause
// Reliability case 53 from end to end: a primary whose disk takes nothing. No client hears of a decision whose record is
// not on the disk, everybody hears why, and it goes on by itself.

#include "api_call.h"
#include "cunit_runner.h"

#include "daemon_fixture.h"

#include <jansson.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DEADLINE_S 30
#define ORDER                                                                                      \
	"{\"profile\":\"tls\",\"identifiers\":[{\"type\":\"dns\",\"value\":\"www.example.test\","  \
	"\"dcv\":{\"validation_method\":\"acme-dns-01\",\"key_authorization_hash\":"               \
	"\"LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ\"}}]}"

static char fault_path[128];

static void start_primary(void)
{
	fixture_init(&(struct daemon_options_text) {.primary_extra =
							    "  limits: {lookup_timeout: 200ms}\n"});
	snprintf(fault_path, sizeof(fault_path), "%s/sync-fault", fixture.directory);
	setenv("PARALLAX_TEST_SYNC_FAULT", fault_path, 1);
	setenv("LD_PRELOAD", SYNC_FAULT, 1);
	daemon_start(&fixture.primary);
	unsetenv("LD_PRELOAD");
}

static long place_order(void)
{
	return ask_path("/v1/orders", NULL, ORDER)->status;
}

static json_int_t last_record(void)
{
	json_t *status = daemon_ask(&fixture.primary, "status.get", NULL);
	json_int_t sequence = json_integer_value(member(status, "audit/sequence"));
	json_decref(status);
	return sequence;
}

TEST(no_decision_is_told_while_its_record_cannot_be_synced)
{
	start_primary();
	CU_ASSERT_EQUAL(place_order(), 200);
	close(open(fault_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	json_int_t before = last_record();
	for (unsigned i = 0; i < 3; i++) {
		struct request *request = ask_path("/v1/orders", NULL, ORDER);
		CU_ASSERT_EQUAL(request->status, 503);
		CU_ASSERT_PTR_NULL(strstr(request->text, "\"decision\":\"issue\""));
		CU_ASSERT_PTR_NOT_NULL(strstr(request->text, "audit"));
		request = ask_path("/readyz", NULL, NULL);
		CU_ASSERT_EQUAL(request->status, 503);
		CU_ASSERT_PTR_NOT_NULL(strstr(request->text, "the audit log cannot be written"));
	}
	CU_ASSERT_EQUAL(last_record(), before);
	CU_ASSERT_TRUE(daemon_log_has(&fixture.primary, "event=audit_failing"));
	CU_ASSERT_TRUE(
		daemon_log_has(&fixture.primary, "look for disk errors in the kernel's log"));
	CU_ASSERT_EQUAL(unlink(fault_path), 0);
	time_t end = time(NULL) + DEADLINE_S;
	long status = 0;
	while ((status = place_order()) != 200 && time(NULL) < end) {
	}
	CU_ASSERT_EQUAL(status, 200);
	CU_ASSERT_TRUE(daemon_log_has(&fixture.primary, "event=audit_resumed"));
	json_t *answer = daemon_ask(&fixture.primary, "audit.verify", NULL);
	CU_ASSERT_STRING_EQUAL(member_text(answer, "finding"), "intact");
	json_decref(answer);
	fixture_fini();
}

TEST(a_start_on_a_disk_that_takes_nothing_ends_with_the_reason)
{
	start_primary();
	CU_ASSERT_EQUAL(place_order(), 200);
	kill(fixture.primary.pid, SIGKILL);
	CU_ASSERT_NOT_EQUAL(daemon_wait(&fixture.primary), 0);
	close(open(fault_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	setenv("LD_PRELOAD", SYNC_FAULT, 1);
	CU_ASSERT_EQUAL(daemon_run(&fixture.primary, NULL), 1);
	unsetenv("LD_PRELOAD");
	CU_ASSERT_TRUE(daemon_log_has(&fixture.primary, "event=start_failed"));
	CU_ASSERT_TRUE(daemon_log_has(&fixture.primary, "step=audit_log"));
	CU_ASSERT_TRUE(
		daemon_log_has(&fixture.primary, "it is in doubt whether it is on the disk"));
	fixture_fini();
}

TEST_MAIN(sync_fault, T(no_decision_is_told_while_its_record_cannot_be_synced),
	  T(a_start_on_a_disk_that_takes_nothing_ends_with_the_reason))
