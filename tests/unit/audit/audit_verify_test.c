// SPDX-License-Identifier: BSD-3-Clause
// Reliability case 54: a thousand ways to tamper with the file, each found, with the first bad record named.

#include "audit/audit_verify.h"

#include <parallax/base/error.h>

#include "audit_fixture.h"
#include "cunit_runner.h"

#include <sqlite3.h>

#include <stdio.h>
#include <string.h>

#define RECORDS 120
#define MUTATIONS 1000

static struct audit_verification verify(struct audit_fixture *fixture)
{
	struct audit_reader *reader = fixture_reader(fixture);
	struct audit_verification result = {0};
	struct audit_fault fault = {0};
	struct audit_head head;
	CU_ASSERT_EQUAL_FATAL(audit_head_read(fixture->head_path, &head, &fault), 0);
	CU_ASSERT_EQUAL_FATAL(audit_verify(reader, &head, NULL, &result, &fault), 0);
	audit_reader_close(reader);
	return result;
}

static void fill(struct audit_fixture *fixture)
{
	fixture_init(fixture);
	fixture_open(fixture);
	unsigned count = 0;
	for (unsigned i = 0; count < RECORDS; i++) {
		char order[32];
		snprintf(order, sizeof(order), "order-%u", i);
		count += fixture_append_order(fixture, order, "www.example.test", 5, 0);
	}
	CU_ASSERT_TRUE(fixture_wait(fixture, count));
	CU_ASSERT_EQUAL(fixture->failed_count, 0);
	fixture_close(fixture);
}

// The attacker: opens the file himself, without the triggers.
static sqlite3 *open_directly(struct audit_fixture *fixture)
{
	sqlite3 *database = NULL;
	CU_ASSERT_EQUAL_FATAL(sqlite3_open(fixture->path, &database), SQLITE_OK);
	CU_ASSERT_EQUAL_FATAL(sqlite3_exec(database,
					   "DROP TRIGGER IF EXISTS record_is_never_updated;"
					   "DROP TRIGGER IF EXISTS record_is_never_deleted;"
					   "DROP TRIGGER IF EXISTS record_is_only_appended;"
					   "CREATE TABLE backup AS SELECT * FROM record;",
					   NULL, NULL, NULL),
			      SQLITE_OK);
	return database;
}

static void run_sql(sqlite3 *database, const char *format, unsigned a, unsigned b)
{
	char *sql = sqlite3_mprintf(format, a, b, a, b);
	int code = sqlite3_exec(database, sql, NULL, NULL, NULL);
	if (code != SQLITE_OK) {
		printf("%s: %s\n", sql, sqlite3_errmsg(database));
	}
	CU_ASSERT_EQUAL(code, SQLITE_OK);
	sqlite3_free(sql);
}

enum mutation {
	MUTATE_TIME = 0,
	MUTATE_KIND,
	MUTATE_BODY,
	MUTATE_BODY_CHARACTER,
	MUTATE_PREVIOUS,
	MUTATE_HASH,
	MUTATE_DELETE,
	MUTATE_DELETE_RANGE,
	MUTATE_SWAP,
	MUTATE_BLANK,
	MUTATE_TRUNCATE,
	MUTATE_INSERT_BEFORE,
	MUTATE_COUNT,
};

