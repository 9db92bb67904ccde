// SPDX-License-Identifier: BSD-3-Clause
// Appending: outcomes, limits, and reliability cases 52 and 53: a full disk, a locked database, a file taken away. No
// append that succeeded may be missing, and service resumes without a restart.

#include "audit/audit_log.h"

#include <parallax/base/error.h>

#include "audit/audit_record.h"
#include "audit/audit_verify.h"
#include "quorum/perspective_set.h"

#include "audit_fixture.h"
#include "cunit_runner.h"

#include <openssl/evp.h>
#include <sqlite3.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static struct audit_verification verify(struct audit_fixture *fixture)
{
	struct audit_reader *reader = fixture_reader(fixture);
	struct audit_verification result = {0};
	struct audit_fault fault = {0};
	CU_ASSERT_EQUAL_FATAL(audit_verify(reader, NULL, NULL, &result, &fault), 0);
	audit_reader_close(reader);
	return result;
}

static int append_one(struct audit_fixture *fixture, unsigned number)
{
	char order[32];
	snprintf(order, sizeof(order), "order-%u", number);
	return fixture_append(fixture, AUDIT_KIND_CHECK,
			      check_body(order, "www.example.test", 0, "dcv"));
}

TEST(records_are_there_when_they_are_reported)
{
	struct audit_fixture fixture;
	fixture_init(&fixture);
	fixture_open(&fixture);
	for (unsigned i = 0; i < 100; i++) {
		CU_ASSERT_EQUAL(append_one(&fixture, i), 0);
	}
	CU_ASSERT_EQUAL(fixture.reported_count, 0); // never within the call
	CU_ASSERT_TRUE(fixture_wait(&fixture, 100));
	CU_ASSERT_EQUAL(fixture.failed_count, 0);
	struct audit_verification result = verify(&fixture);
	CU_ASSERT_EQUAL(result.finding, AUDIT_FINDING_INTACT);
	CU_ASSERT_EQUAL(result.record_count, 101); // and the genesis record
	struct audit_log_status status;
	audit_log_status(fixture.log, &status);
	CU_ASSERT_EQUAL(status.committed_count, 100);
	CU_ASSERT_EQUAL(status.queued_count, 0);
	CU_ASSERT_TRUE(status.commit_count < 100); // group commit
	struct stat file;
	CU_ASSERT_EQUAL(stat(fixture.path, &file), 0);
	CU_ASSERT_EQUAL(file.st_mode & 0777, 0600);
	fixture_fini(&fixture);
}

TEST(record_without_a_member_is_refused_by_name)
{
	struct audit_fixture fixture;
	struct audit_fault fault = {0};
	fixture_init(&fixture);
	fixture_open(&fixture);
	json_t *body = check_body("order-1", "www.example.test", 0, "caa");
	json_object_set_new(body, "result", json_string("pass")); // of the other check
	struct audit_record record = {.kind = AUDIT_KIND_CHECK, .body = body};
	CU_ASSERT_EQUAL(audit_append(fixture.log, &record, NULL, NULL, &fault),
			PLX_ERR_AUDIT_RECORD);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "/result"));
	json_decref(body);
	body = order_body("order-1", "www.example.test", 4);
	json_t *identifier = json_array_get(json_object_get(body, "identifiers"), 0);
	json_object_set_new(identifier, "check_count", json_integer(9)); // eight are declared
	record = (struct audit_record) {.kind = AUDIT_KIND_ORDER, .body = body};
	CU_ASSERT_EQUAL(audit_append(fixture.log, &record, NULL, NULL, &fault),
			PLX_ERR_AUDIT_RECORD);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "/identifiers"));
	json_decref(body);
	fixture_fini(&fixture);
}

