// SPDX-License-Identifier: BSD-3-Clause
// Files of a batch that are synced at a time: whose sync failed is told, and nobody else; what is told to be there was synced,
// and so was the folder of its name.

#include "trace_store/trace_sync.h"

#include "trace_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>

#include <sys/syscall.h>

#define SYNCED_MAX 4096u
#define PUTS 150u // several batches

static struct {
	pthread_mutex_t mutex;
	bool fails_files; // a third of them
	bool fails_folders;
	unsigned failed_count;
	unsigned count;
	ino_t inodes[SYNCED_MAX];
} disk = {.mutex = PTHREAD_MUTEX_INITIALIZER};

// In place of the C library's.
int fsync(int fd)
{
	struct stat facts;
	if (fstat(fd, &facts) != 0) {
		return -1;
	}
	bool is_failing = S_ISDIR(facts.st_mode) ? disk.fails_folders
						 : disk.fails_files && facts.st_ino % 3 == 0;
	int status = is_failing ? -1 : (int)syscall(SYS_fsync, fd);
	pthread_mutex_lock(&disk.mutex);
	if (status == 0 && disk.count < SYNCED_MAX) {
		disk.inodes[disk.count++] = facts.st_ino;
	}
	disk.failed_count += is_failing;
	pthread_mutex_unlock(&disk.mutex);
	if (is_failing) {
		errno = EIO;
	}
	return status;
}

static bool is_synced(const char *path)
{
	struct stat facts;
	if (stat(path, &facts) != 0) {
		return false;
	}
	pthread_mutex_lock(&disk.mutex);
	bool is_found = false;
	for (unsigned i = 0; i < disk.count && !is_found; i++) {
		is_found = disk.inodes[i] == facts.st_ino;
	}
	pthread_mutex_unlock(&disk.mutex);
	return is_found;
}

TEST(each_error_stands_where_its_file_does)
{
	int fds[100] = {0};
	int errors[100];
	for (unsigned count = 0; count <= 100; count = count < 10 ? count + 1 : count + 15) {
		for (unsigned i = 0; i < count; i++) {
			fds[i] = i % 7 == 3 ? -1 : open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
			errors[i] = 1;
		}
		trace_sync_all(fds, count, errors);
		for (unsigned i = 0; i < count; i++) {
			CU_ASSERT_EQUAL(errors[i], fds[i] < 0 ? -EBADF : 0);
			close(fds[i]);
		}
	}
}

static struct told told[PUTS];

static void put_all(struct fixture *fixture, unsigned first_number)
{
	struct trace_put *puts[PUTS];
	for (unsigned i = 0; i < PUTS; i++) {
		told[i].count = 0;
		puts[i] = put_start(fixture, RECORDED_UNSIGNED, first_number + i, &told[i]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(puts[i]);
	}
	for (unsigned i = 0; i < PUTS; i++) {
		TURN_WHILE(fixture, told[i].count == 0);
	}
}

// How many are there, all of them whole and synced; the others are not there under their name if `is_absent`.
static unsigned there_count(const struct fixture *fixture, bool is_absent)
{
	char folder[192];
	char path[288];
	unsigned count = 0;
	for (unsigned i = 0; i < PUTS; i++) {
		snprintf(folder, sizeof(folder), "%s.evidence/%.2s", fixture->audit_log,
			 told[i].digest);
		snprintf(path, sizeof(path), "%s/%s.json", folder, told[i].digest);
		if (told[i].error == 0) {
			CU_ASSERT_TRUE(is_synced(path));
			CU_ASSERT_TRUE(is_synced(folder));
			count++;
		} else {
			CU_ASSERT_EQUAL(told[i].error, -EIO);
			CU_ASSERT_TRUE(!is_absent || access(path, F_OK) != 0);
		}
	}
	return count;
}

TEST(only_what_was_synced_is_told_to_be_there)
{
	struct fixture fixture;
	open_fixture(&fixture);
	disk.count = disk.failed_count = 0;
	disk.fails_files = true;
	put_all(&fixture, 0);
	unsigned count = there_count(&fixture, true);
	CU_ASSERT_TRUE(count > 0 && count < PUTS);
	CU_ASSERT_TRUE(PUTS - count <= disk.failed_count); // probes of the store fail as well
	disk.fails_files = false;
	put_all(&fixture, 1000);
	CU_ASSERT_EQUAL(there_count(&fixture, true), PUTS);
	close_fixture(&fixture);
}

TEST(nothing_is_there_whose_folder_was_not_synced)
{
	struct fixture fixture;
	open_fixture(&fixture);
	put_all(&fixture, 0); // makes the folders
	disk.count = disk.failed_count = 0;
	disk.fails_folders = true;
	put_all(&fixture, 1000);
	CU_ASSERT_EQUAL(there_count(&fixture, false), 0);
	CU_ASSERT_TRUE(disk.failed_count > 0);
	disk.fails_folders = false;
	close_fixture(&fixture);
}

int main(void)
{
	static const struct test_entry tests[] = {
		T(each_error_stands_where_its_file_does),
		T(only_what_was_synced_is_told_to_be_there),
		T(nothing_is_there_whose_folder_was_not_synced),
	};
	return trace_tests_run("trace_sync", tests, sizeof(tests) / sizeof(tests[0]));
}
