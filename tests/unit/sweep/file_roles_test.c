// SPDX-License-Identifier: BSD-3-Clause
// One file in two roles, under equal and different names, is refused before it is emptied; so is a summary that cannot be written.

#include "sweep/file_roles.h"

#include "cunit_runner.h"
#include "sweep_files.h"

#include <string.h>
#include <unistd.h>

static struct sweep_files files;
static struct sweep_failure failure;
static char other_name[128];

static struct sweep_options options_create(void)
{
	sweep_files_create(&files);
	sweep_files_write(files.input, "a.test\n", 7);
	snprintf(other_name, sizeof(other_name), "%s/other", files.directory);
	return (struct sweep_options) {
		.config = {.input_path = files.input,
			   .output_path = files.output,
			   .checkpoint_path = files.checkpoint},
		.summary_path = other_name,
	};
}

TEST(four_files_are_accepted)
{
	struct sweep_options options = options_create();
	CU_ASSERT_EQUAL(file_roles_check(&options, &failure), 0);
	sweep_files_write(files.output, "", 0);
	CU_ASSERT_EQUAL(file_roles_check(&options, &failure), 0);
	options.config.checkpoint_path = NULL;
	options.summary_path = NULL;
	CU_ASSERT_EQUAL(file_roles_check(&options, &failure), 0);
	sweep_files_remove(&files);
}

TEST(input_is_not_the_output_under_another_name)
{
	struct sweep_options options = options_create();
	CU_ASSERT_EQUAL(link(files.input, other_name), 0);
	options.config.output_path = other_name;
	options.summary_path = NULL;
	CU_ASSERT_EQUAL(file_roles_check(&options, &failure), -1);
	CU_ASSERT_EQUAL(failure.exit_status, SWEEP_EXIT_USAGE);
	CU_ASSERT_PTR_NOT_NULL(strstr(failure.text, "--input and --output are the same file"));
	unlink(other_name);
	sweep_files_remove(&files);
}

TEST(new_checkpoint_is_not_the_new_output)
{
	struct sweep_options options = options_create();
	char path[128];
	snprintf(path, sizeof(path), "%s/./output", files.directory);
	options.config.checkpoint_path = path;
	CU_ASSERT_EQUAL(file_roles_check(&options, &failure), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(failure.text, "--output and --checkpoint are the same file"));
	sweep_files_remove(&files);
}

TEST(summary_does_not_replace_the_input)
{
	struct sweep_options options = options_create();
	options.summary_path = files.input;
	CU_ASSERT_EQUAL(file_roles_check(&options, &failure), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(failure.text, "--input and --summary are the same file"));
	sweep_files_remove(&files);
}

TEST(summary_that_could_not_be_written_at_the_end_is_refused)
{
	struct sweep_options options = options_create();
	options.summary_path = "/tmp/parallax-none/summary.json";
	CU_ASSERT_EQUAL(file_roles_check(&options, &failure), -1);
	CU_ASSERT_EQUAL(failure.exit_status, SWEEP_EXIT_USAGE);
	CU_ASSERT_STRING_EQUAL(failure.text, "--summary: /tmp/parallax-none/summary.json: its "
					     "directory does not exist: create it or give another");
	sweep_files_remove(&files);
}

TEST(devices_may_be_shared)
{
	struct sweep_options options = options_create();
	options.config.input_path = "/dev/null";
	options.config.output_path = "/dev/null";
	options.summary_path = "/dev/null";
	CU_ASSERT_EQUAL(file_roles_check(&options, &failure), 0);
	sweep_files_remove(&files);
}

TEST_MAIN(file_roles, T(four_files_are_accepted), T(input_is_not_the_output_under_another_name),
	  T(new_checkpoint_is_not_the_new_output), T(summary_does_not_replace_the_input),
	  T(summary_that_could_not_be_written_at_the_end_is_refused), T(devices_may_be_shared))
