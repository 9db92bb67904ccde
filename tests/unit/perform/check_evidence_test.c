// SPDX-License-Identifier: BSD-3-Clause
// Checks by iterative look-ups whose evidence is stored: what passes can be judged again from a file, and without the file
// nothing passes.

#include <parallax/evidence/evidence.h>
#include <parallax/evidence/replay.h>

#include "lookup/lookup.h"
#include "perform_session.h"
#include "trace_store/trace_store.h"

#include "recorded_lookup.h"

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/stat.h>

#define PERMITTED "www.example.test"
#define UNSIGNED "www.plain.test"

static const struct zone_row no_zone[] = {{0}};
static struct recorded_lookup recorded[RECORDED_KINDS];
static enum recorded_kind answered_kind; // for PERMITTED; set while no job runs

static size_t answer_recorded(const struct plx_job *job, struct plx_result *ret_result,
			      uint8_t *ret_body, size_t capacity)
{
	bool is_plain = plx_name_equal(&job->name, &recorded[RECORDED_UNSIGNED].job.name);
	const struct recorded_lookup *lookup =
		&recorded[is_plain ? RECORDED_UNSIGNED : answered_kind];
	uint64_t tag = ret_result->tag;
	bool has_trace = (job->flags & PLX_JOB_TRACE) != 0;
	*ret_result = lookup->result;
	ret_result->tag = tag;
	ret_result->trace_length = has_trace ? lookup->result.trace_length : 0;
	size_t length = lookup->result.body_length - (has_trace ? 0 : lookup->result.trace_length);
	memcpy(ret_body, lookup->body, length);
	return length;
}

struct evidence_session {
	struct perform_session base;
	struct trace_store *store;
	char audit_log[128];
	json_t *judged_by;
	char *judged_by_text;
};

static void open_host(struct evidence_session *session, bool tells_terms)
{
	session->judged_by = json_pack(
		"{s:s, s:b, s:b, s:i, s:i}", "trust_anchors", recorded[RECORDED_SIGNED].anchors,
		"allow_sha1", 0, "iterations_insecure", 0, "nsec3_iterations_max",
		(int)plx_evidence_terms_production("").nsec3_iterations_max, "rsa_bits_min",
		(int)plx_evidence_terms_production("").rsa_bits_min);
	session->judged_by_text = json_dumps(session->judged_by, JSON_COMPACT);
	session->base.host = exchange_host_start(&(struct exchange_host_config) {
		.socket_path = session->base.socket_path,
		.worker_count = 1,
		.answer = answer_recorded,
		.judged_by = tells_terms ? session->judged_by_text : NULL});
	CU_ASSERT_PTR_NOT_NULL_FATAL(session->base.host);
}

static void open_session(struct evidence_session *session, bool tells_terms, bool keeps_passed)
{
	struct trace_fault fault;
	answered_kind = RECORDED_SIGNED;
	session_open(&session->base, no_zone, SESSION_DATAPLANE_IS_GONE);
	open_host(session, tells_terms);
	snprintf(session->audit_log, sizeof(session->audit_log), "%s/audit.db",
		 session->base.directory);
	const struct trace_store_config config = {.audit_log = session->audit_log,
						  .base = session->base.base};
	CU_ASSERT_EQUAL_FATAL(trace_store_open(&config, &session->store, &fault), 0);
	session->base.config.lookup.resolution = PLX_RESOLUTION_ITERATIVE;
	session->base.config.lookup.wants_trace = true;
	session->base.config.traces = session->store;
	session->base.config.keeps_passed = keeps_passed;
	session->base.config.requires_validation = true;
	session_runner_open(&session->base);
}

static int entry_remove(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
	return remove(path);
}

