// SPDX-License-Identifier: BSD-3-Clause
// Evidence as files: what is told to be there is there and unaltered, once, and as long as it is kept.

#include "trace_store/trace_store.h"

#include <parallax/evidence/replay.h>

#include "trace_fixture.h"

#include <errno.h>
#include <fcntl.h>

TEST(stored_evidence_is_named_by_its_digest_and_judged_again)
{
	struct fixture fixture;
	open_fixture(&fixture);
	for (int kind = 0; kind < RECORDED_KINDS; kind++) {
		struct told told = put(&fixture, (enum recorded_kind)kind, 0);
		CU_ASSERT_EQUAL(told.error, 0);
		char *text = NULL;
		size_t length = 0;
		CU_ASSERT_EQUAL_FATAL(read_back(&fixture, told.digest, &text, &length), 0);
		char digest[TRACE_DIGEST_TEXT];
		CU_ASSERT_EQUAL(trace_digest_of(text, length, digest), 0);
		CU_ASSERT_STRING_EQUAL(digest, told.digest);
		CU_ASSERT_TRUE(trace_digest_is_valid(told.digest));
		struct plx_evidence *evidence = NULL;
		struct plx_replay_report report;
		char fault[PLX_EVIDENCE_FAULT_MAX];
		CU_ASSERT_EQUAL_FATAL(plx_evidence_read(text, length, &evidence, fault), 0);
		CU_ASSERT_EQUAL(plx_replay(evidence, NULL, NULL, &report), 0);
		CU_ASSERT_EQUAL(report.verdict, PLX_REPLAY_AGREES);
		plx_evidence_destroy(evidence);
		free(text);
	}
	CU_ASSERT_EQUAL(status_of(&fixture).stored_count, RECORDED_KINDS);
	close_fixture(&fixture);
}

TEST(same_evidence_is_kept_once)
{
	struct fixture fixture;
	open_fixture(&fixture);
	struct told first = put(&fixture, RECORDED_SIGNED, 0);
	struct told second = put(&fixture, RECORDED_SIGNED, 0);
	struct told other = put(&fixture, RECORDED_SIGNED, 1);
	CU_ASSERT_STRING_EQUAL(first.digest, second.digest);
	CU_ASSERT_STRING_NOT_EQUAL(first.digest, other.digest);
	CU_ASSERT_EQUAL(status_of(&fixture).total.files, 2);
	CU_ASSERT_EQUAL(status_of(&fixture).stored_count, 3);
	close_fixture(&fixture);
}

TEST(altered_or_missing_evidence_is_told_and_a_new_copy_mends_it)
{
	struct fixture fixture;
	char path[256];
	open_fixture(&fixture);
	struct told told = put(&fixture, RECORDED_SIGNED, 0);
	path_of(&fixture, told.digest, path);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	uint8_t octet = 0;
	CU_ASSERT_EQUAL_FATAL(pread(fd, &octet, 1, 100), 1);
	octet ^= 1;
	CU_ASSERT_EQUAL(pwrite(fd, &octet, 1, 100), 1);
	CU_ASSERT_EQUAL(check_back(&fixture, told.digest), -EBADMSG);
	CU_ASSERT_EQUAL(put(&fixture, RECORDED_SIGNED, 0).error, 0);
	CU_ASSERT_EQUAL(check_back(&fixture, told.digest), 0);
	close(fd);
	CU_ASSERT_EQUAL(truncate(path, 100), 0);
	CU_ASSERT_EQUAL(check_back(&fixture, told.digest), -EBADMSG);
	CU_ASSERT_EQUAL(truncate(path, 3 * PLX_EVIDENCE_BYTES_MAX), 0);
	CU_ASSERT_EQUAL(check_back(&fixture, told.digest), -EBADMSG);
	CU_ASSERT_EQUAL(unlink(path), 0);
	CU_ASSERT_EQUAL(check_back(&fixture, told.digest), -ENOENT);
	CU_ASSERT_EQUAL(symlink("/etc/hostname", path), 0);
	CU_ASSERT_EQUAL(check_back(&fixture, told.digest), -ELOOP);
	CU_ASSERT_EQUAL(put(&fixture, RECORDED_SIGNED, 0).error, 0);
	CU_ASSERT_EQUAL(check_back(&fixture, told.digest), 0);
	close_fixture(&fixture);
}

TEST(store_takes_no_more_than_its_size)
{
	struct fixture fixture;
	open_fixture(&fixture);
	struct told first = put(&fixture, RECORDED_SIGNED, 0);
	uint64_t bytes = status_of(&fixture).total.bytes;
	CU_ASSERT_TRUE(first.error == 0 && bytes > 1000);
	trace_store_limit(fixture.store, 2 * bytes + 100);
	CU_ASSERT_EQUAL(put(&fixture, RECORDED_SIGNED, 1).error, 0);
	struct told third = put(&fixture, RECORDED_SIGNED, 2);
	CU_ASSERT_EQUAL(third.error, -EDQUOT);
	CU_ASSERT_PTR_NOT_NULL(strstr(third.text, "max_megabytes"));
	CU_ASSERT_FALSE(trace_store_is_writable(fixture.store));
	trace_store_limit(fixture.store, 0);
	TURN_WHILE(&fixture, !trace_store_is_writable(fixture.store));
	CU_ASSERT_EQUAL(put(&fixture, RECORDED_SIGNED, 2).error, 0);
	trace_store_close(fixture.store);

	// What is there counts for the next process as well.
	fixture.config.bytes_max = 4 * bytes + 100;
	store_open(&fixture);
	put_until_counted(&fixture, RECORDED_SIGNED);
	CU_ASSERT_EQUAL(status_of(&fixture).total.files, 3);
	CU_ASSERT_EQUAL(put(&fixture, RECORDED_SIGNED, 3).error, 0);
	CU_ASSERT_EQUAL(put(&fixture, RECORDED_SIGNED, 4).error, -EDQUOT);
	close_fixture(&fixture);
}

