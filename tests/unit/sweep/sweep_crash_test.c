// SPDX-License-Identifier: BSD-3-Clause
// Sweeps that are killed at every kind of moment, again and again, until one run lives: the output must hold every
// line exactly once. Kills come between and inside system calls (linked with --wrap), on both threads. A power cut
// is a kill after which the output has lost an arbitrary part of what was not synced.

#include <parallax/dns/rr_type.h>

#include "sweep/sweep.h"

#include "cunit_runner.h"
#include "fake_engine.h"
#include "sweep_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINES 400
#define KILLED_RUNS_MAX 400

static atomic_int steps_to_live = -1; // negative: for ever
static bool is_power_cut;
static atomic_int output_fd = -1;
static atomic_llong synced_length;
static unsigned short_write_one_in;    // and EINTR
static long long disk_bytes_left = -1; // negative: the disk never fills
static atomic_uint chaos_seed;
// Held by whoever changes what is on the disk, and for good by the thread that cuts the power.
static pthread_mutex_t disk = PTHREAD_MUTEX_INITIALIZER;

// Reproducible chaos, of either thread.
static unsigned next_random(void)
{
	unsigned seed = atomic_fetch_add(&chaos_seed, 0x9e3779b9u);
	seed = (seed ^ seed >> 16) * 0x85ebca6bu;
	seed = (seed ^ seed >> 13) * 0xc2b2ae35u;
	return seed ^ seed >> 16;
}

static void lose_unsynced_output(void)
{
	struct stat status;
	int fd = output_fd;
	pthread_mutex_lock(&disk);
	if (fd >= 0 && fstat(fd, &status) == 0 && status.st_size > synced_length) {
		long long lost = next_random() % (status.st_size - synced_length + 1);
		if (ftruncate(fd, status.st_size - lost) != 0) {
			abort();
		}
	}
}

static void step(void)
{
	if (steps_to_live >= 0 && atomic_fetch_sub(&steps_to_live, 1) == 0) {
		if (is_power_cut) {
			lose_unsynced_output();
		}
		kill(getpid(), SIGKILL);
	}
}

ssize_t __real_write(int fd, const void *bytes, size_t count);
int __real_rename(const char *from, const char *to);
ssize_t __wrap_write(int fd, const void *bytes, size_t count);
int __wrap_rename(const char *from, const char *to);
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);

// False when the disk is full; else no more than fits. Both threads write.
static bool reserve_disk(size_t *count)
{
	pthread_mutex_lock(&disk);
	bool has_room = disk_bytes_left != 0;
	if (disk_bytes_left > 0) {
		if (*count > (size_t)disk_bytes_left) {
			*count = (size_t)disk_bytes_left;
		}
		disk_bytes_left -= (long long)*count;
	}
	pthread_mutex_unlock(&disk);
	return has_room;
}

ssize_t __wrap_write(int fd, const void *bytes, size_t count)
{
	step();
	if (!reserve_disk(&count)) {
		errno = ENOSPC;
		return -1;
	}
	if (short_write_one_in > 0 && next_random() % short_write_one_in == 0) {
		if (next_random() % 2 == 0) {
			errno = EINTR;
			return -1;
		}
		count = count / 2 + 1;
	}
	ssize_t written = __real_write(fd, bytes, count);
	step();
	return written;
}

int __wrap_rename(const char *from, const char *to)
{
	step();
	pthread_mutex_lock(&disk);
	int result = __real_rename(from, to);
	pthread_mutex_unlock(&disk);
	step();
	return result;
}

int __wrap_fsync(int fd)
{
	step();
	return 0;
}

// Only the output is synced this way.
int __wrap_fdatasync(int fd)
{
	struct stat status;
	step();
	pthread_mutex_lock(&disk);
	output_fd = fd;
	if (fstat(fd, &status) == 0) {
		synced_length = status.st_size;
	}
	pthread_mutex_unlock(&disk);
	step();
	return 0;
}

struct crash_case {
	struct sweep_files files;
	struct sweep_config config;
	bool needs[LINES + 1];
	unsigned needed;
};

static void setup(struct crash_case *crash, uint64_t seed)
{
	*crash = (struct crash_case) {0};
	sweep_files_create(&crash->files);
	crash->needed = sweep_files_make_input(crash->files.input, LINES, seed, crash->needs);
	crash->config = (struct sweep_config) {
		.input_path = crash->files.input,
		.output_path = crash->files.output,
		.checkpoint_path = crash->files.checkpoint,
		.resume = true,
		.type = PLX_TYPE_A,
		.format = PLX_FORMAT_JSONL,
		.shard = {1, 1},
		.window = 20,
		.reconnect_timeout_ns = 60000000000,
		.checkpoint_interval_ns = 1,
	};
}

