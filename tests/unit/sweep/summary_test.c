// SPDX-License-Identifier: BSD-3-Clause
// What the summary says, and where it is written: a file is replaced whole, anything else is written to.

#include "sweep/summary.h"

#include "cunit_runner.h"
#include "sweep_files.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct tally tally = {
	.lines = 3,
	.results = 3,
	.rcodes = {2},
	.statuses = {[PLX_STATUS_BOGUS] = 1},
	.failures = 1,
	.dnssec = {[PLX_DNSSEC_SECURE] = 2, [PLX_DNSSEC_BOGUS] = 1},
};
static const struct sweep_config stub;
static const struct sweep_config evidence = {.resolution = PLX_RESOLUTION_ITERATIVE,
					     .no_cache = true};
static const struct summary summary = {&tally, &stub, true, 0};
static const struct summary evidence_summary = {&tally, &evidence, true, 2};

static char *printed(void (*print)(FILE *file, const struct summary *summary),
		     const struct summary *of)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	print(file, of);
	fclose(file);
	return text;
}

static void expect_words(char *text, const char *const *words)
{
	for (; *words != NULL; words++) {
		CU_ASSERT_PTR_NOT_NULL(strstr(text, *words));
	}
	free(text);
}

TEST(resolution_and_dnssec_states_are_told)
{
	expect_words(printed(summary_print_json, &evidence_summary),
		     (const char *const[]) {"\"resolution\":\"iterative\",\"no_cache\":true,",
					    "\"statuses\":{\"NOERROR\":2,\"BOGUS\":1}",
					    "\"dnssec\":{\"secure\":2,\"bogus\":1}", NULL});
	expect_words(printed(summary_print_json, &summary),
		     (const char *const[]) {"\"resolution\":\"stub\",\"no_cache\":false,", NULL});
	expect_words(
		printed(summary_print_line, &evidence_summary),
		(const char *const[]) {"3 names by iterative look-ups without cache, 1 failures: "
				       "NOERROR 2 BOGUS 1; DNSSEC: secure 2 bogus 1\n",
				       NULL});
	expect_words(printed(summary_print_table, &summary),
		     (const char *const[]) {"\nsecure                      2   66.67%\n",
					    "\nstub look-ups, 0.000 s", NULL});
}

TEST(file_is_replaced_whole)
{
	struct sweep_files files;
	sweep_files_create(&files);
	sweep_files_write(files.output, "old", 3);
	CU_ASSERT_EQUAL(summary_save_json(files.output, &summary), 0);
	char *text = sweep_files_read(files.output);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"lines\":3,"));
	CU_ASSERT_PTR_NULL(strstr(text, "old"));
	free(text);
	sweep_files_remove(&files);
}

TEST(nothing_is_left_of_a_summary_without_room)
{
	struct sweep_files files;
	sweep_files_create(&files);
	char path[sizeof(files.output) + 8];
	snprintf(path, sizeof(path), "%s.new", files.output);
	struct rlimit before;
	CU_ASSERT_EQUAL(getrlimit(RLIMIT_FSIZE, &before), 0);
	const struct rlimit small = {.rlim_cur = 16, .rlim_max = before.rlim_max};
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	CU_ASSERT_EQUAL(sigaction(SIGXFSZ, &ignore, NULL), 0);
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &small), 0);
	int error = summary_save_json(files.output, &summary);
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &before), 0);
	CU_ASSERT_EQUAL(error, -EFBIG);
	CU_ASSERT_EQUAL(access(path, F_OK), -1);
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
	CU_ASSERT_EQUAL(summary_save_json(files.output, &summary), 0);
	CU_ASSERT_TRUE(read(fd, text, sizeof(text) - 1) > 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"lines\":3,"));
	CU_ASSERT_EQUAL(stat(files.output, &status), 0);
	CU_ASSERT_TRUE(S_ISFIFO(status.st_mode));
	close(fd);
	sweep_files_remove(&files);
}

TEST_MAIN(summary, T(resolution_and_dnssec_states_are_told), T(file_is_replaced_whole),
	  T(nothing_is_left_of_a_summary_without_room), T(pipes_and_devices_stay_what_they_are))
