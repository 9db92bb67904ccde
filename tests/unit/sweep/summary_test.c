// SPDX-License-Identifier: BSD-3-Clause
// Where the summary is written: a file is replaced whole, anything else is written to.

#include "sweep/summary.h"

#include "cunit_runner.h"
#include "sweep_files.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct tally tally = {.lines = 3, .results = 3};

TEST(file_is_replaced_whole)
{
	struct sweep_files files;
	sweep_files_create(&files);
	sweep_files_write(files.output, "old", 3);
	CU_ASSERT_EQUAL(summary_save_json(files.output, &tally, true, 0), 0);
	char *text = sweep_files_read(files.output);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"lines\":3,"));
	CU_ASSERT_PTR_NULL(strstr(text, "old"));
	free(text);
	sweep_files_remove(&files);
}

// As root a rename would make a file of /dev/null.
TEST(pipes_and_devices_stay_what_they_are)
{
	struct sweep_files files;
	sweep_files_create(&files);
	char text[1024] = {0};
	struct stat status;
	CU_ASSERT_EQUAL(mkfifo(files.output, 0600), 0);
	int fd = open(files.output, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	CU_ASSERT_EQUAL(summary_save_json(files.output, &tally, true, 0), 0);
	CU_ASSERT_TRUE(read(fd, text, sizeof(text) - 1) > 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"lines\":3,"));
	CU_ASSERT_EQUAL(stat(files.output, &status), 0);
	CU_ASSERT_TRUE(S_ISFIFO(status.st_mode));
	close(fd);
	sweep_files_remove(&files);
}

TEST_MAIN(summary, T(file_is_replaced_whole), T(pipes_and_devices_stay_what_they_are))
