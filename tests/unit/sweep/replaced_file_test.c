// SPDX-License-Identifier: BSD-3-Clause
// Files that could not be replaced at the end of a sweep are refused at its beginning, with the reason.

#include "sweep/replaced_file.h"

#include "cunit_runner.h"
#include "sweep_files.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOBODY 65534

static struct sweep_files files;
static struct sweep_failure failure;
static char path[192];

static void begin(const char *name)
{
	sweep_files_create(&files);
	snprintf(path, sizeof(path), "%s/%s", files.directory, name);
	memset(&failure, 0, sizeof(failure));
}

static void expect_refusal(const char *reason)
{
	CU_ASSERT_EQUAL(replaced_file_check("--summary", path, &failure), -1);
	CU_ASSERT_EQUAL(failure.exit_status, SWEEP_EXIT_USAGE);
	CU_ASSERT_EQUAL(strncmp(failure.text, "--summary: /tmp/", 16), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(failure.text, reason));
	if (strstr(failure.text, reason) == NULL) {
		fprintf(stderr, "%s\n", failure.text);
	}
}

TEST(new_files_and_old_ones_are_accepted_and_left_alone)
{
	begin("new");
	CU_ASSERT_EQUAL(replaced_file_check("--summary", path, &failure), 0);
	CU_ASSERT_NOT_EQUAL(access(path, F_OK), 0);
	sweep_files_write(path, "old", 3);
	CU_ASSERT_EQUAL(replaced_file_check("--summary", path, &failure), 0);
	char *text = sweep_files_read(path);
	CU_ASSERT_STRING_EQUAL(text, "old");
	free(text);
	unlink(path);
	sweep_files_remove(&files);
}

TEST(directory_that_is_not_there_is_named)
{
	begin("none/summary");
	expect_refusal("/none/summary: its directory does not exist: create it or give another");
	sweep_files_remove(&files);
}

TEST(file_in_place_of_a_directory_is_told)
{
	begin("input/summary");
	sweep_files_write(files.input, "", 0);
	expect_refusal("its directory: Not a directory");
	sweep_files_remove(&files);
}

TEST(directory_is_no_file)
{
	begin(".");
	expect_refusal("Is a directory");
	sweep_files_remove(&files);
}

TEST(leftover_that_cannot_be_written_is_named)
{
	char leftover[200];
	begin("summary");
	snprintf(leftover, sizeof(leftover), "%s.new", path);
	CU_ASSERT_EQUAL(mkdir(leftover, 0755), 0);
	expect_refusal("summary.new: cannot be written: Is a directory: remove it");
	rmdir(leftover);
	sweep_files_remove(&files);
}

TEST(name_that_is_too_long_is_refused)
{
	char name[NAME_MAX + 1];
	memset(name, 'x', NAME_MAX - 2); // room for the name, none for .new
	name[NAME_MAX - 2] = '\0';
	begin("");
	char longer[sizeof(path) + NAME_MAX];
	snprintf(longer, sizeof(longer), "%s%s", path, name);
	CU_ASSERT_EQUAL(replaced_file_check("--summary", longer, &failure), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(failure.text, "File name too long"));
	sweep_files_remove(&files);
}

// Root may write anywhere.
static void become_nobody(void)
{
	if (geteuid() == 0) {
		CU_ASSERT_EQUAL_FATAL(seteuid(NOBODY), 0);
	}
}

TEST(directory_that_cannot_be_written_is_refused)
{
	begin("summary");
	chmod(files.directory, 0555);
	become_nobody();
	expect_refusal("its directory cannot be written: Permission denied");
	CU_ASSERT_EQUAL(seteuid(getuid()), 0);
	chmod(files.directory, 0755);
	sweep_files_remove(&files);
}

TEST(device_that_cannot_be_written_is_refused)
{
	begin("summary");
	CU_ASSERT_EQUAL(mkfifo(path, 0444), 0);
	become_nobody();
	expect_refusal("Permission denied");
	CU_ASSERT_EQUAL(seteuid(getuid()), 0);
	unlink(path);
	sweep_files_remove(&files);
}

// In a directory like /tmp a file is replaced by its owner only.
TEST(file_of_another_in_a_sticky_directory_is_refused)
{
	if (geteuid() != 0) {
		return; // nobody else's file can be made
	}
	begin("summary");
	sweep_files_write(path, "old", 3);
	chmod(path, 0666);
	chmod(files.directory, 01777);
	CU_ASSERT_EQUAL(replaced_file_check("--summary", path, &failure), 0);
	become_nobody();
	expect_refusal("belongs to another user");
	CU_ASSERT_EQUAL(seteuid(getuid()), 0);
	unlink(path);
	sweep_files_remove(&files);
}

TEST_MAIN(replaced_file, T(new_files_and_old_ones_are_accepted_and_left_alone),
	  T(directory_that_is_not_there_is_named), T(file_in_place_of_a_directory_is_told),
	  T(directory_is_no_file), T(leftover_that_cannot_be_written_is_named),
	  T(name_that_is_too_long_is_refused), T(directory_that_cannot_be_written_is_refused),
	  T(device_that_cannot_be_written_is_refused),
	  T(file_of_another_in_a_sticky_directory_is_refused))
