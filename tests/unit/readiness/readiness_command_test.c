// SPDX-License-Identifier: BSD-3-Clause
// `parallaxctl readiness` as a user runs it, against a server of the test. Argument 1: the program.

#include "cunit_runner.h"

#include "readiness/json_keep.h"
#include "readiness_server.h"
#include "report/report_file.h"
#include "spawned.h"

#include <jansson.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/eventfd.h>
#include <sys/stat.h>

#define DEADLINE_MS 20000

static const char *program;
static struct readiness_server *server;
static int interrupt_fd;
static char directory[64];
static char input_path[96], output_path[96], error_path[96], html_path[96];

static void start(const char *input)
{
	interrupt_fd = eventfd(0, EFD_CLOEXEC);
	server = readiness_server_start(true, interrupt_fd);
	snprintf(directory, sizeof(directory), "/tmp/parallax-command-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
	snprintf(input_path, sizeof(input_path), "%s/orders.ndjson", directory);
	snprintf(output_path, sizeof(output_path), "%s/output", directory);
	snprintf(error_path, sizeof(error_path), "%s/errors", directory);
	snprintf(html_path, sizeof(html_path), "%s/page.html", directory);
	FILE *file = fopen(input_path, "we");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(input, file);
	fclose(file);
}

static void stop(void)
{
	readiness_server_stop(server);
	close(interrupt_fd);
	spawned_remove_tree(directory);
}

#define ORDER(reference)                                                                           \
	"{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.test\"},"                               \
	"{\"type\":\"dns\",\"value\":\"b.test\"}],\"reference\":\"" reference "\"}\n"

static int run(const char *const *argv, const char *input)
{
	return spawned_wait(spawned_start(argv, input, output_path, error_path));
}

static void expect_in(const char *path, const char *part)
{
	char *text = spawned_file_text(path);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, part));
	if (strstr(text, part) == NULL) {
		fprintf(stderr, "\nno \"%s\" in:\n%s\n", part, text);
	}
	free(text);
}

TEST(a_list_that_passes_ends_with_0)
{
	start(ORDER("pass"));
	const char *argv[] = {program,    "readiness", "--input",
			      input_path, "--socket",  readiness_server_path(server),
			      NULL};
	CU_ASSERT_EQUAL(run(argv, NULL), 0);
	expect_in(output_path, "0 of 2 identifiers would fail under enforcement, in 0 orders");
	char *errors = spawned_file_text(error_path);
	CU_ASSERT_STRING_EQUAL(errors, ""); // no progress line in a file
	free(errors);
	stop();
}

TEST(failures_and_faults_end_with_2_and_the_page_is_there)
{
	start(ORDER("pass") ORDER("fail") "www.example.test\n");
	const char *argv[] = {program,     "--socket",  readiness_server_path(server),
			      "readiness", "--input=-", "--html",
			      html_path,   NULL};
	CU_ASSERT_EQUAL(run(argv, input_path), 2);
	expect_in(output_path, "1 of 4 identifiers would fail under enforcement, in 1 orders");
	expect_in(output_path, "line 3: \"www.example.test\" is not an order");
	expect_in(html_path, "1 of 4 identifiers would fail");
	expect_in(html_path, "Orders from standard input");
	struct stat status;
	CU_ASSERT_EQUAL(stat(html_path, &status), 0);
	CU_ASSERT_EQUAL(status.st_mode & 0400, 0400);
	stop();
}

TEST(faults_alone_and_orders_not_run_alone_end_with_2)
{
	static const char *const inputs[] = {"www.example.test\n", ORDER("internal")};
	for (size_t i = 0; i < 2; i++) {
		start(inputs[i]);
		const char *argv[] = {program,    "readiness", "--input",
				      input_path, "--socket",  readiness_server_path(server),
				      NULL};
		CU_ASSERT_EQUAL(run(argv, NULL), 2);
		stop();
	}
}

TEST(json_is_one_object_a_line_and_the_summary_last)
{
	start(ORDER("fail") "bad\n" ORDER("internal"));
	const char *argv[] = {program,
			      "--json",
			      "readiness",
			      "--input",
			      input_path,
			      "--socket",
			      readiness_server_path(server),
			      NULL};
	CU_ASSERT_EQUAL(run(argv, NULL), 2);
	static const char *const kinds[] = {"failing", "faulty", "not_run", "summary"};
	FILE *file = fopen(output_path, "re");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	for (size_t i = 0; i < 4; i++) {
		json_t *row = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL);
		CU_ASSERT_STRING_EQUAL(json_text(row, "kind"), kinds[i]);
		if (i == 3) {
			CU_ASSERT_STRING_EQUAL(json_text(row, "end"), "done");
			CU_ASSERT_EQUAL(json_count(json_object_get(row, "orders"), "total"), 3);
			CU_ASSERT_TRUE(json_is_null(json_object_get(row, "fault")));
		} else {
			CU_ASSERT_EQUAL(json_count(row, "line"), i + 1);
		}
		json_decref(row);
	}
	fclose(file);
	stop();
}

TEST(a_lost_daemon_ends_with_3_and_a_report)
{
	start(ORDER("hold") ORDER("lose"));
	const char *argv[] = {program,  "readiness", "--input",  input_path,
			      "--html", html_path,   "--socket", readiness_server_path(server),
			      NULL};
	CU_ASSERT_EQUAL(run(argv, NULL), 3);
	expect_in(output_path, "line 2: the daemon was lost before it answered");
	expect_in(html_path, "This report is not complete.");
	expect_in(error_path, "parallaxctl: readiness: ");
	stop();
}

