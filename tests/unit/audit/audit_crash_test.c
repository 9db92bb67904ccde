// SPDX-License-Identifier: BSD-3-Clause
// A process killed in the middle of its load: all that it was told is on stable storage is there, and the chain is
// whole. And reliability case 52 on a real full file system, where the system lets us mount one.

#include "audit/audit_verify.h"

#include "audit_fixture.h"
#include "cunit_runner.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILLS 20
#define IN_FLIGHT 64

struct load {
	struct audit_log *log;
	struct event_base *base;
	int pipe_fd;
	uint32_t next;
};

struct load_item {
	struct load *load;
	uint32_t number;
};

static void append_next(struct load *load);

// What the parent reads is what the child was promised.
static void on_committed(int status, void *context)
{
	struct load_item *item = context;
	if (status != 0 || write(item->load->pipe_fd, &item->number, sizeof(item->number)) < 0) {
		_exit(1);
	}
	append_next(item->load);
	free(item);
}

static void append_next(struct load *load)
{
	struct load_item *item = malloc(sizeof(*item));
	struct audit_fault fault;
	char order[32];
	*item = (struct load_item) {.load = load, .number = load->next++};
	snprintf(order, sizeof(order), "%u", item->number);
	json_t *body = check_body(order, "www.example.test", 0, "dcv");
	struct audit_record record = {.kind = AUDIT_KIND_CHECK, .time_us = 1, .body = body};
	if (audit_append(load->log, &record, on_committed, item, &fault) != 0) {
		_exit(2);
	}
	json_decref(body);
}

static void run_load(struct audit_fixture *fixture, int pipe_fd, uint32_t first)
{
	struct load load = {.pipe_fd = pipe_fd, .next = first};
	struct audit_fault fault;
	load.base = event_base_new();
	fixture->config.base = load.base;
	if (audit_log_open(&fixture->config, &load.log, &fault) != 0) {
		_exit(3);
	}
	for (unsigned i = 0; i < IN_FLIGHT; i++) {
		append_next(&load);
	}
	event_base_dispatch(load.base);
	_exit(4);
}

static bool mark_order(const struct audit_entry *entry, void *context)
{
	char *seen = context;
	json_t *body = json_loadb(entry->body, entry->body_length, 0, NULL);
	const char *order_id = json_string_value(json_object_get(body, "order_id"));
	if (order_id != NULL) {
		seen[strtoul(order_id, NULL, 10)] = 1;
	}
	json_decref(body);
	return true;
}

#define NUMBERS_MAX 1000000u

// Reads acknowledgements until `kill_after` of them came, kills, reads the rest. Returns how many, with their marks.
static unsigned kill_and_drain(pid_t child, int fd, unsigned kill_after, char *told)
{
	unsigned count = 0;
	uint32_t number;
	while (read(fd, &number, sizeof(number)) == (ssize_t)sizeof(number)) {
		told[number % NUMBERS_MAX] = 1;
		if (++count == kill_after) {
			kill(child, SIGKILL);
		}
	}
	return count;
}

TEST(everything_told_before_a_kill_is_in_the_chain)
{
	struct audit_fixture fixture;
	char *told = calloc(1, NUMBERS_MAX);
	char *seen = calloc(1, NUMBERS_MAX);
	unsigned total = 0;
	fixture_init(&fixture);
	srandom(53);
	for (unsigned round = 0; round < KILLS; round++) {
		int fds[2];
		CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
		fflush(NULL);
		pid_t child = fork();
		if (child == 0) {
			close(fds[0]);
			run_load(&fixture, fds[1], round * (NUMBERS_MAX / KILLS));
		}
		close(fds[1]);
		unsigned after = 1 + (unsigned)random() % 1500;
		unsigned count = kill_and_drain(child, fds[0], after, told);
		int status = 0;
		CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
		CU_ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		CU_ASSERT_TRUE(count >= after);
		close(fds[0]);
		total += count;
	}
	struct audit_reader *reader = fixture_reader(&fixture);
	struct audit_fault fault;
	struct audit_head head;
	struct audit_verification result = {0};
	CU_ASSERT_EQUAL(audit_head_read(fixture.head_path, &head, &fault), 0);
	CU_ASSERT_EQUAL(audit_verify(reader, &head, NULL, &result, &fault), 0);
	CU_ASSERT_EQUAL(result.finding, AUDIT_FINDING_INTACT);
	CU_ASSERT_TRUE(result.record_count > total);
	CU_ASSERT_TRUE(result.is_index_whole);
	CU_ASSERT_EQUAL(audit_reader_walk(reader, 1, INT64_MAX, mark_order, seen, &fault), 0);
	unsigned lost = 0;
	for (unsigned i = 0; i < NUMBERS_MAX; i++) {
		lost += told[i] && !seen[i];
	}
	CU_ASSERT_EQUAL(lost, 0);
	audit_reader_close(reader);
	free(told);
	free(seen);
	fixture_fini(&fixture);
}

