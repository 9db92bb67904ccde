// SPDX-License-Identifier: BSD-3-Clause
// Reliability case 53: failed syncs, failed and torn writes, power cuts. Each trial is a life of several processes with
// one log on a faulty disk; each of them is killed or loses its power in the middle of some operation. Whatever was
// acknowledged is there afterwards, at its place in a chain that verifies, and the head never runs ahead of the log.

#include "audit/audit_store.h"
#include "audit/audit_verify.h"

#include <parallax/base/error.h>

#include "audit_fixture.h"
#include "cunit_runner.h"
#include "faulty_disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRIALS 100u
#define LIVES 6u
#define STEPS_MAX 40u
#define BATCH_MAX 12u
#define NAME_BYTES_MAX 500u
#define OPEN_TRIES_MAX 40u
#define ACKNOWLEDGED_MAX 4096u
#define STATUS_LOST 3
#define STATUS_FAULT 4

// Shared with the processes that die.
struct trial {
	struct audit_fixture fixture;
	uint64_t seed;
	unsigned acknowledged_count;
	struct audit_position acknowledged[ACKNOWLEDGED_MAX];
	char text[AUDIT_FAULT_TEXT_BYTES]; // what went wrong
};

typedef void (*life)(struct trial *trial);

static struct trial *trial_begin(uint64_t seed)
{
	struct trial *trial = mmap(NULL, sizeof(*trial), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CU_ASSERT_PTR_NOT_EQUAL_FATAL(trial, MAP_FAILED);
	fixture_init(&trial->fixture);
	trial->seed = seed;
	faulty_disk_attach(trial->fixture.directory, seed);
	return trial;
}

static void trial_end(struct trial *trial)
{
	fixture_fini(&trial->fixture);
	faulty_disk_detach();
	munmap(trial, sizeof(*trial));
}

// Runs one process and leaves the files as it, or the power cut, left them. Its exit status.
static int run_life(struct trial *trial, life live)
{
	int status = 0;
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		live(trial);
		_exit(0);
	}
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	faulty_disk_restart();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void expect_life(struct trial *trial, life live, int expected)
{
	int status = run_life(trial, live);
	if (status != expected) {
		printf("seed %llu: status %d: %s\n", (unsigned long long)trial->seed, status,
		       trial->text);
	}
	CU_ASSERT_EQUAL(status, expected);
}

_Noreturn static void give_up(struct trial *trial, int status, const char *text)
{
	snprintf(trial->text, sizeof(trial->text), "%s", text);
	_exit(status);
}

static void acknowledge(struct trial *trial, struct audit_store *store)
{
	if (trial->acknowledged_count == ACKNOWLEDGED_MAX) {
		give_up(trial, STATUS_FAULT, "too many commits");
	}
	trial->acknowledged[trial->acknowledged_count] = audit_store_position(store);
	trial->acknowledged_count++; // last: we may die in between
}

// What the writer does every minute.
static void leave_head(struct trial *trial, struct audit_store *store)
{
	struct audit_head head = {.position = audit_store_position(store), .time_us = 1};
	struct audit_fault fault;
	memcpy(head.log_id, audit_store_log_id(store), AUDIT_LOG_ID_BYTES);
	if (audit_head_write(trial->fixture.head_path, &head, &fault) != 0) {
		give_up(trial, STATUS_FAULT, fault.text);
	}
}

// True also when the disk did not let us look: that is told, and is no loss.
static bool has_position(struct audit_store *store, const struct audit_position *position)
{
	struct audit_position found;
	struct audit_fault fault;
	int error = audit_store_find(store, position->sequence, &found, &fault);
	return error == -EIO || (error == 0 && found.sequence == position->sequence &&
				 memcmp(found.hash, position->hash, AUDIT_HASH_BYTES) == 0);
}

static void check_acknowledged(struct trial *trial, struct audit_store *store)
{
	struct audit_head head;
	struct audit_fault fault;
	for (unsigned i = 0; i < trial->acknowledged_count; i++) {
		if (!has_position(store, &trial->acknowledged[i])) {
			snprintf(trial->text, sizeof(trial->text),
				 "commit %u of %u, up to record %llu, was acknowledged and is not "
				 "there",
				 i, trial->acknowledged_count,
				 (unsigned long long)trial->acknowledged[i].sequence);
			_exit(STATUS_LOST);
		}
	}
	if (audit_head_read(trial->fixture.head_path, &head, &fault) == 0 &&
	    !has_position(store, &head.position)) {
		snprintf(trial->text, sizeof(trial->text), "the head is ahead: record %llu",
			 (unsigned long long)head.position.sequence);
		_exit(STATUS_LOST);
	}
}

static int open_store(struct trial *trial, struct audit_store **ret_store,
		      struct audit_fault *fault)
{
	struct audit_store_config config = {
		.path = trial->fixture.path, .busy_timeout_ms = 100, .version = "0.1.0"};
	return audit_store_open(&config, ret_store, fault);
}

// Again until the disk lets us: a start that fails is told and tried anew by whoever starts us.
static struct audit_store *insist_on_store(struct trial *trial)
{
	struct audit_store *store = NULL;
	struct audit_fault fault = {0};
	int error = -EIO;
	for (unsigned i = 0; i < OPEN_TRIES_MAX && error != 0; i++) {
		error = open_store(trial, &store, &fault);
		if (error != 0 && error != -EIO && error != -ENOSPC) {
			give_up(trial, STATUS_FAULT, fault.text);
		}
	}
	if (error != 0) {
		give_up(trial, 0, fault.text);
	}
	return store;
}

static int insert_some(struct audit_store *store, unsigned count, struct audit_fault *fault)
{
	int error = 0;
	for (unsigned i = 0; i < count && error == 0; i++) {
		char name[NAME_BYTES_MAX + 1] = "";
		memset(name, 'a', 1 + faulty_disk_draw(NAME_BYTES_MAX));
		json_t *body = check_body("order", name, i, "dcv");
		struct audit_record record = {.kind = AUDIT_KIND_CHECK, .time_us = 1, .body = body};
		struct audit_row row;
		error = audit_row_init(&row, &record, fault);
		json_decref(body);
		if (error == 0) {
			error = audit_store_insert(store, &row, fault);
			audit_row_fini(&row);
		}
	}
	return error;
}

// As the writer does it.
static int commit_some(struct trial *trial, struct audit_store *store, unsigned count,
		       struct audit_fault *fault)
{
	int error = audit_store_begin(store, fault);
	if (error != 0) {
		return error;
	}
	error = insert_some(store, count, fault);
	if (error != 0) {
		audit_store_rollback(store);
		return error;
	}
	error = audit_store_commit(store, fault);
	if (error == 0) {
		acknowledge(trial, store);
	}
	return error;
}

static void take_step(struct trial *trial, struct audit_store *store)
{
	struct audit_fault fault = {0};
	int error = 0;
	switch (faulty_disk_draw(8)) {
	case 0:
		error = audit_store_checkpoint(store, &fault);
		break;
	case 1:
		error = audit_store_probe(store, &fault);
		break;
	case 2:
		leave_head(trial, store);
		break;
	default:
		error = commit_some(trial, store, 1 + (unsigned)faulty_disk_draw(BATCH_MAX),
				    &fault);
		break;
	}
	if (error != 0 && error != -EIO && error != -ENOSPC) {
		give_up(trial, STATUS_FAULT, fault.text);
	}
}

static void live_with_faults(struct trial *trial)
{
	struct audit_store *store = insist_on_store(trial);
	check_acknowledged(trial, store);
	unsigned steps = (unsigned)faulty_disk_draw(STEPS_MAX);
	for (unsigned i = 0; i < steps; i++) {
		take_step(trial, store);
	}
	audit_store_close(store);
}

// On a disk that works.
static void live_as_verifier(struct trial *trial)
{
	struct audit_store *store = insist_on_store(trial);
	struct audit_fault fault = {0};
	check_acknowledged(trial, store);
	if (commit_some(trial, store, 3, &fault) != 0) {
		give_up(trial, STATUS_FAULT, fault.text);
	}
	audit_store_close(store);
	struct audit_reader *reader = NULL;
	struct audit_verification result;
	if (audit_reader_open(trial->fixture.path, &reader, &fault) != 0 ||
	    audit_verify(reader, NULL, NULL, &result, &fault) != 0) {
		give_up(trial, STATUS_FAULT, fault.text);
	}
	audit_reader_close(reader);
	if (result.finding != AUDIT_FINDING_INTACT || !result.is_index_whole) {
		give_up(trial, STATUS_LOST, result.text);
	}
}

static unsigned draw_rate(void)
{
	static const unsigned rates[] = {0, 0, 20, 100, 300};
	return rates[faulty_disk_draw(sizeof(rates) / sizeof(rates[0]))];
}

static bool run_trial(uint64_t seed, unsigned *ret_faults, unsigned *ret_commits)
{
	struct trial *trial = trial_begin(seed);
	bool is_good = true;
	for (unsigned i = 0; i < LIVES && is_good; i++) {
		struct disk_plan plan = {
			.sync_fault_permille = draw_rate(),
			.write_fault_permille = draw_rate() / 4,
			.read_fault_permille = draw_rate() / 20,
			.eviction_permille = draw_rate() / 4,
			.writeback_permille = draw_rate(),
			.end = faulty_disk_draw(3),
			.end_after = 1 + (unsigned)faulty_disk_draw(300),
		};
		faulty_disk_plan(&plan);
		int status = run_life(trial, live_with_faults);
		is_good = status == 0 || status == DISK_END_STATUS;
	}
	is_good = is_good && run_life(trial, live_as_verifier) == 0;
	if (!is_good) {
		printf("seed %llu: %s\n", (unsigned long long)seed, trial->text);
	}
	*ret_faults += faulty_disk_fault_count();
	*ret_commits += trial->acknowledged_count;
	trial_end(trial);
	return is_good;
}

TEST(what_was_acknowledged_survives_failing_disks_kills_and_power_cuts)
{
	const char *first_seed = getenv("PLX_TEST_SEED"); // of one trial, to look at it again
	uint64_t seed = first_seed != NULL ? strtoull(first_seed, NULL, 10) : 1;
	unsigned trials = first_seed != NULL ? 1 : TRIALS;
	unsigned bad = 0;
	unsigned faults = 0;
	unsigned commits = 0;
	for (unsigned i = 0; i < trials; i++) {
		bad += !run_trial(seed + i, &faults, &commits);
	}
	printf("%u trials, %u faults, %u commits acknowledged\n", trials, faults, commits);
	CU_ASSERT_EQUAL(bad, 0);
	CU_ASSERT_TRUE(first_seed != NULL || (faults > 10 * TRIALS && commits > 10 * TRIALS));
}

static void commit_or_give_up(struct trial *trial, struct audit_store *store)
{
	struct audit_fault fault = {0};
	if (commit_some(trial, store, 3, &fault) != 0) {
		give_up(trial, STATUS_FAULT, fault.text);
	}
}

// The kernel reports a failed sync once and counts the pages as written. Whoever asks again hears that all is well.
static void live_through_a_failed_sync(struct trial *trial)
{
	struct audit_store *store = insist_on_store(trial);
	struct audit_fault fault = {0};
	commit_or_give_up(trial, store);
	faulty_disk_fail_syncs("-wal", 1);
	int error = commit_some(trial, store, 3, &fault);
	if (error != -EIO || strstr(fault.text, trial->fixture.path) == NULL ||
	    strstr(fault.text, "kernel's log") == NULL) {
		give_up(trial, STATUS_FAULT, "the failed sync was not told");
	}
	commit_or_give_up(trial, store); // by itself, without a restart
	commit_or_give_up(trial, store);
	faulty_disk_end(DISK_CUTS);
}

TEST(failed_sync_of_a_commit_is_not_made_good_by_the_next_one)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct trial *trial = trial_begin(seed);
		expect_life(trial, live_through_a_failed_sync, DISK_END_STATUS);
		CU_ASSERT_EQUAL(trial->acknowledged_count, 3);
		expect_life(trial, live_as_verifier, 0);
		trial_end(trial);
	}
}