static void expect_each_member(enum audit_kind kind, json_t *body)
{
	struct audit_record record = {.kind = kind, .body = body};
	struct audit_fault fault = {0};
	char pointer[32];
	const char *name;
	json_t *value;
	void *next;
	CU_ASSERT_EQUAL(audit_record_check(&record, &fault), 0);
	json_object_foreach_safe(body, next, name, value)
	{
		json_t *without = json_copy(body);
		snprintf(pointer, sizeof(pointer), "/%s", name);
		json_object_del(without, name);
		record.body = without;
		CU_ASSERT_EQUAL(audit_record_check(&record, &fault), PLX_ERR_AUDIT_RECORD);
		CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, pointer));
		json_decref(without);
	}
	json_decref(body);
}

// Those that docs/audit-log.md says are always there.
TEST(no_record_lacks_what_it_is_to_tell)
{
	expect_each_member(AUDIT_KIND_CHECK, check_body("order-1", "www.example.test", 0, "caa"));
	expect_each_member(AUDIT_KIND_QUORUM, quorum_body("order-1", "www.example.test", "caa"));
	expect_each_member(AUDIT_KIND_ORDER, order_body("order-1", "www.example.test", 4));
	expect_each_member(AUDIT_KIND_CONFIGURATION,
			   json_pack("{s:s, s:s, s:s}", "digest", "ab", "actor", "root",
				     "resolution", "iterative"));
	expect_each_member(AUDIT_KIND_EVIDENCE, json_pack("{s:s, s:s, s:i, s:s}", "action", "purge",
							  "before", "2026-11-23T00:00:00Z",
							  "keep_days", 731, "actor", "retention"));
	expect_each_member(AUDIT_KIND_GENESIS,
			   json_pack("{s:s, s:s, s:i, s:n}", "log_id", "ab", "version", "0.1.0",
				     "schema", 1, "previous_log"));
}

TEST(a_record_vouches_for_digests_and_nothing_else)
{
	static const char *const texts[] = {"{}", "null", "\"ab\"", "[1]", "[\"\"]", "[null]"};
	struct audit_fault fault = {0};
	json_t *body = check_body("order-1", "www.example.test", 0, "caa");
	const struct audit_record record = {.kind = AUDIT_KIND_CHECK, .body = body};
	json_object_set_new(body, "traces", json_pack("[s, s]", "ab", "cd"));
	CU_ASSERT_EQUAL(audit_record_check(&record, &fault), 0);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(texts); i++) {
		json_object_set_new(body, "traces", json_loads(texts[i], JSON_DECODE_ANY, NULL));
		CU_ASSERT_EQUAL(audit_record_check(&record, &fault), PLX_ERR_AUDIT_RECORD);
	}
	json_decref(body);
}

TEST(an_order_asks_the_primary_and_as_many_remotes_as_an_attempt_can_use)
{
	struct audit_fault fault = {0};
	for (unsigned more = 0; more <= 1; more++) {
		json_t *body = order_body("order-1", "www.example.test",
					  1 + PERSPECTIVE_REMOTES_MAX + more);
		const struct audit_record record = {.kind = AUDIT_KIND_ORDER, .body = body};
		CU_ASSERT_EQUAL(audit_record_check(&record, &fault),
				more == 0 ? 0 : PLX_ERR_AUDIT_RECORD);
		json_decref(body);
	}
}

TEST(full_queue_refuses_by_count_and_by_bytes)
{
	struct audit_fixture fixture;
	struct audit_fault fault;
	fixture_init(&fixture);
	fixture.config.queue_record_max = 3;
	fixture_open(&fixture);
	// Reported ones count until the loop has told their callers, so this does not depend on the writer's pace.
	CU_ASSERT_EQUAL(append_one(&fixture, 1), 0);
	CU_ASSERT_EQUAL(append_one(&fixture, 2), 0);
	CU_ASSERT_EQUAL(append_one(&fixture, 3), 0);
	CU_ASSERT_EQUAL(append_one(&fixture, 4), -EAGAIN);
	CU_ASSERT_TRUE(fixture_wait(&fixture, 3));
	CU_ASSERT_EQUAL(append_one(&fixture, 5), 0);
	struct audit_record records[4] = {{0}};
	CU_ASSERT_EQUAL(audit_append_all(fixture.log, records, 4, NULL, NULL, &fault), -EMSGSIZE);
	fixture_close(&fixture);
	CU_ASSERT_EQUAL(fixture.reported_count, 4); // closing reports what is left
	fixture.config.queue_record_max = 0;
	fixture.config.queue_bytes_max = 700;
	fixture_open(&fixture);
	CU_ASSERT_EQUAL(append_one(&fixture, 6), 0);
	CU_ASSERT_EQUAL(append_one(&fixture, 7), -EAGAIN);
	json_t *body = check_body("order-8", "www.example.test", 0, "dcv");
	json_object_set_new(body, "evidence",
			    json_pack("{s:o}", "body", json_sprintf("%2000s", "")));
	CU_ASSERT_EQUAL(fixture_append(&fixture, AUDIT_KIND_CHECK, body), -EMSGSIZE);
	CU_ASSERT_TRUE(fixture_wait(&fixture, 5));
	CU_ASSERT_EQUAL(fixture.failed_count, 0);
	fixture_fini(&fixture);
}

