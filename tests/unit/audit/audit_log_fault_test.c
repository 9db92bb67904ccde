// SPDX-License-Identifier: BSD-3-Clause
// Reliability case 53 seen by the callers of the log: what they are told on a faulty disk is true, they are told why
// nothing is taken, and the log takes records again by itself.

#include "audit/audit_log.h"

#include <parallax/base/error.h>

#include "audit/audit_verify.h"

#include "audit_fixture.h"
#include "cunit_runner.h"
#include "faulty_disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TRIALS 25u
#define LIVES 3u
#define IN_FLIGHT 32u
#define NUMBERS_MAX 8192u
#define OPEN_TRIES_MAX 40u

// Shared with the processes that die.
struct promises {
	uint32_t next;
	bool is_told[NUMBERS_MAX];
	char text[AUDIT_FAULT_TEXT_BYTES];
};

struct load {
	struct audit_fixture *fixture;
	struct promises *promises;
	unsigned in_flight;
};

struct load_item {
	struct load *load;
	uint32_t number;
};

static void on_reported(int status, void *context)
{
	struct load_item *item = context;
	item->load->promises->is_told[item->number] = status == 0;
	item->load->in_flight--;
	free(item);
}

static void append_next(struct load *load)
{
	struct load_item *item = malloc(sizeof(*item));
	struct audit_fault fault;
	char order[32];
	*item = (struct load_item) {.load = load, .number = load->promises->next++};
	snprintf(order, sizeof(order), "%u", item->number);
	json_t *body = check_body(order, "www.example.test", 0, "dcv");
	struct audit_record record = {.kind = AUDIT_KIND_CHECK, .time_us = 1, .body = body};
	if (audit_append(load->fixture->log, &record, on_reported, item, &fault) != 0) {
		_exit(3);
	}
	json_decref(body);
	load->in_flight++;
}

// The child: until the disk ends it, or a third of the numbers is used up.
static void run_load(struct audit_fixture *fixture, struct promises *promises)
{
	struct load load = {.fixture = fixture, .promises = promises};
	struct audit_fault fault = {0};
	uint32_t end = promises->next + NUMBERS_MAX / LIVES;
	int error = -EIO;
	fixture->base = event_base_new();
	fixture->config.base = fixture->base;
	for (unsigned i = 0; i < OPEN_TRIES_MAX && (error == -EIO || error == -ENOSPC); i++) {
		error = audit_log_open(&fixture->config, &fixture->log, &fault);
	}
	if (error != 0) {
		memcpy(promises->text, fault.text, sizeof(fault.text));
		_exit(error == -EIO || error == -ENOSPC ? 0 : 4);
	}
	while (promises->next < end) {
		while (load.in_flight < IN_FLIGHT && promises->next < end) {
			append_next(&load);
		}
		event_base_loop(fixture->base, EVLOOP_ONCE);
	}
	audit_log_close(fixture->log);
	_exit(0);
}

static bool mark_number(const struct audit_entry *entry, void *context)
{
	bool *is_there = context;
	json_t *body = json_loadb(entry->body, entry->body_length, 0, NULL);
	const char *order_id = json_string_value(json_object_get(body, "order_id"));
	if (order_id != NULL) {
		is_there[strtoul(order_id, NULL, 10)] = true;
	}
	json_decref(body);
	return true;
}

static unsigned count_lost(struct audit_fixture *fixture, const struct promises *promises,
			   unsigned *ret_told)
{
	bool is_there[NUMBERS_MAX] = {false};
	struct audit_verification result = {0};
	struct audit_fault fault;
	unsigned lost = 0;
	fixture_open(fixture); // compares the log with its head
	struct audit_reader *reader = fixture_reader(fixture);
	CU_ASSERT_EQUAL(audit_verify(reader, NULL, NULL, &result, &fault), 0);
	CU_ASSERT_EQUAL(result.finding, AUDIT_FINDING_INTACT);
	CU_ASSERT_EQUAL(audit_reader_walk(reader, 1, INT64_MAX, mark_number, is_there, &fault), 0);
	for (unsigned i = 0; i < NUMBERS_MAX; i++) {
		lost += promises->is_told[i] && !is_there[i];
		*ret_told += promises->is_told[i];
	}
	audit_reader_close(reader);
	fixture_close(fixture);
	return lost;
}

