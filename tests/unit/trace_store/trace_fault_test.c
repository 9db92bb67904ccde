// SPDX-License-Identifier: BSD-3-Clause
// Crashes, and disks that take nothing: what was told to be there is there, and what is not there was not told.

#include "trace_store/trace_batch.h"
#include "trace_store/trace_store.h"

#include "trace_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define CRASHES 12u
#define CRASH_FILES_MAX 4096u

// How many files are in a folder below the store's.
static unsigned entry_count(const struct fixture *fixture, const char *folder)
{
	char path[192];
	unsigned count = 0;
	snprintf(path, sizeof(path), "%s.evidence/%s", fixture->audit_log, folder);
	DIR *entries = opendir(path);
	const struct dirent *entry;
	while (entries != NULL && (entry = readdir(entries)) != NULL) {
		count += entry->d_name[0] != '.';
	}
	if (entries != NULL) {
		closedir(entries);
	}
	return count;
}

static int whole_check(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
	char digest[TRACE_DIGEST_TEXT];
	char found[TRACE_DIGEST_TEXT];
	if (kind != FTW_F || strstr(path, ".evidence/") == NULL) {
		return 0;
	}
	FILE *file = fopen(path, "re");
	char *text = malloc((size_t)facts->st_size);
	bool is_read = file != NULL && text != NULL &&
		       fread(text, 1, (size_t)facts->st_size, file) == (size_t)facts->st_size;
	bool is_whole = is_read && trace_digest_of(text, (size_t)facts->st_size, found) == 0;
	snprintf(digest, sizeof(digest), "%s", path + place->base);
	free(text);
	if (file != NULL) {
		fclose(file);
	}
	return is_whole && strcmp(digest, found) == 0 ? 0 : 1;
}

// Shared with the process that is killed.
struct promises {
	unsigned count;
	char digests[CRASH_FILES_MAX][TRACE_DIGEST_TEXT];
};

static struct promises *promises;
static unsigned next_number;
static unsigned in_flight;

static void on_promise(void *context, const struct trace_fault *fault, const char *digest)
{
	if (fault == NULL && promises->count < CRASH_FILES_MAX) {
		memcpy(promises->digests[promises->count], digest, TRACE_DIGEST_TEXT);
		promises->count++;
	}
	in_flight--;
}

// Never returns: its parent kills it.
static void put_for_ever(struct fixture *fixture)
{
	fixture->base = fixture->config.base = event_base_new();
	store_open(fixture);
	for (;;) {
		while (in_flight < 40) {
			struct lookup_trace *trace =
				trace_of(fixture, RECORDED_UNSIGNED, next_number++);
			struct trace_put *put = NULL;
			if (trace_store_put(fixture->store, trace, on_promise, NULL, &put) != 0) {
				_exit(3);
			}
			lookup_trace_release(trace);
			in_flight++;
		}
		event_base_loop(fixture->base, EVLOOP_ONCE);
	}
}

TEST(what_was_told_before_a_crash_is_whole_after_it_and_nothing_half_written_stays)
{
	struct fixture fixture;
	prepare(&fixture);
	promises = mmap(NULL, sizeof(*promises), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	CU_ASSERT_PTR_NOT_EQUAL_FATAL(promises, MAP_FAILED);
	for (unsigned crash = 1; crash <= CRASHES; crash++) {
		next_number = 100000 * crash;
		unsigned before = __atomic_load_n(&promises->count, __ATOMIC_RELAXED);
		pid_t pid = fork();
		if (pid == 0) {
			put_for_ever(&fixture);
		}
		while (__atomic_load_n(&promises->count, __ATOMIC_RELAXED) < before + 5 * crash) {
			sched_yield();
		}
		kill(pid, SIGKILL);
		CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid);
	}
	store_open(&fixture);
	CU_ASSERT_TRUE(promises->count >= 5 * CRASHES);
	for (unsigned i = 0; i < promises->count; i++) {
		CU_ASSERT_EQUAL(check_back(&fixture, promises->digests[i]), 0);
	}
	// Whatever else has a name is whole too, and of the others nothing is left.
	CU_ASSERT_EQUAL(entry_count(&fixture, "new"), 0);
	CU_ASSERT_EQUAL(nftw(fixture.directory, whole_check, 16, FTW_PHYS), 0);
	put_until_counted(&fixture, RECORDED_SIGNED);
	CU_ASSERT_TRUE(status_of(&fixture).total.files >= promises->count);
	munmap(promises, sizeof(*promises));
	close_fixture(&fixture);
}