// In a child: mounts belong to it alone.
static bool mount_tmpfs(const struct audit_fixture *fixture)
{
	return unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
	       mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("tmpfs", fixture->directory, "tmpfs", 0, "size=1m") == 0;
}

// Exit status: 0 passed, 77 the system does not let us mount, else the step that failed.
static int fill_tmpfs_and_free_it(struct audit_fixture *fixture)
{
	char filler[128];
	char block[65536] = "";
	unsigned number = 0;
	if (!mount_tmpfs(fixture)) {
		return 77;
	}
	fixture->base = event_base_new();
	fixture->config.base = fixture->base;
	fixture_open(fixture);
	snprintf(filler, sizeof(filler), "%s/filler", fixture->directory);
	int fd = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	while (write(fd, block, sizeof(block)) > 0) {
	}
	close(fd);
	while (fixture->failed_count == 0 && number < 20000) {
		if (fixture_append(fixture, AUDIT_KIND_CHECK,
				   check_body("o", "www.example.test", number++, "dcv")) != 0 ||
		    !fixture_wait(fixture, number)) {
			return 1;
		}
	}
	if (fixture->last_status != -ENOSPC || audit_is_writable(fixture->log)) {
		return 2;
	}
	unlink(filler);
	if (!fixture_wait_writable(fixture) ||
	    fixture_append(fixture, AUDIT_KIND_CHECK, check_body("o", "x.test", 0, "caa")) != 0 ||
	    !fixture_wait(fixture, number + 1) || fixture->last_status != 0) {
		return 3;
	}
	struct audit_verification result;
	struct audit_fault fault;
	struct audit_reader *reader = fixture_reader(fixture);
	int error = audit_verify(reader, NULL, NULL, &result, &fault);
	audit_reader_close(reader);
	fixture_close(fixture);
	return error == 0 && result.finding == AUDIT_FINDING_INTACT &&
			       result.record_count ==
				       1 + fixture->reported_count - fixture->failed_count
		       ? 0
		       : 4;
}

static int read_archive(struct audit_fixture *fixture)
{
	struct audit_reader *reader = NULL;
	struct audit_verification result;
	struct audit_fault fault;
	if (!mount_tmpfs(fixture)) {
		return 77;
	}
	fixture->base = event_base_new();
	fixture->config.base = fixture->base;
	fixture_open(fixture);
	fixture_close(fixture);
	if (mount("none", fixture->directory, NULL, MS_REMOUNT | MS_RDONLY, NULL) != 0) {
		return 1;
	}
	if (audit_reader_open(fixture->path, &reader, &fault) != 0 ||
	    audit_verify(reader, NULL, NULL, &result, &fault) != 0) {
		printf("%s\n", fault.text);
		return 2;
	}
	audit_reader_close(reader);
	return result.finding == AUDIT_FINDING_INTACT && result.record_count == 1 ? 0 : 3;
}

static void run_in_child(int (*step)(struct audit_fixture *fixture))
{
	struct audit_fixture fixture;
	int status = 0;
	fixture_init(&fixture);
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		int code = step(&fixture);
		fflush(NULL);
		_exit(code);
	}
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT_TRUE(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77) {
		printf("no tmpfs may be mounted here: not run\n");
	} else {
		CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
	}
	fixture_fini(&fixture);
}

TEST(full_file_system_fails_appends_until_space_is_freed)
{
	run_in_child(fill_tmpfs_and_free_it);
}

TEST(archived_log_is_read_where_nothing_can_be_written)
{
	run_in_child(read_archive);
}

TEST_MAIN(audit_crash, T(everything_told_before_a_kill_is_in_the_chain),
	  T(full_file_system_fails_appends_until_space_is_freed),
	  T(archived_log_is_read_where_nothing_can_be_written))