TEST(purge_ends_what_is_older_and_nothing_else)
{
	struct fixture fixture;
	char path[256];
	open_fixture(&fixture);
	struct told old = put(&fixture, RECORDED_SIGNED, 0);
	struct told touched = put(&fixture, RECORDED_UNSIGNED, 0);
	struct told young = put(&fixture, RECORDED_BOGUS, 0);
	const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	path_of(&fixture, old.digest, path);
	CU_ASSERT_EQUAL(utimensat(AT_FDCWD, path, times, 0), 0);
	path_of(&fixture, touched.digest, path);
	CU_ASSERT_EQUAL(utimensat(AT_FDCWD, path, times, 0), 0);
	// Another record refers to it since.
	CU_ASSERT_STRING_EQUAL(put(&fixture, RECORDED_UNSIGNED, 0).digest, touched.digest);
	trace_store_purge(fixture.store, 2000);
	for (unsigned i = 0; i < 100000 && status_of(&fixture).purged.files < 1; i++) {
		CU_ASSERT_EQUAL_FATAL(put(&fixture, RECORDED_FAILED, 0).error, 0);
	}
	CU_ASSERT_EQUAL(check_back(&fixture, old.digest), -ENOENT);
	CU_ASSERT_EQUAL(check_back(&fixture, touched.digest), 0);
	CU_ASSERT_EQUAL(check_back(&fixture, young.digest), 0);
	put_until_counted(&fixture, RECORDED_FAILED);
	struct trace_store_status status = status_of(&fixture);
	CU_ASSERT_EQUAL(status.purged.files, 1);
	CU_ASSERT_TRUE(status.purged.bytes > 1000);
	CU_ASSERT_TRUE(status.total.files == 2 || status.total.files == 3); // with RECORDED_FAILED
	close_fixture(&fixture);
}

TEST(cancelled_put_calls_nobody_and_lets_go_of_its_trace)
{
	struct fixture fixture;
	struct told cancelled;
	open_fixture(&fixture);
	trace_put_cancel(put_start(&fixture, RECORDED_SIGNED, 0, &cancelled));
	trace_put_cancel(NULL);
	CU_ASSERT_EQUAL(put(&fixture, RECORDED_SIGNED, 1).error, 0);
	CU_ASSERT_EQUAL(cancelled.count, 0);
	CU_ASSERT_EQUAL(fixture.held_bytes, 0);
	CU_ASSERT_EQUAL(status_of(&fixture).waiting_count, 0);
	close_fixture(&fixture);
}

TEST(trace_that_contradicts_itself_is_refused_and_does_not_stop_the_store)
{
	struct fixture fixture;
	struct told told = {.count = 0};
	struct trace_put *put = NULL;
	open_fixture(&fixture);
	struct lookup_trace *trace = trace_of(&fixture, RECORDED_SIGNED, 0);
	trace->result.trace_length--;
	CU_ASSERT_EQUAL_FATAL(trace_store_put(fixture.store, trace, on_put, &told, &put), 0);
	lookup_trace_release(trace);
	TURN_WHILE(&fixture, told.count == 0);
	CU_ASSERT_EQUAL(told.error, -EINVAL);
	CU_ASSERT_TRUE(trace_store_is_writable(fixture.store));
	CU_ASSERT_EQUAL(fixture.state_changes, 0);
	close_fixture(&fixture);
}

TEST(digests_are_lower_case_hexadecimal)
{
	char digest[TRACE_DIGEST_TEXT];
	CU_ASSERT_EQUAL(trace_digest_of("abc", 3, digest), 0);
	CU_ASSERT_STRING_EQUAL(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f2"
				       "0015ad");
	CU_ASSERT_EQUAL(trace_shard_of(digest), 0xba);
	CU_ASSERT_FALSE(trace_digest_is_valid("ba7816bf"));
	digest[3] = 'A';
	CU_ASSERT_FALSE(trace_digest_is_valid(digest));
	digest[3] = '/';
	CU_ASSERT_FALSE(trace_digest_is_valid(digest));
}

TRACE_TEST_MAIN(trace_store, T(stored_evidence_is_named_by_its_digest_and_judged_again),
		T(same_evidence_is_kept_once),
		T(altered_or_missing_evidence_is_told_and_a_new_copy_mends_it),
		T(store_takes_no_more_than_its_size), T(purge_ends_what_is_older_and_nothing_else),
		T(cancelled_put_calls_nobody_and_lets_go_of_its_trace),
		T(trace_that_contradicts_itself_is_refused_and_does_not_stop_the_store),
		T(digests_are_lower_case_hexadecimal))