// Applies one mutation at record `at` (another one, `other` > `at`, for those that need two). Returns the finding.
static enum audit_finding mutate(sqlite3 *database, enum mutation mutation, unsigned at,
				 unsigned other)
{
	switch (mutation) {
	case MUTATE_TIME:
		run_sql(database, "UPDATE record SET time_us = time_us + 1 WHERE sequence = %u", at,
			other);
		return AUDIT_FINDING_EDITED;
	case MUTATE_KIND:
		run_sql(database, "UPDATE record SET kind = 'stop' WHERE sequence = %u", at, other);
		return AUDIT_FINDING_EDITED;
	case MUTATE_BODY:
		run_sql(database, "UPDATE record SET body = '{}' WHERE sequence = %u", at, other);
		return AUDIT_FINDING_EDITED;
	case MUTATE_BODY_CHARACTER:
		run_sql(database,
			"UPDATE record SET body = '~' || substr(body, 2 + 0 * (%u + %u))"
			" WHERE sequence = %u",
			at, other);
		return AUDIT_FINDING_EDITED;
	case MUTATE_PREVIOUS:
		run_sql(database,
			"UPDATE record SET previous_hash = randomblob(32) WHERE sequence = "
			"%u",
			at, other);
		return AUDIT_FINDING_EDITED;
	case MUTATE_HASH:
		run_sql(database, "UPDATE record SET hash = zeroblob(32) WHERE sequence = %u", at,
			other);
		return AUDIT_FINDING_EDITED;
	case MUTATE_DELETE:
		run_sql(database, "DELETE FROM record WHERE sequence = %u", at, other);
		return AUDIT_FINDING_DELETED;
	case MUTATE_DELETE_RANGE:
		run_sql(database, "DELETE FROM record WHERE sequence BETWEEN %u AND %u", at, other);
		return AUDIT_FINDING_DELETED;
	case MUTATE_SWAP:
		run_sql(database,
			"UPDATE record SET sequence = -1 WHERE sequence = %u;"
			"UPDATE record SET sequence = -2 WHERE sequence = %u;"
			"UPDATE record SET sequence = %u WHERE sequence = -2;"
			"UPDATE record SET sequence = %u WHERE sequence = -1;",
			at, other);
		return AUDIT_FINDING_REORDERED;
	case MUTATE_BLANK:
		run_sql(database,
			"UPDATE record SET body = (SELECT body FROM backup WHERE sequence = %u + 0 "
			"*"
			" %u) || ' ' WHERE sequence = %u",
			at, other);
		return AUDIT_FINDING_EDITED;
	case MUTATE_TRUNCATE:
		run_sql(database, "DELETE FROM record WHERE sequence >= %u", at, other);
		return AUDIT_FINDING_TRUNCATED;
	case MUTATE_INSERT_BEFORE:
		run_sql(database,
			"INSERT INTO record SELECT -%u, time_us, kind, body, previous_hash, hash"
			" FROM backup WHERE sequence = %u",
			at, other);
		return AUDIT_FINDING_FOREIGN;
	case MUTATE_COUNT:
		break;
	}
	return AUDIT_FINDING_NOT_EVALUATED;
}

static void restore(sqlite3 *database)
{
	run_sql(database, "DELETE FROM record; INSERT INTO record SELECT * FROM backup", 0, 0);
}

TEST(untouched_log_is_intact)
{
	struct audit_fixture fixture;
	fill(&fixture);
	struct audit_verification result = verify(&fixture);
	CU_ASSERT_EQUAL(result.finding, AUDIT_FINDING_INTACT);
	CU_ASSERT_TRUE(result.record_count > RECORDS);
	CU_ASSERT_TRUE(result.is_index_whole);
	CU_ASSERT_EQUAL(result.bad_sequence, 0);
	fixture_fini(&fixture);
}

TEST(thousand_mutations_are_found_with_the_first_bad_record)
{
	struct audit_fixture fixture;
	fill(&fixture);
	sqlite3 *database = open_directly(&fixture);
	run_sql(database, "PRAGMA synchronous = OFF", 0, 0);
	srandom(54);
	unsigned missed = 0;
	for (unsigned i = 0; i < MUTATIONS; i++) {
		enum mutation mutation = (enum mutation)(i % MUTATE_COUNT);
		unsigned at = 1 + (unsigned)random() % (RECORDS - 2);
		unsigned other = at + 1 + (unsigned)random() % (RECORDS - 1 - at);
		int64_t expected = mutation == MUTATE_INSERT_BEFORE ? -(int64_t)at : (int64_t)at;
		enum audit_finding finding = mutate(database, mutation, at, other);
		if (mutation == MUTATE_TRUNCATE && at == 1) {
			finding = AUDIT_FINDING_DELETED; // all of it
		}
		struct audit_verification result = verify(&fixture);
		if (result.finding != finding || result.bad_sequence != expected) {
			printf("mutation %u at %u, %u: %s\n", mutation, at, other, result.text);
			missed++;
		}
		restore(database);
	}
	CU_ASSERT_EQUAL(missed, 0);
	CU_ASSERT_EQUAL(verify(&fixture).finding, AUDIT_FINDING_INTACT);
	sqlite3_close(database);
	fixture_fini(&fixture);
}