TEST(no_daemon_ends_with_3_and_advice)
{
	start("");
	const char *argv[] = {program,    "readiness",      "--input", input_path,
			      "--socket", "/nonexistent/x", NULL};
	CU_ASSERT_EQUAL(run(argv, NULL), 3);
	expect_in(error_path, "is parallaxd running?");
	stop();
}

// The server makes interrupt_fd readable when the order is there; then a user presses Ctrl-C.
TEST(an_interrupt_ends_with_130_and_what_is_done)
{
	start(ORDER("fail") ORDER("interrupt"));
	const char *argv[] = {program,  "readiness", "--input",  input_path,
			      "--html", html_path,   "--socket", readiness_server_path(server),
			      NULL};
	pid_t pid = spawned_start(argv, NULL, output_path, error_path);
	CU_ASSERT_TRUE_FATAL(pid > 0);
	struct pollfd reached = {.fd = interrupt_fd, .events = POLLIN};
	CU_ASSERT_EQUAL(poll(&reached, 1, DEADLINE_MS), 1);
	CU_ASSERT_EQUAL(kill(pid, SIGINT), 0);
	CU_ASSERT_EQUAL(spawned_wait(pid), 130);
	expect_in(output_path, "1 of 2 identifiers would fail");
	expect_in(output_path, "line 2: interrupted before it was answered");
	expect_in(html_path, "This report is not complete.");
	stop();
}

TEST(wrong_words_and_files_end_with_1)
{
	start(ORDER("pass"));
	const char *socket = readiness_server_path(server);
	const char *none[] = {program, "readiness", "--socket", socket, NULL};
	CU_ASSERT_EQUAL(run(none, NULL), 1);
	expect_in(error_path, "--input FILE is missing");
	const char *word[] = {program, "readiness", "--input", input_path, "--fast", NULL};
	CU_ASSERT_EQUAL(run(word, NULL), 1);
	expect_in(error_path, "\"--fast\" is not known");
	const char *twice[] = {program, "readiness", "--input", "a", "--input=b", NULL};
	CU_ASSERT_EQUAL(run(twice, NULL), 1);
	expect_in(error_path, "readiness: --input: given twice");
	const char *value[] = {program, "readiness", "--input", NULL};
	CU_ASSERT_EQUAL(run(value, NULL), 1);
	expect_in(error_path, "a file must follow");
	const char *absent[] = {program, "readiness", "--input", "/nonexistent/x", NULL};
	CU_ASSERT_EQUAL(run(absent, NULL), 1);
	const char *page[] = {program,          "readiness", "--input", input_path, "--html",
			      "/nonexistent/x", "--socket",  socket,    NULL};
	CU_ASSERT_EQUAL(run(page, NULL), 1);
	expect_in(error_path, "/nonexistent/x");
	CU_ASSERT_EQUAL(readiness_server_count(server), 0); // nothing was run
	stop();
}

TEST(a_report_file_is_there_whole_or_not_at_all)
{
	start("old\n");
	struct report_file file;
	CU_ASSERT_EQUAL_FATAL(report_file_open(input_path, &file), 0);
	fputs("half", file.out);
	report_file_close(&file);
	expect_in(input_path, "old\n");
	CU_ASSERT_EQUAL_FATAL(report_file_open(input_path, &file), 0);
	fputs("new\n", file.out);
	CU_ASSERT_EQUAL(report_file_commit(&file), 0);
	report_file_close(&file);
	expect_in(input_path, "new\n");
	CU_ASSERT_EQUAL(report_file_open(directory, &file), -EISDIR);
	CU_ASSERT_EQUAL_FATAL(report_file_open("/dev/null", &file), 0); // as it is
	CU_ASSERT_EQUAL(report_file_commit(&file), 0);
	CU_ASSERT_EQUAL_FATAL(report_file_open("/dev/full", &file), 0);
	fputs("lost", file.out);
	CU_ASSERT_EQUAL(report_file_commit(&file), -ENOSPC);
	CU_ASSERT_EQUAL(unlink(input_path), 0);
	CU_ASSERT_EQUAL(rmdir(directory), 0); // no partial file is left
	CU_ASSERT_EQUAL(mkdir(directory, 0700), 0);
	stop();
}

int main(int argc, char **argv)
{
	static const struct test_entry tests[] = {
		T(a_list_that_passes_ends_with_0),
		T(failures_and_faults_end_with_2_and_the_page_is_there),
		T(faults_alone_and_orders_not_run_alone_end_with_2),
		T(json_is_one_object_a_line_and_the_summary_last),
		T(a_lost_daemon_ends_with_3_and_a_report),
		T(no_daemon_ends_with_3_and_advice),
		T(an_interrupt_ends_with_130_and_what_is_done),
		T(wrong_words_and_files_end_with_1),
		T(a_report_file_is_there_whole_or_not_at_all),
	};
	if (argc != 2) {
		fprintf(stderr, "Usage: readiness_command_test PARALLAXCTL\n");
		return EXIT_FAILURE;
	}
	program = argv[1];
	return cunit_run("readiness_command", tests, sizeof(tests) / sizeof(tests[0]));
}
