// SPDX-License-Identifier: BSD-3-Clause
// Names of files on the disk: what a directory holds survives a power cut from the moment the directory was synced, not
// from when a file was created or removed. System calls are watched (linked with --wrap) for the moments at which a
// power cut would leave a checkpoint beside an output that it does not speak of.

#include <parallax/dns/rr_type.h>

#include "sweep/sweep.h"

#include "cunit_runner.h"
#include "fake_engine.h"
#include "sweep_files.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINES 400

static struct sweep_files files;
static struct sweep_config config;
static char link_target[128];
static bool needs[LINES + 1];

// As of the last sync of their directories.
static bool is_output_on_disk;
static bool is_checkpoint_on_disk;
// Observed:
static unsigned output_cuts;
static unsigned cuts_under_a_checkpoint;
static unsigned checkpoints;
static unsigned checkpoints_of_no_output;

int __real_fsync(int fd);
int __real_ftruncate64(int fd, off_t length);
int __real_rename(const char *from, const char *to);
int __wrap_fsync(int fd);
int __wrap_ftruncate64(int fd, off_t length);
int __wrap_rename(const char *from, const char *to);

static bool is_directory_of(const struct stat *synced, const char *path)
{
	char directory[256];
	struct stat status;
	snprintf(directory, sizeof(directory), "%.*s", (int)(strrchr(path, '/') - path), path);
	return stat(directory, &status) == 0 && status.st_dev == synced->st_dev &&
	       status.st_ino == synced->st_ino;
}

static const char *real_output(void)
{
	return link_target[0] != '\0' ? link_target : files.output;
}

int __wrap_fsync(int fd)
{
	struct stat status;
	if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
		if (is_directory_of(&status, real_output())) {
			is_output_on_disk = access(real_output(), F_OK) == 0;
		}
		if (is_directory_of(&status, files.checkpoint)) {
			is_checkpoint_on_disk = access(files.checkpoint, F_OK) == 0;
		}
	}
	return __real_fsync(fd);
}

int __wrap_ftruncate64(int fd, off_t length)
{
	if (length == 0) {
		output_cuts++;
		cuts_under_a_checkpoint += is_checkpoint_on_disk;
	}
	return __real_ftruncate64(fd, length);
}

int __wrap_rename(const char *from, const char *to)
{
	checkpoints++;
	checkpoints_of_no_output += !is_output_on_disk;
	return __real_rename(from, to);
}

static void run(void)
{
	static struct fake_engine fake;
	struct sweep_failure failure;
	struct sweep sweep;
	fake_engine_init(&fake, 1);
	struct sweep_engine engine = fake_engine_interface(&fake);
	CU_ASSERT_EQUAL_FATAL(sweep_open(&sweep, &config, &engine, &failure), 0);
	CU_ASSERT_EQUAL(sweep_run(&sweep), 0);
	sweep_close(&sweep);
	CU_ASSERT_TRUE(sweep_files_is_exact(files.output, LINES, needs));
}

// The checkpoint in another directory than the output.
static void setup(void)
{
	char directory[128];
	sweep_files_create(&files);
	(void)sweep_files_make_input(files.input, LINES, 1, needs);
	snprintf(directory, sizeof(directory), "%s/state", files.directory);
	CU_ASSERT_EQUAL_FATAL(mkdir(directory, 0755), 0);
	snprintf(files.checkpoint, sizeof(files.checkpoint), "%s/state/checkpoint",
		 files.directory);
	config = (struct sweep_config) {
		.input_path = files.input,
		.output_path = files.output,
		.checkpoint_path = files.checkpoint,
		.type = PLX_TYPE_A,
		.format = PLX_FORMAT_JSONL,
		.shard = {1, 1},
		.window = 20,
		.reconnect_timeout_ns = 60000000000,
		.checkpoint_interval_ns = 1,
	};
	link_target[0] = '\0';
	is_output_on_disk = false;
	is_checkpoint_on_disk = false;
	output_cuts = 0;
	cuts_under_a_checkpoint = 0;
	checkpoints = 0;
	checkpoints_of_no_output = 0;
}

static void teardown(void)
{
	char directory[128];
	snprintf(directory, sizeof(directory), "%s/state", files.directory);
	unlink(files.checkpoint);
	unlink(link_target);
	rmdir(directory);
	sweep_files_remove(&files);
}

TEST(checkpoint_never_outlives_the_name_of_its_output)
{
	setup();
	run();
	CU_ASSERT_TRUE(checkpoints >= 1);
	CU_ASSERT_EQUAL(checkpoints_of_no_output, 0);
	teardown();
}

TEST(output_behind_a_link_is_synced_where_it_is)
{
	setup();
	snprintf(link_target, sizeof(link_target), "%s/state/target", files.directory);
	CU_ASSERT_EQUAL_FATAL(symlink(link_target, files.output), 0);
	run();
	CU_ASSERT_TRUE(checkpoints >= 1);
	CU_ASSERT_EQUAL(checkpoints_of_no_output, 0);
	teardown();
}

TEST(complete_checkpoint_is_gone_for_good_before_the_output_is_emptied)
{
	setup();
	run();
	CU_ASSERT_TRUE(is_checkpoint_on_disk);
	output_cuts = 0;
	run();
	CU_ASSERT_EQUAL(output_cuts, 1);
	CU_ASSERT_EQUAL(cuts_under_a_checkpoint, 0);
	CU_ASSERT_TRUE(is_checkpoint_on_disk);
	teardown();
}

TEST(removed_checkpoint_is_gone_for_good_before_the_output_is_emptied)
{
	setup();
	run();
	CU_ASSERT_EQUAL(unlink(files.checkpoint), 0); // by hand, not synced
	config.resume = true;
	run();
	CU_ASSERT_EQUAL(cuts_under_a_checkpoint, 0);
	teardown();
}

TEST_MAIN(sweep_durability, T(checkpoint_never_outlives_the_name_of_its_output),
	  T(output_behind_a_link_is_synced_where_it_is),
	  T(complete_checkpoint_is_gone_for_good_before_the_output_is_emptied),
	  T(removed_checkpoint_is_gone_for_good_before_the_output_is_emptied))