static void close_session(struct evidence_session *session)
{
	char folder[192];
	struct lookup_stats stats;
	check_runner_close(session->base.runner);
	session->base.runner = NULL;
	trace_store_close(session->store);
	lookup_service_stats(session->base.lookup, &stats);
	CU_ASSERT_EQUAL(stats.trace_bytes, 0);
	snprintf(folder, sizeof(folder), "%s.evidence", session->audit_log);
	CU_ASSERT_EQUAL(nftw(folder, entry_remove, 16, FTW_DEPTH | FTW_PHYS), 0);
	session_close(&session->base);
	json_decref(session->judged_by);
	free(session->judged_by_text);
}

static void check(struct evidence_session *session, const char *name)
{
	session_check(&session->base, request_caa("dns", name, ""));
}

static uint64_t file_count(struct evidence_session *session)
{
	struct trace_store_status status;
	trace_store_status(session->store, &status);
	return status.total.files;
}

// Of the file that the check's first answer names; AGREES only when it is judged again with the same result.
static enum plx_replay_verdict replay(const struct evidence_session *session)
{
	struct trace_folder folder;
	struct trace_fault fault;
	struct plx_evidence *evidence = NULL;
	struct plx_replay_report report = {.verdict = PLX_REPLAY_NOT_EVALUATED};
	char reason[PLX_EVIDENCE_FAULT_MAX];
	char *text = NULL;
	size_t length = 0;
	const char *digest = session_evidence_text(&session->base, "dns.0.trace_sha256");
	CU_ASSERT_TRUE_FATAL(trace_digest_is_valid(digest));
	CU_ASSERT_EQUAL_FATAL(trace_folder_open(session->audit_log, false, &folder, &fault), 0);
	CU_ASSERT_EQUAL_FATAL(trace_folder_read(&folder, digest, &text, &length, &fault), 0);
	CU_ASSERT_EQUAL_FATAL(plx_evidence_read(text, length, &evidence, reason), 0);
	CU_ASSERT_EQUAL(plx_replay(evidence, NULL, NULL, &report), 0);
	plx_evidence_destroy(evidence);
	trace_folder_close(&folder);
	free(text);
	return report.verdict;
}

TEST(what_passes_names_its_evidence_which_agrees_when_it_is_judged_again)
{
	struct evidence_session session;
	open_session(&session, true, true);
	check(&session, PERMITTED);
	CU_ASSERT_STRING_EQUAL(session_told(&session.base), "pass matched");
	CU_ASSERT_EQUAL(replay(&session), PLX_REPLAY_AGREES);
	check(&session, UNSIGNED);
	CU_ASSERT_STRING_EQUAL(session_told(&session.base), "pass matched");
	CU_ASSERT_EQUAL(replay(&session), PLX_REPLAY_AGREES);
	answered_kind = RECORDED_BOGUS;
	check(&session, PERMITTED);
	CU_ASSERT_EQUAL(session.base.result.outcome, CHECK_ERROR);
	CU_ASSERT_EQUAL(replay(&session), PLX_REPLAY_AGREES);
	CU_ASSERT_EQUAL(file_count(&session), 3);
	close_session(&session);
}

TEST(evidence_of_what_did_not_pass_alone_can_be_kept)
{
	struct evidence_session session;
	open_session(&session, true, false);
	check(&session, PERMITTED);
	CU_ASSERT_STRING_EQUAL(session_told(&session.base), "pass matched");
	CU_ASSERT_PTR_NULL(session_evidence(&session.base, "dns.0.trace_sha256"));
	CU_ASSERT_EQUAL(file_count(&session), 0);
	answered_kind = RECORDED_FAILED;
	check(&session, PERMITTED);
	CU_ASSERT_EQUAL(session.base.result.outcome, CHECK_ERROR);
	CU_ASSERT_EQUAL(replay(&session), PLX_REPLAY_AGREES);
	CU_ASSERT_EQUAL(file_count(&session), 1);
	close_session(&session);
}