TEST(records_of_one_append_are_committed_together)
{
	struct audit_fixture fixture;
	fixture_init(&fixture);
	fixture_open(&fixture);
	json_t *body = json_pack("{s:s}", "version", "0.1.0");
	json_t *bad = json_object();
	struct audit_record records[2] = {{.kind = AUDIT_KIND_START, .body = body},
					  {.kind = AUDIT_KIND_START, .body = bad}};
	struct audit_fault fault;
	CU_ASSERT_EQUAL(audit_append_all(fixture.log, records, 2, NULL, NULL, &fault),
			PLX_ERR_AUDIT_RECORD);
	json_decref(body);
	json_decref(bad);
	CU_ASSERT_EQUAL(append_one(&fixture, 1), 0);
	CU_ASSERT_TRUE(fixture_wait(&fixture, 1));
	CU_ASSERT_EQUAL(verify(&fixture).record_count, 2);
	fixture_fini(&fixture);
}

TEST(locked_database_fails_after_the_timeout_and_resumes)
{
	struct audit_fixture fixture;
	sqlite3 *other = NULL;
	fixture_init(&fixture);
	fixture.config.busy_timeout_ms = 50;
	fixture_open(&fixture);
	CU_ASSERT_EQUAL(append_one(&fixture, 1), 0);
	CU_ASSERT_TRUE(fixture_wait(&fixture, 1));
	CU_ASSERT_EQUAL_FATAL(sqlite3_open(fixture.path, &other), SQLITE_OK);
	CU_ASSERT_EQUAL_FATAL(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	CU_ASSERT_EQUAL(append_one(&fixture, 2), 0);
	CU_ASSERT_TRUE(fixture_wait(&fixture, 2));
	CU_ASSERT_EQUAL(fixture.last_status, -EBUSY);
	CU_ASSERT_FALSE(audit_is_writable(fixture.log));
	struct audit_log_status status;
	audit_log_status(fixture.log, &status);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.fault.text, fixture.path));
	CU_ASSERT_PTR_NOT_NULL(strstr(status.fault.text, "lock"));
	CU_ASSERT_EQUAL(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(other);
	CU_ASSERT_TRUE(fixture_wait_writable(&fixture)); // by itself
	CU_ASSERT_EQUAL(append_one(&fixture, 3), 0);
	CU_ASSERT_TRUE(fixture_wait(&fixture, 3));
	CU_ASSERT_EQUAL(fixture.failed_count, 1);
	struct audit_verification result = verify(&fixture);
	CU_ASSERT_EQUAL(result.finding, AUDIT_FINDING_INTACT);
	CU_ASSERT_EQUAL(result.record_count, 3);
	fixture_fini(&fixture);
}

// Appends until one fails. Returns how many succeeded.
static unsigned append_until_failure(struct audit_fixture *fixture, unsigned append_max)
{
	unsigned before = fixture->reported_count - fixture->failed_count;
	for (unsigned i = 0; i < append_max && fixture->failed_count == 0; i++) {
		CU_ASSERT_EQUAL_FATAL(append_one(fixture, i), 0);
		CU_ASSERT_TRUE_FATAL(fixture_wait(fixture, fixture->reported_count + 1));
	}
	return fixture->reported_count - fixture->failed_count - before;
}

