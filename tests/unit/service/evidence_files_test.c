// SPDX-License-Identifier: BSD-3-Clause
// What the audit log says of files of evidence, against the files: there, altered, missing, or let go by retention.

#include "service/evidence_files.h"

#include "audit/audit_log.h"
#include "audit/audit_reader.h"
#include "cunit_runner.h"
#include "rules/utc_time.h"
#include "service/evidence_record.h"
#include "trace_store/trace_folder.h"

#include <event2/event.h>
#include <jansson.h>

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DEADLINE_S 10
#define DAY_S 86400
#define FIRST_S 1790000000

static struct event_base *base;
static struct audit_log *audit;
static struct trace_folder folder;
static char directory[64], path[96];
static unsigned recorded_count;

static void on_recorded(int status, void *context)
{
	CU_ASSERT_EQUAL(status, 0);
	recorded_count++;
}

static void record(enum audit_kind kind, int64_t time_s, json_t *body)
{
	struct audit_fault fault = {.text = ""};
	const struct audit_record entry = {
		.kind = kind, .time_us = time_s * UTC_SECOND_US, .body = body};
	unsigned wanted = recorded_count + 1;
	time_t end = time(NULL) + DEADLINE_S;
	CU_ASSERT_PTR_NOT_NULL_FATAL(body);
	CU_ASSERT_EQUAL_FATAL(audit_append(audit, &entry, on_recorded, NULL, &fault), 0);
	json_decref(body);
	while (recorded_count < wanted && time(NULL) < end) {
		event_base_loop(base, EVLOOP_ONCE);
	}
	CU_ASSERT_EQUAL_FATAL(recorded_count, wanted);
}

static void start(void)
{
	struct audit_fault fault;
	struct trace_fault reason;
	snprintf(directory, sizeof(directory), "/tmp/plx-evidence-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/audit.db", directory);
	base = event_base_new();
	const struct audit_log_config config = {.path = path, .base = base, .version = "0"};
	CU_ASSERT_EQUAL_FATAL(audit_log_open(&config, &audit, &fault), 0);
	CU_ASSERT_EQUAL_FATAL(trace_folder_open(path, true, &folder, &reason), 0);
}

static int remove_one(const char *file, const struct stat *stat, int flag, struct FTW *walk)
{
	return remove(file);
}

