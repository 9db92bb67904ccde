// SPDX-License-Identifier: BSD-3-Clause
// The programs that a benchmark starts are found where they are installed or built.

#include "bench/program_path.h"

#include "cunit_runner.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

static char root[64];
static char own[128];

static void start(void)
{
	snprintf(root, sizeof(root), "/tmp/program-path.XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(root));
}

static void make_directory(const char *below)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", root, below);
	CU_ASSERT_EQUAL_FATAL(mkdir(path, 0700), 0);
}

static void make_file(const char *below, mode_t mode)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", root, below);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
	CU_ASSERT_FATAL(fd >= 0);
	close(fd);
}

static void drop(const char *below)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", root, below);
	CU_ASSERT_EQUAL(remove(path), 0);
}

static void expect(const char *name, const char *below)
{
	char path[PATH_MAX], wanted[PATH_MAX];
	snprintf(wanted, sizeof(wanted), "%s/%s", own, below);
	program_path_find(own, name, path);
	CU_ASSERT_STRING_EQUAL(path, wanted);
}

TEST(an_installed_dataplane_is_found_in_sbin)
{
	start();
	make_directory("bin");
	make_directory("sbin");
	make_file("sbin/parallax-dataplane", 0700);
	snprintf(own, sizeof(own), "%s/bin", root);
	expect("parallax-dataplane", "../sbin/parallax-dataplane");
	make_file("bin/parallax-dataplane", 0600); // not a program
	expect("parallax-dataplane", "../sbin/parallax-dataplane");
	drop("bin/parallax-dataplane");
	make_file("bin/parallax-dataplane", 0700); // what lies beside comes first
	expect("parallax-dataplane", "parallax-dataplane");
	drop("bin/parallax-dataplane");
	drop("sbin/parallax-dataplane");
	drop("bin");
	drop("sbin");
	drop("");
}

TEST(a_build_tree_has_a_folder_for_each_program)
{
	start();
	make_directory("tools");
	make_directory("tools/bench");
	make_directory("tools/reflect");
	make_directory("dataplane");
	make_directory("dataplane/startup");
	make_file("tools/reflect/parallax-reflect", 0700);
	make_file("dataplane/startup/parallax-dataplane", 0700);
	snprintf(own, sizeof(own), "%s/tools/bench", root);
	make_file("tools/reflect/parallax-ring-dataplane", 0700);
	expect("parallax-reflect", "../reflect/parallax-reflect");
	expect("parallax-ring-dataplane", "../reflect/parallax-ring-dataplane");
	expect("parallax-dataplane", "../../dataplane/startup/parallax-dataplane");
	drop("tools/reflect/parallax-reflect");
	drop("tools/reflect/parallax-ring-dataplane");
	drop("dataplane/startup/parallax-dataplane");
	drop("dataplane/startup");
	drop("dataplane");
	drop("tools/reflect");
	drop("tools/bench");
	drop("tools");
	drop("");
}

TEST(what_is_nowhere_is_left_to_the_search_path)
{
	char path[PATH_MAX];
	program_path_find("/nonexistent", "parallax-reflect", path);
	CU_ASSERT_STRING_EQUAL(path, "parallax-reflect");
}

TEST_MAIN(program_path, T(an_installed_dataplane_is_found_in_sbin),
	  T(a_build_tree_has_a_folder_for_each_program),
	  T(what_is_nowhere_is_left_to_the_search_path))