static void limit_files(rlim_t bytes)
{
	struct rlimit limit;
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

TEST(nothing_passes_while_the_disk_takes_nothing_and_failures_stay_what_they_are)
{
	struct evidence_session session;
	open_session(&session, true, true);
	check(&session, UNSIGNED); // the memory that is shared with the dataplane is a file as well
	limit_files(1000);
	check(&session, PERMITTED);
	CU_ASSERT_STRING_EQUAL(session_told(&session.base), "error evidence-not-stored");
	CU_ASSERT_PTR_NOT_NULL(strstr(session.base.result.message, "cannot be written"));
	CU_ASSERT_PTR_NOT_NULL(strstr(session_evidence_text(&session.base, "dns.0.trace_fault"),
				      "File too large"));
	CU_ASSERT_PTR_NULL(session_evidence(&session.base, "dns.0.trace_sha256"));
	CU_ASSERT_EQUAL(session.base.result.usable_until_s, 0);
	answered_kind = RECORDED_BOGUS;
	check(&session, PERMITTED);
	CU_ASSERT_STRING_NOT_EQUAL(session.base.result.reason, "evidence-not-stored");
	CU_ASSERT_EQUAL(session.base.result.outcome, CHECK_ERROR);
	limit_files(RLIM_INFINITY);
	answered_kind = RECORDED_SIGNED;
	check(&session, PERMITTED);
	CU_ASSERT_STRING_EQUAL(session_told(&session.base), "pass matched");
	CU_ASSERT_EQUAL(replay(&session), PLX_REPLAY_AGREES);
	close_session(&session);
}

TEST(nothing_passes_by_a_dataplane_that_does_not_say_by_what_it_judges)
{
	struct evidence_session session;
	open_session(&session, false, true);
	check(&session, PERMITTED);
	CU_ASSERT_STRING_EQUAL(session_told(&session.base), "error evidence-not-stored");
	CU_ASSERT_PTR_NOT_NULL(strstr(session.base.result.message, "by what it judges"));
	CU_ASSERT_EQUAL(file_count(&session), 0);
	close_session(&session);
}

// The trace of RECORDED_SIGNED as if it had had no room for a step's octets, or for that step and all after it.
static void trace_shorten(unsigned index, bool is_cut)
{
	static uint8_t shorter[PLX_TRACE_BYTES_MAX];
	static const struct plx_trace_step cut = {.kind = PLX_TRACE_CUT};
	struct recorded_lookup *lookup = &recorded[RECORDED_SIGNED];
	uint32_t start = lookup->result.body_length - lookup->result.trace_length;
	struct plx_reader reader = plx_result_trace(&lookup->result, lookup->body);
	struct plx_writer writer = plx_writer_init(shorter, sizeof(shorter));
	struct plx_trace_step step;
	for (unsigned i = 0; plx_trace_read(&reader, &step) == 1 && !(is_cut && i > index); i++) {
		if (i == index) {
			step.query_length = step.response_length = 0;
		}
		plx_trace_write(&writer, is_cut && i == index ? &cut : &step);
	}
	CU_ASSERT_FALSE_FATAL(writer.failed);
	memcpy(lookup->body + start, shorter, writer.position);
	lookup->result.trace_length = (uint32_t)writer.position;
	lookup->result.body_length = start + lookup->result.trace_length;
}

TEST(nothing_passes_by_a_trace_that_had_no_room_for_all_of_it)
{
	for (unsigned is_cut = 0; is_cut <= 1; is_cut++) {
		struct evidence_session session;
		open_session(&session, true, true);
		trace_shorten(4, is_cut);
		check(&session, PERMITTED);
		CU_ASSERT_STRING_EQUAL(session_told(&session.base), "error evidence-not-stored");
		CU_ASSERT_PTR_NOT_NULL(strstr(session.base.result.message, "no room"));
		CU_ASSERT_PTR_NOT_NULL(session_evidence(&session.base, "dns.0.trace_fault"));
		// What there is of it is kept, and shows why.
		CU_ASSERT_EQUAL(replay(&session), PLX_REPLAY_DIFFERS);
		check(&session, UNSIGNED);
		CU_ASSERT_STRING_EQUAL(session_told(&session.base), "pass matched");
		recorded_make(RECORDED_SIGNED, &recorded[RECORDED_SIGNED]);
		close_session(&session);
	}
}

TEST(trace_without_room_matters_not_where_no_evidence_of_a_pass_is_kept)
{
	struct evidence_session session;
	open_session(&session, true, false);
	trace_shorten(4, true);
	check(&session, PERMITTED);
	CU_ASSERT_STRING_EQUAL(session_told(&session.base), "pass matched");
	recorded_make(RECORDED_SIGNED, &recorded[RECORDED_SIGNED]);
	close_session(&session);
}

TEST(nothing_passes_without_a_store)
{
	struct evidence_session session;
	open_session(&session, true, true);
	check_runner_set_traces(session.base.runner, NULL);
	check(&session, PERMITTED);
	CU_ASSERT_STRING_EQUAL(session_told(&session.base), "error evidence-not-stored");
	check_runner_set_traces(session.base.runner, session.store);
	check(&session, PERMITTED);
	CU_ASSERT_STRING_EQUAL(session_told(&session.base), "pass matched");
	close_session(&session);
}

TEST(no_trace_is_asked_for_where_none_is_wanted)
{
	struct evidence_session session;
	open_session(&session, true, true);
	check_runner_close(session.base.runner);
	session.base.config.lookup.wants_trace = false;
	session_runner_open(&session.base);
	check(&session, PERMITTED);
	CU_ASSERT_STRING_EQUAL(session_told(&session.base), "pass matched");
	CU_ASSERT_PTR_NULL(session_evidence(&session.base, "dns.0.trace_sha256"));
	CU_ASSERT_EQUAL(file_count(&session), 0);
	close_session(&session);
}

// With its evidence on the way: whoever waits for the check has gone.
TEST(check_that_is_cancelled_while_it_is_stored_calls_nobody)
{
	struct evidence_session session;
	struct check_runner_stats stats;
	open_session(&session, true, true);
	session_start(&session.base, request_caa("dns", PERMITTED, ""), 0);
	struct trace_store_status status = {.waiting_count = 0};
	while (status.waiting_count == 0 && session.base.ended == 0) {
		session_turn(&session.base);
		trace_store_status(session.store, &status);
	}
	CU_ASSERT_EQUAL_FATAL(session.base.ended, 0);
	check_run_cancel(session.base.run);
	check(&session, UNSIGNED);
	check_runner_stats(session.base.runner, &stats);
	CU_ASSERT_EQUAL(stats.cancelled, 1);
	CU_ASSERT_EQUAL(stats.running, 0);
	CU_ASSERT_EQUAL(stats.caa[CHECK_PASS], 1);
	close_session(&session);
}

int main(void)
{
	static const struct test_entry tests[] = {
		T(what_passes_names_its_evidence_which_agrees_when_it_is_judged_again),
		T(evidence_of_what_did_not_pass_alone_can_be_kept),
		T(nothing_passes_while_the_disk_takes_nothing_and_failures_stay_what_they_are),
		T(nothing_passes_by_a_dataplane_that_does_not_say_by_what_it_judges),
		T(nothing_passes_by_a_trace_that_had_no_room_for_all_of_it),
		T(trace_without_room_matters_not_where_no_evidence_of_a_pass_is_kept),
		T(nothing_passes_without_a_store),
		T(no_trace_is_asked_for_where_none_is_wanted),
		T(check_that_is_cancelled_while_it_is_stored_calls_nobody),
	};
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigaction(SIGXFSZ, &ignore, NULL);
	recorded_start();
	for (int kind = 0; kind < RECORDED_KINDS; kind++) {
		recorded_make((enum recorded_kind)kind, &recorded[kind]);
	}
	int status = perform_tests_run("check_evidence", tests, sizeof(tests) / sizeof(tests[0]));
	recorded_stop();
	return status;
}