TEST(triggers_refuse_update_deletion_and_replacement)
{
	static const char *const attempts[] = {
		"UPDATE record SET kind = 'stop' WHERE sequence = 3",
		"DELETE FROM record WHERE sequence = 3",
		"INSERT OR REPLACE INTO record SELECT * FROM record WHERE sequence = 3",
		"INSERT INTO record VALUES (1000000, 0, '', '', zeroblob(32), zeroblob(32))",
	};
	struct audit_fixture fixture;
	fill(&fixture);
	sqlite3 *database = NULL;
	CU_ASSERT_EQUAL_FATAL(sqlite3_open(fixture.path, &database), SQLITE_OK);
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(attempts); i++) {
		CU_ASSERT_NOT_EQUAL(sqlite3_exec(database, attempts[i], NULL, NULL, NULL),
				    SQLITE_OK);
	}
	sqlite3_close(database);
	CU_ASSERT_EQUAL(verify(&fixture).finding, AUDIT_FINDING_INTACT);
	fixture_fini(&fixture);
}

struct rehash {
	struct audit_entry entry;
	char body[2048];
};

static bool keep_entry(const struct audit_entry *entry, void *context)
{
	struct rehash *rehash = context;
	rehash->entry = *entry;
	snprintf(rehash->body, sizeof(rehash->body), "%.*s", (int)entry->body_length, entry->body);
	rehash->entry.body = rehash->body;
	return false;
}

// Writes a record anew, a microsecond later, with the hash that belongs to it and to the hash before it.
static void rehash_record(struct audit_fixture *fixture, sqlite3 *database, int64_t sequence,
			  const uint8_t *previous_hash)
{
	struct rehash rehash = {0};
	struct audit_fault fault;
	struct audit_reader *reader = fixture_reader(fixture);
	CU_ASSERT_EQUAL(audit_reader_walk(reader, sequence, sequence, keep_entry, &rehash, &fault),
			0);
	audit_reader_close(reader);
	sqlite3_stmt *update = NULL;
	CU_ASSERT_EQUAL_FATAL(sqlite3_prepare_v2(database,
						 "UPDATE record SET time_us = ?, previous_hash = ?,"
						 " hash = ?, kind = ? WHERE sequence = ?",
						 -1, &update, NULL),
			      SQLITE_OK);
	static const char *const kinds[] = {"genesis", "check"};
	rehash.entry.kind = kinds[sequence > 1];
	rehash.entry.kind_length = strlen(rehash.entry.kind);
	rehash.entry.time_us++;
	if (previous_hash != NULL) {
		memcpy(rehash.entry.previous_hash, previous_hash, AUDIT_HASH_BYTES);
	}
	CU_ASSERT_EQUAL(audit_chain_hash(&rehash.entry, rehash.entry.hash), 0);
	sqlite3_bind_int64(update, 1, rehash.entry.time_us);
	sqlite3_bind_blob(update, 2, rehash.entry.previous_hash, AUDIT_HASH_BYTES, SQLITE_STATIC);
	sqlite3_bind_blob(update, 3, rehash.entry.hash, AUDIT_HASH_BYTES, SQLITE_STATIC);
	sqlite3_bind_text(update, 4, rehash.entry.kind, -1, SQLITE_STATIC);
	sqlite3_bind_int64(update, 5, sequence);
	CU_ASSERT_EQUAL(sqlite3_step(update), SQLITE_DONE);
	sqlite3_finalize(update);
}