static void run_trial(uint64_t seed, unsigned *ret_told)
{
	struct audit_fixture fixture;
	struct promises *promises = mmap(NULL, sizeof(*promises), PROT_READ | PROT_WRITE,
					 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CU_ASSERT_PTR_NOT_EQUAL_FATAL(promises, MAP_FAILED);
	fixture_init(&fixture);
	fixture.config.head_interval_ms = 20;
	faulty_disk_attach(fixture.directory, seed);
	for (unsigned i = 0; i < LIVES; i++) {
		int status = 0;
		faulty_disk_plan(&(struct disk_plan) {
			.sync_fault_permille = 100,
			.write_fault_permille = 10,
			.eviction_permille = 10,
			.writeback_permille = 100,
			.end = i % 2 == 0 ? DISK_CUTS : DISK_KILLS,
			.end_after = 1 + (unsigned)faulty_disk_draw(1500),
		});
		fflush(NULL);
		pid_t child = fork();
		if (child == 0) {
			run_load(&fixture, promises);
		}
		CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
		CU_ASSERT_TRUE(WIFEXITED(status) && (WEXITSTATUS(status) == 0 ||
						     WEXITSTATUS(status) == DISK_END_STATUS));
		faulty_disk_restart();
	}
	unsigned lost = count_lost(&fixture, promises, ret_told);
	if (lost > 0 || promises->text[0] != '\0') {
		printf("seed %llu: %u lost: %s\n", (unsigned long long)seed, lost, promises->text);
	}
	CU_ASSERT_EQUAL(lost, 0);
	faulty_disk_detach();
	fixture_fini(&fixture);
	munmap(promises, sizeof(*promises));
}

TEST(callers_are_told_of_nothing_that_a_power_cut_takes_back)
{
	unsigned told = 0;
	for (unsigned i = 1; i <= TRIALS; i++) {
		run_trial(i, &told);
	}
	printf("%u records told\n", told);
	CU_ASSERT_TRUE(told > 10 * TRIALS);
}

static int append_one(struct audit_fixture *fixture)
{
	return fixture_append(fixture, AUDIT_KIND_CHECK,
			      check_body("order", "www.example.test", 0, "dcv"));
}

static struct audit_verification verify(struct audit_fixture *fixture)
{
	struct audit_reader *reader = fixture_reader(fixture);
	struct audit_verification result = {0};
	struct audit_fault fault = {0};
	CU_ASSERT_EQUAL_FATAL(audit_verify(reader, NULL, NULL, &result, &fault), 0);
	audit_reader_close(reader);
	return result;
}

struct told_state {
	unsigned failing_count;
	unsigned working_count;
	char text[AUDIT_FAULT_TEXT_BYTES];
};

static void note_state(const struct audit_fault *fault, void *context)
{
	struct told_state *told = context;
	told->failing_count += fault != NULL;
	told->working_count += fault == NULL;
	if (fault != NULL) {
		memcpy(told->text, fault->text, sizeof(told->text));
	}
}

TEST(failed_sync_is_told_with_its_reason_and_heals_by_itself)
{
	struct audit_fixture fixture;
	struct audit_log_status status;
	struct told_state told = {0};
	fixture_init(&fixture);
	fixture.config.state_changed = note_state;
	fixture.config.state_context = &told;
	faulty_disk_attach(fixture.directory, 1);
	fixture_open(&fixture);
	CU_ASSERT_EQUAL(append_one(&fixture), 0);
	CU_ASSERT_TRUE(fixture_wait(&fixture, 1));
	CU_ASSERT_EQUAL(fixture.failed_count, 0);
	faulty_disk_fail_syncs(
		"-wal", 3); // the commit's, and those of the next two who try to prove the log
	CU_ASSERT_EQUAL(append_one(&fixture), 0);
	CU_ASSERT_TRUE(fixture_wait(&fixture, 2));
	CU_ASSERT_EQUAL(fixture.last_status, -EIO);
	CU_ASSERT_FALSE(audit_is_writable(fixture.log));
	CU_ASSERT_EQUAL(append_one(&fixture), 0);
	CU_ASSERT_TRUE(fixture_wait(&fixture, 3));
	CU_ASSERT_EQUAL(fixture.last_status, -EIO);
	audit_log_status(fixture.log, &status);
	CU_ASSERT_PTR_NOT_NULL(strstr(status.fault.text, fixture.path));
	CU_ASSERT_PTR_NOT_NULL(strstr(status.fault.text, "in doubt"));
	CU_ASSERT_PTR_NOT_NULL(strstr(status.fault.text, "kernel's log"));
	CU_ASSERT_TRUE(fixture_wait_writable(&fixture));
	CU_ASSERT_EQUAL(append_one(&fixture), 0);
	CU_ASSERT_TRUE(fixture_wait(&fixture, 4));
	CU_ASSERT_EQUAL(fixture.last_status, 0);
	CU_ASSERT_EQUAL(told.failing_count, 1);
	CU_ASSERT_EQUAL(told.working_count, 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(told.text, fixture.path));
	CU_ASSERT_EQUAL(verify(&fixture).finding, AUDIT_FINDING_INTACT);
	fixture_fini(&fixture);
	faulty_disk_detach();
}

static bool wait_for_checkpoint(struct audit_fixture *fixture, int error)
{
	struct audit_log_status status = {0};
	time_t end = time(NULL) + FIXTURE_DEADLINE_S;
	do {
		fixture_turn(fixture);
		audit_log_status(fixture->log, &status);
	} while (status.checkpoint_fault.error != error && time(NULL) < end);
	return status.checkpoint_fault.error == error;
}

TEST(write_ahead_log_that_cannot_be_emptied_is_told_and_tried_again)
{
	struct audit_fixture fixture;
	fixture_init(&fixture);
	faulty_disk_attach(fixture.directory, 1);
	fixture_open(&fixture);
	faulty_disk_fail_syncs(".db", 1);
	CU_ASSERT_EQUAL(append_one(&fixture), 0);
	CU_ASSERT_TRUE(fixture_wait(&fixture, 1));
	CU_ASSERT_EQUAL(fixture.last_status, 0); // it is in the write-ahead log
	CU_ASSERT_TRUE(wait_for_checkpoint(&fixture, -EIO));
	CU_ASSERT_TRUE(wait_for_checkpoint(&fixture, 0));
	CU_ASSERT_EQUAL(verify(&fixture).record_count, 2);
	fixture_fini(&fixture);
	faulty_disk_detach();
}

TEST(record_that_cannot_be_read_is_not_called_missing)
{
	struct audit_fixture fixture;
	unsigned failed = 0;
	fixture_init(&fixture);
	faulty_disk_attach(fixture.directory, 1);
	fixture_open(&fixture);
	CU_ASSERT_EQUAL(append_one(&fixture), 0);
	fixture_close(&fixture); // leaves a head
	faulty_disk_plan(&(struct disk_plan) {.read_fault_permille = 100});
	for (unsigned i = 0; i < 200; i++) {
		struct audit_fault fault;
		int error = audit_log_open(&fixture.config, &fixture.log, &fault);
		CU_ASSERT_TRUE(error == 0 || error == -EIO);
		failed += error != 0;
		fixture_close(&fixture);
		fixture.log = NULL;
	}
	CU_ASSERT_TRUE(failed > 20);
	faulty_disk_plan(&(struct disk_plan) {0});
	fixture_fini(&fixture);
	faulty_disk_detach();
}

TEST_MAIN(audit_log_fault, T(callers_are_told_of_nothing_that_a_power_cut_takes_back),
	  T(failed_sync_is_told_with_its_reason_and_heals_by_itself),
	  T(write_ahead_log_that_cannot_be_emptied_is_told_and_tried_again),
	  T(record_that_cannot_be_read_is_not_called_missing))