static void limit_files(rlim_t bytes)
{
	struct rlimit limit;
	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

TEST(disk_that_takes_nothing_fails_the_puts_until_it_does_again)
{
	struct fixture fixture;
	open_fixture(&fixture);
	CU_ASSERT_EQUAL(put(&fixture, RECORDED_SIGNED, 0).error, 0);
	limit_files(1000);
	struct told told = put(&fixture, RECORDED_SIGNED, 1);
	CU_ASSERT_EQUAL(told.error, -EFBIG);
	CU_ASSERT_PTR_NOT_NULL(strstr(told.text, fixture.audit_log));
	CU_ASSERT_PTR_NULL(strchr(told.text, '\n'));
	CU_ASSERT_FALSE(trace_store_is_writable(fixture.store));
	CU_ASSERT_EQUAL(status_of(&fixture).fault.error, -EFBIG);
	CU_ASSERT_EQUAL(status_of(&fixture).failed_count, 1);
	CU_ASSERT_EQUAL(fixture.state_changes, 1);
	limit_files(RLIM_INFINITY);
	TURN_WHILE(&fixture, fixture.state_changes < 2);
	CU_ASSERT_TRUE(trace_store_is_writable(fixture.store));
	CU_ASSERT_EQUAL(put(&fixture, RECORDED_SIGNED, 1).error, 0);
	CU_ASSERT_EQUAL(status_of(&fixture).total.files, 2);
	CU_ASSERT_EQUAL(entry_count(&fixture, "new"), 0);
	close_fixture(&fixture);
}

// Or it would be told to work, take an order, and fail it, four times a second.
TEST(store_with_room_for_less_than_evidence_is_not_told_to_work)
{
	struct fixture fixture;
	struct trace_folder folder;
	struct trace_fault fault;
	struct trace_census census = {.total = {.files = 10, .bytes = 3000000}};
	open_fixture(&fixture);
	trace_store_close(fixture.store);
	fixture.store = NULL;
	CU_ASSERT_EQUAL_FATAL(trace_folder_open(fixture.audit_log, true, &folder, &fault), 0);
	CU_ASSERT_EQUAL(trace_batch_probe(&folder, &census, 0, &fault), 0);
	CU_ASSERT_EQUAL(trace_batch_probe(&folder, &census, 10000000, &fault), 0);
	CU_ASSERT_EQUAL(trace_batch_probe(&folder, &census, 3001000, &fault), -EDQUOT);
	limit_files(30000); // most evidence is smaller
	CU_ASSERT_EQUAL(trace_batch_probe(&folder, &census, 0, &fault), -EFBIG);
	CU_ASSERT_EQUAL(entry_count(&fixture, "new"), 0);
	limit_files(RLIM_INFINITY);
	trace_folder_close(&folder);
	close_fixture(&fixture);
}

TEST(folder_that_was_taken_away_is_told)
{
	struct fixture fixture;
	char path[128];
	open_fixture(&fixture);
	snprintf(path, sizeof(path), "%s.evidence/new", fixture.audit_log);
	CU_ASSERT_EQUAL(rmdir(path), 0);
	struct told told = put(&fixture, RECORDED_SIGNED, 0);
	CU_ASSERT_EQUAL(told.error, -ENOENT);
	CU_ASSERT_EQUAL(mkdir(path, 0700), 0);
	TURN_WHILE(&fixture, fixture.state_changes < 2);
	CU_ASSERT_EQUAL(put(&fixture, RECORDED_SIGNED, 0).error, 0);
	close_fixture(&fixture);
}

int main(void)
{
	static const struct test_entry tests[] = {
		T(what_was_told_before_a_crash_is_whole_after_it_and_nothing_half_written_stays),
		T(disk_that_takes_nothing_fails_the_puts_until_it_does_again),
		T(store_with_room_for_less_than_evidence_is_not_told_to_work),
		T(folder_that_was_taken_away_is_told),
	};
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigaction(SIGXFSZ, &ignore, NULL);
	return trace_tests_run("trace_fault", tests, sizeof(tests) / sizeof(tests[0]));
}