static bool copy_hash(const struct audit_entry *entry, void *context)
{
	memcpy(context, entry->hash, AUDIT_HASH_BYTES);
	return false;
}

TEST(record_with_a_fresh_hash_is_betrayed_by_the_next_one)
{
	struct audit_fixture fixture;
	fill(&fixture);
	sqlite3 *database = open_directly(&fixture);
	rehash_record(&fixture, database, 40, NULL);
	struct audit_verification result = verify(&fixture);
	CU_ASSERT_EQUAL(result.finding, AUDIT_FINDING_UNLINKED);
	CU_ASSERT_EQUAL(result.bad_sequence, 41);
	CU_ASSERT_EQUAL(result.record_count, 40);
	sqlite3_close(database);
	fixture_fini(&fixture);
}

TEST(chain_that_was_computed_anew_is_betrayed_by_its_head)
{
	struct audit_fixture fixture;
	struct audit_fault fault;
	struct audit_position last = {0};
	uint8_t previous_hash[AUDIT_HASH_BYTES];
	fill(&fixture);
	sqlite3 *database = open_directly(&fixture);
	struct audit_reader *reader = fixture_reader(&fixture);
	CU_ASSERT_EQUAL(audit_reader_last(reader, &last, &fault), 0);
	for (int64_t sequence = 60; sequence <= (int64_t)last.sequence; sequence++) {
		CU_ASSERT_EQUAL(audit_reader_walk(reader, sequence - 1, sequence - 1, copy_hash,
						  previous_hash, &fault),
				0);
		rehash_record(&fixture, database, sequence, previous_hash);
	}
	struct audit_verification result = {0};
	CU_ASSERT_EQUAL(audit_verify(reader, NULL, NULL, &result, &fault), 0);
	CU_ASSERT_EQUAL(result.finding, AUDIT_FINDING_INTACT); // which is why there is a head
	result = verify(&fixture);
	CU_ASSERT_EQUAL(result.finding, AUDIT_FINDING_REWRITTEN);
	CU_ASSERT_EQUAL(result.bad_sequence, (int64_t)last.sequence);
	audit_reader_close(reader);
	sqlite3_close(database);
	fixture_fini(&fixture);
}

TEST(log_cut_behind_its_head_is_refused_at_open)
{
	struct audit_fixture fixture;
	struct audit_fault fault;
	fill(&fixture);
	sqlite3 *database = open_directly(&fixture);
	mutate(database, MUTATE_TRUNCATE, 50, 51);
	sqlite3_close(database);
	CU_ASSERT_EQUAL(audit_log_open(&fixture.config, &fixture.log, &fault), PLX_ERR_AUDIT_CHAIN);
	fixture_fini(&fixture);
}

TEST(index_that_is_not_whole_is_made_anew)
{
	struct audit_fixture fixture;
	fill(&fixture);
	sqlite3 *database = open_directly(&fixture);
	run_sql(database, "DELETE FROM record_index WHERE sequence > %u", 20, 0);
	sqlite3_close(database);
	struct audit_verification result = verify(&fixture);
	CU_ASSERT_EQUAL(result.finding, AUDIT_FINDING_INTACT);
	CU_ASSERT_FALSE(result.is_index_whole);
	fixture_open(&fixture);
	fixture_close(&fixture);
	CU_ASSERT_TRUE(verify(&fixture).is_index_whole);
	fixture_fini(&fixture);
}

TEST_MAIN(audit_verify, T(untouched_log_is_intact),
	  T(thousand_mutations_are_found_with_the_first_bad_record),
	  T(triggers_refuse_update_deletion_and_replacement),
	  T(record_with_a_fresh_hash_is_betrayed_by_the_next_one),
	  T(chain_that_was_computed_anew_is_betrayed_by_its_head),
	  T(log_cut_behind_its_head_is_refused_at_open), T(index_that_is_not_whole_is_made_anew))