static void stop(void)
{
	trace_folder_close(&folder);
	audit_log_close(audit);
	event_base_free(base);
	nftw(directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void store(const char *text, char ret_digest[static TRACE_DIGEST_TEXT])
{
	struct trace_file file;
	struct trace_fault fault;
	CU_ASSERT_EQUAL_FATAL(trace_file_begin(&folder, text, strlen(text), &file, &fault), 0);
	CU_ASSERT_EQUAL_FATAL(trace_file_place(&folder, &file, fsync(file.fd), &fault), 0);
	memcpy(ret_digest, file.digest, TRACE_DIGEST_TEXT);
}

// `vouched`: by the record; else its evidence alone has the digest, as that of a hostile remote might.
static void record_check(int64_t time_s, const char *digest, bool is_vouched)
{
	record(AUDIT_KIND_CHECK, time_s,
	       json_pack("{s:s, s:s, s:s, s:n, s:s, s:s, s:i, s:s, s:n, s:{s:[{s:s, s:s, s:s}]}, "
			 "s:o}",
			 "order_id", "ORDER", "perspective", "one", "identifier", "a.test", "adn",
			 "method", "caa", "check", "caa", "attempt", 1, "result", "permit",
			 "signature", "evidence", "dns", "name", "a.test", "type", "CAA",
			 "trace_sha256", digest, "traces",
			 is_vouched ? json_pack("[s]", digest) : json_array()));
}

static struct evidence_file_counts verify(void)
{
	struct audit_reader *reader = NULL;
	struct audit_fault fault = {.text = ""};
	struct evidence_file_counts counts = {0};
	CU_ASSERT_EQUAL_FATAL(audit_reader_open(path, &reader, &fault), 0);
	CU_ASSERT_EQUAL(evidence_files_verify(reader, &counts, &fault), 0);
	audit_reader_close(reader);
	return counts;
}

static void file_path(const char *digest, char ret_path[static 256])
{
	snprintf(ret_path, 256, "%s.evidence/%.2s/%s.json", path, digest, digest);
}

TEST(files_that_were_altered_or_are_missing_are_told_with_the_first_record)
{
	char whole[TRACE_DIGEST_TEXT], altered[TRACE_DIGEST_TEXT], missing[TRACE_DIGEST_TEXT];
	char file[256];
	start();
	store("whole", whole);
	store("altered", altered);
	store("missing", missing);
	record_check(FIRST_S, whole, true);
	CU_ASSERT_EQUAL(verify().verified, 1);
	record_check(FIRST_S, altered, true); // record 3 after that of the beginning
	record_check(FIRST_S, altered, true);
	record_check(FIRST_S, missing, true);
	file_path(altered, file);
	CU_ASSERT_EQUAL(truncate(file, 3), 0);
	file_path(missing, file);
	CU_ASSERT_EQUAL(unlink(file), 0);
	struct evidence_file_counts counts = verify();
	CU_ASSERT_EQUAL(counts.verified, 1);
	CU_ASSERT_EQUAL(counts.altered, 2);
	CU_ASSERT_EQUAL(counts.first_altered, 3);
	CU_ASSERT_EQUAL(counts.missing, 1);
	CU_ASSERT_EQUAL(counts.first_missing, 5);
	CU_ASSERT_EQUAL(counts.purged, 0);
	stop();
}

TEST(what_a_record_does_not_vouch_for_is_not_looked_for)
{
	char digest[TRACE_DIGEST_TEXT] =
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	start();
	record_check(FIRST_S, digest, false);
	struct evidence_file_counts counts = verify();
	CU_ASSERT_EQUAL(counts.verified + counts.altered + counts.missing + counts.purged, 0);
	record_check(FIRST_S, "../../audit.db", true); // nobody of ours writes that
	CU_ASSERT_EQUAL(verify().altered, 1);
	stop();
}

TEST(what_retention_let_go_is_not_missing_and_what_is_younger_is)
{
	static const char *const texts[] = {"old", "young"};
	char digests[2][TRACE_DIGEST_TEXT];
	char file[256];
	int64_t before_s;
	start();
	for (int i = 0; i < 2; i++) {
		store(texts[i], digests[i]);
		record_check(FIRST_S + i * 10 * DAY_S, digests[i], true);
		file_path(digests[i], file);
		CU_ASSERT_EQUAL(unlink(file), 0);
	}
	CU_ASSERT_EQUAL(verify().missing, 2);
	record(AUDIT_KIND_EVIDENCE, FIRST_S + 900 * DAY_S,
	       evidence_record_make(FIRST_S + DAY_S, 899));
	struct evidence_file_counts counts = verify();
	CU_ASSERT_EQUAL(counts.purged, 1);
	CU_ASSERT_EQUAL(counts.missing, 1);
	CU_ASSERT_EQUAL(counts.first_missing, 3);
	CU_ASSERT_FALSE(evidence_record_read("{\"action\":\"purge\"}", 18, &before_s));
	CU_ASSERT_FALSE(evidence_record_read("{", 1, &before_s));
	stop();
}

TEST(evidence_of_an_order_is_listed_and_handed_out_unaltered_only)
{
	char digest[TRACE_DIGEST_TEXT];
	char file[256];
	struct audit_reader *reader = NULL;
	struct audit_fault fault = {.text = ""};
	json_t *list = NULL, *one = NULL;
	start();
	store("of an order\n", digest);
	record_check(FIRST_S, digest, true);
	record_check(FIRST_S, digest, false);
	CU_ASSERT_EQUAL_FATAL(audit_reader_open(path, &reader, &fault), 0);
	CU_ASSERT_EQUAL_FATAL(evidence_files_list(reader, "ORDER", &list, &fault), 0);
	CU_ASSERT_EQUAL(json_array_size(list), 1);
	const json_t *row = json_array_get(list, 0);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(row, "sha256")), digest);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(row, "type")), "CAA");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(row, "sequence")), 2);
	json_decref(list);
	CU_ASSERT_EQUAL_FATAL(evidence_files_list(reader, "ANOTHER", &list, &fault), 0);
	CU_ASSERT_EQUAL(json_array_size(list), 0);
	json_decref(list);
	CU_ASSERT_EQUAL_FATAL(evidence_files_load(reader, digest, &one, &fault), 0);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(one, "text")), "of an order\n");
	json_decref(one);
	file_path(digest, file);
	CU_ASSERT_EQUAL(truncate(file, 3), 0);
	CU_ASSERT_EQUAL(evidence_files_load(reader, digest, &one, &fault), -EBADMSG);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "was altered"));
	CU_ASSERT_EQUAL(unlink(file), 0);
	CU_ASSERT_EQUAL(evidence_files_load(reader, digest, &one, &fault), -ENOENT);
	audit_reader_close(reader);
	stop();
}

TEST_MAIN(evidence_files, T(files_that_were_altered_or_are_missing_are_told_with_the_first_record),
	  T(what_a_record_does_not_vouch_for_is_not_looked_for),
	  T(what_retention_let_go_is_not_missing_and_what_is_younger_is),
	  T(evidence_of_an_order_is_listed_and_handed_out_unaltered_only))