// In a child: 0 when the sweep finished, 1 when it failed; it may not return.
static int run_sweep(const struct crash_case *crash, uint64_t seed)
{
	static struct fake_engine fake;
	struct sweep_failure failure = {0};
	struct sweep sweep;
	fake_engine_init(&fake, seed);
	fake.on_step = step;
	fake.die_one_in = 100;
	fake.away_for_waits = 2;
	struct sweep_engine engine = fake_engine_interface(&fake);
	if (sweep_open(&sweep, &crash->config, &engine, &failure) != 0) {
		fprintf(stderr, "%s\n", failure.text);
		return 1;
	}
	output_fd = sweep.output.file.fd;
	synced_length = (long long)sweep.output.file.written;
	int error = sweep_is_complete(&sweep) ? 0 : sweep_run(&sweep);
	bool is_whole = sweep.tally.results == crash->needed && sweep.tally.lines == LINES;
	sweep_close(&sweep);
	return error != 0 || !is_whole;
}

// The wait status of a run that dies after so many steps.
static int run_killed(const struct crash_case *crash, uint64_t seed, int steps)
{
	pid_t child = fork();
	if (child == 0) {
		chaos_seed = (unsigned)seed;
		steps_to_live = steps;
		_exit(run_sweep(crash, seed));
	}
	int status = -1;
	waitpid(child, &status, 0);
	return status;
}

// Runs and kills until one run lives. Runs get longer, so that one does.
static void run_to_the_end(struct crash_case *crash, uint64_t seed, int first_steps)
{
	int steps = first_steps;
	for (unsigned runs = 0; runs < KILLED_RUNS_MAX; runs++) {
		int status = run_killed(crash, seed * 1000 + runs, steps);
		if (WIFEXITED(status)) {
			CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
			break;
		}
		CU_ASSERT_TRUE_FATAL(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		steps = (int)((seed * 7919 + runs * 104729) % 300) + (int)runs * 10;
	}
	CU_ASSERT_TRUE(sweep_files_is_exact(crash->files.output, LINES, crash->needs));
}

static void check_kills(bool power_cut, unsigned short_writes)
{
	is_power_cut = power_cut;
	short_write_one_in = short_writes;
	for (uint64_t seed = 1; seed <= 25; seed++) {
		struct crash_case crash;
		setup(&crash, seed);
		run_to_the_end(&crash, seed, (int)(seed * 13 % 400));
		sweep_files_remove(&crash.files);
	}
	is_power_cut = false;
	short_write_one_in = 0;
}

TEST(killed_sweeps_resume_without_missing_or_repeating_a_line)
{
	check_kills(false, 0);
}

TEST(power_cuts_that_lose_unsynced_output_are_survived)
{
	check_kills(true, 0);
}

TEST(short_and_interrupted_writes_change_nothing)
{
	check_kills(false, 3);
}

TEST(a_kill_at_each_single_step_is_survived)
{
	for (int steps = 0; steps < 80; steps++) {
		struct crash_case crash;
		setup(&crash, 5);
		int status = run_killed(&crash, 5, steps);
		CU_ASSERT_TRUE(WIFSIGNALED(status));
		status = run_killed(&crash, 6, -1);
		CU_ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		CU_ASSERT_TRUE(sweep_files_is_exact(crash.files.output, LINES, crash.needs));
		sweep_files_remove(&crash.files);
	}
}

TEST(disk_that_fills_up_is_survived)
{
	for (long long room = 0; room < 80000; room += 1999) {
		struct crash_case crash;
		setup(&crash, 7);
		disk_bytes_left = room;
		int status = run_killed(&crash, 7, -1);
		CU_ASSERT_TRUE(WIFEXITED(status));
		bool is_full = WEXITSTATUS(status) == 1;
		disk_bytes_left = -1;
		status = run_killed(&crash, 8, -1);
		CU_ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		struct stat output;
		CU_ASSERT_EQUAL(stat(crash.files.output, &output), 0);
		CU_ASSERT_TRUE(is_full || room > output.st_size);
		CU_ASSERT_TRUE(sweep_files_is_exact(crash.files.output, LINES, crash.needs));
		sweep_files_remove(&crash.files);
	}
}

TEST_MAIN(sweep_crash, T(killed_sweeps_resume_without_missing_or_repeating_a_line),
	  T(power_cuts_that_lose_unsynced_output_are_survived),
	  T(short_and_interrupted_writes_change_nothing), T(a_kill_at_each_single_step_is_survived),
	  T(disk_that_fills_up_is_survived))