// The same when the process that heard of it is not the one that asks again.
static void live_until_a_failed_sync(struct trial *trial)
{
	struct audit_store *store = insist_on_store(trial);
	struct audit_fault fault = {0};
	commit_or_give_up(trial, store);
	faulty_disk_fail_syncs("-wal", 1);
	if (commit_some(trial, store, 3, &fault) == 0) {
		give_up(trial, STATUS_LOST, "acknowledged without a sync");
	}
	faulty_disk_end(DISK_KILLS);
}

static void live_until_the_power_fails(struct trial *trial)
{
	struct audit_store *store = insist_on_store(trial);
	check_acknowledged(trial, store);
	leave_head(trial, store);
	commit_or_give_up(trial, store);
	faulty_disk_end(DISK_CUTS);
}

TEST(restart_after_a_failed_sync_proves_the_log_anew)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct trial *trial = trial_begin(seed);
		expect_life(trial, live_until_a_failed_sync, DISK_END_STATUS);
		expect_life(trial, live_until_the_power_fails, DISK_END_STATUS);
		expect_life(trial, live_as_verifier, 0);
		trial_end(trial);
	}
}

static void live_until_killed(struct trial *trial)
{
	struct audit_store *store = insist_on_store(trial);
	for (;;) {
		commit_or_give_up(trial, store);
	}
}