TEST(full_disk_fails_appends_and_resumes_without_a_gap)
{
	struct audit_fixture fixture;
	struct rlimit limit;
	struct rlimit small;
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction before;
	fixture_init(&fixture);
	fixture_open(&fixture);
	CU_ASSERT_EQUAL(sigaction(SIGXFSZ, &ignore, &before), 0);
	CU_ASSERT_EQUAL(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = limit;
	small.rlim_cur = 256 * 1024;
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &small), 0);
	unsigned good = append_until_failure(&fixture, 2000);
	bool was_writable = audit_is_writable(fixture.log);
	unsigned failed = fixture.failed_count;
	int status = fixture.last_status;
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &limit), 0);
	CU_ASSERT_EQUAL(sigaction(SIGXFSZ, &before, NULL), 0);
	CU_ASSERT_EQUAL(failed, 1);
	// A write that is cut short reads as a full disk, one that is refused as a file too large.
	CU_ASSERT_TRUE(status == -ENOSPC || status == -EFBIG);
	CU_ASSERT_FALSE(was_writable);
	CU_ASSERT_TRUE(fixture_wait_writable(&fixture));
	unsigned reported = fixture.reported_count;
	for (unsigned i = 0; i < 50; i++) {
		CU_ASSERT_EQUAL(append_one(&fixture, i), 0);
	}
	CU_ASSERT_TRUE(fixture_wait(&fixture, reported + 50));
	CU_ASSERT_EQUAL(fixture.failed_count, failed);
	struct audit_verification result = verify(&fixture);
	CU_ASSERT_EQUAL(result.finding, AUDIT_FINDING_INTACT);
	CU_ASSERT_EQUAL(result.record_count, good + 51);
	fixture_fini(&fixture);
}

TEST(log_that_was_moved_away_takes_nothing)
{
	struct audit_fixture fixture;
	char elsewhere[128];
	fixture_init(&fixture);
	fixture_open(&fixture);
	snprintf(elsewhere, sizeof(elsewhere), "%s.old", fixture.path);
	CU_ASSERT_EQUAL(rename(fixture.path, elsewhere), 0);
	CU_ASSERT_EQUAL(append_one(&fixture, 1), 0);
	CU_ASSERT_TRUE(fixture_wait(&fixture, 1));
	CU_ASSERT_EQUAL(fixture.last_status, PLX_ERR_AUDIT_MOVED);
	CU_ASSERT_EQUAL(rename(elsewhere, fixture.path), 0);
	CU_ASSERT_TRUE(fixture_wait_writable(&fixture));
	fixture_fini(&fixture);
}

TEST(two_writers_continue_one_chain)
{
	struct audit_fixture fixture;
	fixture_init(&fixture);
	fixture_open(&fixture);
	struct audit_log *first = fixture.log;
	struct audit_log *second = NULL;
	fixture_open(&fixture);
	second = fixture.log;
	for (unsigned i = 0; i < 40; i++) {
		fixture.log = i % 2 == 0 ? first : second;
		CU_ASSERT_EQUAL(append_one(&fixture, i), 0);
		CU_ASSERT_TRUE(i % 4 != 0 || fixture_wait(&fixture, i + 1));
	}
	CU_ASSERT_TRUE(fixture_wait(&fixture, 40));
	CU_ASSERT_EQUAL(fixture.failed_count, 0);
	audit_log_close(first);
	fixture.log = second;
	struct audit_verification result = verify(&fixture);
	CU_ASSERT_EQUAL(result.finding, AUDIT_FINDING_INTACT);
	CU_ASSERT_EQUAL(result.record_count, 41);
	fixture_fini(&fixture);
}

TEST(rewritten_end_stops_the_writer)
{
	struct audit_fixture fixture;
	sqlite3 *other = NULL;
	fixture_init(&fixture);
	fixture_open(&fixture);
	CU_ASSERT_EQUAL(append_one(&fixture, 1), 0);
	CU_ASSERT_TRUE(fixture_wait(&fixture, 1));
	CU_ASSERT_EQUAL_FATAL(sqlite3_open(fixture.path, &other), SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_exec(other,
				     "DROP TRIGGER record_is_never_deleted;"
				     "DELETE FROM record WHERE sequence = 2",
				     NULL, NULL, NULL),
			SQLITE_OK);
	sqlite3_close(other);
	CU_ASSERT_EQUAL(append_one(&fixture, 2), 0);
	CU_ASSERT_TRUE(fixture_wait(&fixture, 2));
	CU_ASSERT_EQUAL(fixture.last_status, PLX_ERR_AUDIT_CHAIN);
	CU_ASSERT_FALSE(audit_is_writable(fixture.log));
	fixture_fini(&fixture);
}

TEST(newer_schema_and_other_databases_are_refused)
{
	struct audit_fixture fixture;
	struct audit_fault fault;
	sqlite3 *other = NULL;
	fixture_init(&fixture);
	fixture_open(&fixture);
	fixture_close(&fixture);
	CU_ASSERT_EQUAL_FATAL(sqlite3_open(fixture.path, &other), SQLITE_OK);
	sqlite3_exec(other, "PRAGMA user_version = 2", NULL, NULL, NULL);
	CU_ASSERT_EQUAL(audit_log_open(&fixture.config, &fixture.log, &fault),
			PLX_ERR_AUDIT_SCHEMA);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "version 2"));
	sqlite3_exec(other, "PRAGMA application_id = 7", NULL, NULL, NULL);
	CU_ASSERT_EQUAL(audit_log_open(&fixture.config, &fixture.log, &fault),
			PLX_ERR_AUDIT_SCHEMA);
	sqlite3_close(other);
	fixture_fini(&fixture);
}

TEST(head_is_signed_and_verifies_with_its_key_only)
{
	struct audit_fixture fixture;
	struct audit_fault fault;
	struct audit_head head = {0};
	struct audit_verification result;
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	EVP_PKEY *other_key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	fixture_init(&fixture);
	fixture.config.head_key = key;
	fixture_open(&fixture);
	CU_ASSERT_EQUAL(append_one(&fixture, 1), 0);
	fixture_close(&fixture);
	CU_ASSERT_EQUAL(audit_head_read(fixture.head_path, &head, &fault), 0);
	CU_ASSERT_EQUAL(head.position.sequence, 2);
	struct audit_reader *reader = fixture_reader(&fixture);
	CU_ASSERT_EQUAL(audit_verify(reader, &head, key, &result, &fault), 0);
	CU_ASSERT_EQUAL(result.finding, AUDIT_FINDING_INTACT);
	CU_ASSERT_EQUAL(audit_verify(reader, &head, other_key, &result, &fault), 0);
	CU_ASSERT_EQUAL(result.finding, AUDIT_FINDING_BAD_HEAD);
	head.position.hash[5] ^= 1;
	CU_ASSERT_EQUAL(audit_verify(reader, &head, NULL, &result, &fault), 0);
	CU_ASSERT_EQUAL(result.finding, AUDIT_FINDING_REWRITTEN);
	audit_reader_close(reader);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other_key);
	fixture_fini(&fixture);
}

TEST_MAIN(audit_log, T(records_are_there_when_they_are_reported),
	  T(record_without_a_member_is_refused_by_name), T(no_record_lacks_what_it_is_to_tell),
	  T(a_record_vouches_for_digests_and_nothing_else),
	  T(an_order_asks_the_primary_and_as_many_remotes_as_an_attempt_can_use),
	  T(full_queue_refuses_by_count_and_by_bytes),
	  T(records_of_one_append_are_committed_together),
	  T(locked_database_fails_after_the_timeout_and_resumes),
	  T(full_disk_fails_appends_and_resumes_without_a_gap),
	  T(log_that_was_moved_away_takes_nothing), T(two_writers_continue_one_chain),
	  T(rewritten_end_stops_the_writer), T(newer_schema_and_other_databases_are_refused),
	  T(head_is_signed_and_verifies_with_its_key_only))