static void leave_head_and_lose_power(struct trial *trial)
{
	leave_head(trial, insist_on_store(trial));
	faulty_disk_end(DISK_CUTS);
}

TEST(head_that_a_restart_leaves_names_what_is_on_the_disk)
{
	for (unsigned i = 1; i <= 60; i++) { // wherever the kill comes
		struct trial *trial = trial_begin(i);
		faulty_disk_plan(&(struct disk_plan) {.end = DISK_KILLS, .end_after = i});
		expect_life(trial, live_until_killed, DISK_END_STATUS);
		expect_life(trial, leave_head_and_lose_power, DISK_END_STATUS);
		expect_life(trial, live_as_verifier, 0);
		trial_end(trial);
	}
}

// A log is made; the first or second sync of its file, or of the journal beside it, fails.
static void live_at_a_bad_start(struct trial *trial)
{
	static const char *const suffixes[] = {".db", "-journal", "-wal"};
	struct audit_store *store = NULL;
	struct audit_fault fault = {0};
	faulty_disk_fail_syncs(suffixes[trial->seed % 3], 1 + trial->seed % 2);
	if (open_store(trial, &store, &fault) != 0 && strstr(fault.text, "kernel's log") == NULL) {
		give_up(trial, STATUS_FAULT, fault.text);
	}
	faulty_disk_end(DISK_KILLS);
}

TEST(log_that_could_not_be_made_takes_records_only_once_it_is_on_the_disk)
{
	for (uint64_t seed = 1; seed <= 60; seed++) {
		struct trial *trial = trial_begin(seed);
		expect_life(trial, live_at_a_bad_start, DISK_END_STATUS);
		expect_life(trial, live_until_the_power_fails, DISK_END_STATUS);
		expect_life(trial, live_as_verifier, 0);
		trial_end(trial);
	}
}

TEST_MAIN(audit_disk_fault, T(failed_sync_of_a_commit_is_not_made_good_by_the_next_one),
	  T(restart_after_a_failed_sync_proves_the_log_anew),
	  T(head_that_a_restart_leaves_names_what_is_on_the_disk),
	  T(log_that_could_not_be_made_takes_records_only_once_it_is_on_the_disk),
	  T(what_was_acknowledged_survives_failing_disks_kills_and_power_cuts))
