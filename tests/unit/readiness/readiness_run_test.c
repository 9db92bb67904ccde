// SPDX-License-Identifier: BSD-3-Clause
// Lists of orders against a real server on its own thread.

#include "cunit_runner.h"

#include "readiness/json_keep.h"
#include "readiness/readiness_progress.h"
#include "readiness/readiness_run.h"
#include "readiness/readiness_tally.h"
#include "readiness_server.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/eventfd.h>

static struct readiness_server *server;
static struct readiness_tally tally;
static json_t *report;
static char fault[256];
static int interrupt_fd;

static void start(bool has_readiness)
{
	interrupt_fd = eventfd(0, EFD_CLOEXEC);
	server = readiness_server_start(has_readiness, interrupt_fd);
	readiness_tally_init(&tally);
}

static void stop(void)
{
	readiness_server_stop(server);
	readiness_tally_fini(&tally);
	json_decref(report);
	close(interrupt_fd);
}

static enum readiness_end run_input(int input_fd)
{
	struct readiness_progress progress;
	readiness_progress_init(&progress, NULL, 0);
	struct readiness_run_config config = {
		.daemon_fd = readiness_server_connect(server),
		.input_fd = input_fd,
		.interrupt_fd = interrupt_fd,
		.progress = &progress,
	};
	enum readiness_end end = readiness_run(&config, &tally, fault, sizeof(fault));
	report = readiness_tally_report(&tally);
	return end;
}

// A file of these lines.
static int file_of(const char *text)
{
	FILE *file = tmpfile();
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(text, file);
	fflush(file);
	int fd = dup(fileno(file));
	fclose(file);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static enum readiness_end run_text(const char *text)
{
	int fd = file_of(text);
	enum readiness_end end = run_input(fd);
	close(fd);
	return end;
}

#define ORDER(reference)                                                                           \
	"{\"identifiers\":[{\"type\":\"dns\",\"value\":\"a.test\"},"                               \
	"{\"type\":\"dns\",\"value\":\"b.test\"}],\"reference\":\"" reference "\"}\n"

static const json_t *row(const char *kind, size_t index)
{
	return json_array_get(json_object_get(report, kind), index);
}

TEST(orders_that_pass_and_fail_are_told_apart)
{
	start(true);
	CU_ASSERT_EQUAL(run_text(ORDER("pass") ORDER("fail") ORDER("pass")), READINESS_DONE);
	CU_ASSERT_EQUAL(tally.orders_passed, 2);
	CU_ASSERT_EQUAL(tally.orders_failed, 1);
	CU_ASSERT_EQUAL(tally.identifiers, 6);
	CU_ASSERT_EQUAL(tally.identifiers_failed, 1);
	CU_ASSERT_EQUAL(tally.unread_from, 0);
	CU_ASSERT_EQUAL(json_count(row("failing", 0), "line"), 2);
	CU_ASSERT_STRING_EQUAL(json_text(row("failing", 0), "identifier"), "a.test");
	CU_ASSERT_STRING_EQUAL(json_text(row("failing", 0), "pointer"), "/identifiers/0");
	stop();
}

TEST(faults_are_told_with_line_and_pointer_and_the_run_goes_on)
{
	start(true);
	CU_ASSERT_EQUAL(run_text(ORDER("fault") "www.example.test\n" ORDER("pass") "{\"a\":}\n"),
			READINESS_DONE);
	CU_ASSERT_EQUAL(tally.orders_faulty, 3);
	CU_ASSERT_EQUAL(tally.orders_passed, 1);
	CU_ASSERT_EQUAL(json_count(row("faulty", 0), "line"), 1);
	CU_ASSERT_STRING_EQUAL(json_text(row("faulty", 0), "pointer"), "/identifiers/0/value");
	CU_ASSERT_STRING_EQUAL(json_text(row("faulty", 0), "message"),
			       "the name has an empty label");
	CU_ASSERT_EQUAL(json_count(row("faulty", 1), "line"), 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(json_text(row("faulty", 1), "message"),
				      "\"www.example.test\" is not an order"));
	CU_ASSERT_EQUAL(json_count(row("faulty", 2), "line"), 4);
	stop();
}

TEST(an_order_without_room_is_tried_again)
{
	start(true);
	CU_ASSERT_EQUAL(run_text(ORDER("busy")), READINESS_DONE);
	CU_ASSERT_EQUAL(tally.orders_passed, 1);
	CU_ASSERT_EQUAL(readiness_server_count(server), 3);
	stop();
}

TEST(errors_that_are_not_the_orders_fault_count_as_not_run)
{
	start(true);
	CU_ASSERT_EQUAL(run_text(ORDER("internal") ORDER("nonsense") ORDER("pass")),
			READINESS_DONE);
	CU_ASSERT_EQUAL(tally.orders_not_run, 2);
	CU_ASSERT_EQUAL(tally.orders_passed, 1);
	CU_ASSERT_STRING_EQUAL(json_text(row("not_run", 0), "message"),
			       "the audit log cannot be written");
	CU_ASSERT_STRING_EQUAL(json_text(row("not_run", 1), "message"),
			       "the daemon's answer is not an order's");
	stop();
}

TEST(a_daemon_that_is_lost_leaves_the_rest_of_the_file_as_not_run)
{
	start(true);
	CU_ASSERT_EQUAL(run_text(ORDER("hold") ORDER("lose") ORDER("hold") "bad\n"),
			READINESS_LOST);
	CU_ASSERT_EQUAL(tally.orders_not_run, 3);
	CU_ASSERT_EQUAL(tally.orders_faulty, 1);
	CU_ASSERT_EQUAL(tally.unread_from, 0);
	CU_ASSERT_STRING_EQUAL(json_text(row("not_run", 0), "message"),
			       "the daemon was lost before it answered");
	CU_ASSERT_NOT_EQUAL(fault[0], '\0');
	stop();
}

// Lines beyond the window are read after the loss, and told.
TEST(each_order_of_a_long_file_is_told_when_the_daemon_is_lost)
{
	start(true);
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	fputs(ORDER("lose"), out);
	for (unsigned i = 0; i < 4999; i++) {
		fputs(ORDER("hold"), out);
	}
	fclose(out);
	CU_ASSERT_EQUAL(run_text(text), READINESS_LOST);
	CU_ASSERT_EQUAL(tally.orders_not_run, 5000);
	CU_ASSERT_EQUAL(json_count(row("not_run", 4999), "line"), 5000);
	free(text);
	stop();
}

TEST(an_interrupt_keeps_what_is_done)
{
	start(true);
	CU_ASSERT_EQUAL(run_text(ORDER("fail") ORDER("pass") ORDER("interrupt")),
			READINESS_INTERRUPTED);
	CU_ASSERT_EQUAL(tally.orders_failed, 1);
	CU_ASSERT_EQUAL(tally.orders_passed, 1);
	CU_ASSERT_EQUAL(tally.orders_not_run, 1);
	CU_ASSERT_STRING_EQUAL(json_text(row("not_run", 0), "message"),
			       "interrupted before it was answered");
	stop();
}

TEST(a_pipe_that_stays_open_holds_nothing_up)
{
	start(true);
	int pipe_fds[2];
	CU_ASSERT_EQUAL_FATAL(pipe(pipe_fds), 0);
	const char *text = ORDER("pass") ORDER("interrupt") "{\"half";
	CU_ASSERT_EQUAL(write(pipe_fds[1], text, strlen(text)), (ssize_t)strlen(text));
	CU_ASSERT_EQUAL(run_input(pipe_fds[0]), READINESS_INTERRUPTED);
	CU_ASSERT_EQUAL(tally.orders_passed, 1);
	CU_ASSERT_EQUAL(tally.orders_not_run, 1);
	CU_ASSERT_EQUAL(tally.unread_from, 3);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	stop();
}

TEST(a_daemon_that_does_not_run_for_readiness_is_asked_no_further)
{
	start(false);
	CU_ASSERT_EQUAL(run_text(ORDER("pass") ORDER("pass")), READINESS_REFUSED);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault, "purpose"));
	CU_ASSERT_EQUAL(readiness_server_count(server), 0); // no handler saw an order
	CU_ASSERT_EQUAL(tally.orders_not_run, 2);
	stop();
}

TEST(an_answer_in_another_mode_ends_the_run)
{
	start(true);
	CU_ASSERT_EQUAL(run_text(ORDER("mode")), READINESS_REFUSED);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault, "enforce"));
	CU_ASSERT_EQUAL(tally.orders_passed, 0);
	CU_ASSERT_EQUAL(tally.orders_not_run, 1);
	stop();
}

TEST(no_more_orders_are_at_the_daemon_than_the_window_holds)
{
	start(true);
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	for (unsigned i = 0; i < 63; i++) {
		fputs(ORDER("hold"), out);
	}
	fputs(ORDER("interrupt") ORDER("hold"), out);
	fclose(out);
	CU_ASSERT_EQUAL(run_text(text), READINESS_INTERRUPTED);
	CU_ASSERT_EQUAL(readiness_server_peak(server), 64);
	CU_ASSERT_EQUAL(readiness_server_count(server), 64);
	free(text);
	stop();
}

// As large as an order of 1,000 identifiers with long parameters, many times over.
TEST(orders_of_a_megabyte_go_through)
{
	start(true);
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	for (unsigned i = 0; i < 20; i++) {
		fprintf(out, "{\"fill\":\"%0*d\",\"identifiers\":[{\"value\":\"a.test\"}]}\n",
			1000000, 0);
	}
	fprintf(out, "{\"fill\":\"%0*d\"}\n", 4 * 1024 * 1024 - 20,
		0); // fits a line, and no request
	fclose(out);
	CU_ASSERT_EQUAL(run_text(text), READINESS_DONE);
	CU_ASSERT_EQUAL(tally.orders_passed, 20);
	CU_ASSERT_EQUAL(tally.orders_faulty, 1);
	CU_ASSERT_STRING_EQUAL(json_text(row("faulty", 0), "message"),
			       "the order is longer than the daemon takes");
	free(text);
	stop();
}

TEST(an_input_that_cannot_be_read_is_told)
{
	start(true);
	FILE *directory = fopen("/tmp", "re");
	CU_ASSERT_PTR_NOT_NULL_FATAL(directory);
	CU_ASSERT_EQUAL(run_input(fileno(directory)), READINESS_INPUT_FAILED);
	CU_ASSERT_EQUAL(tally.unread_from, 1);
	CU_ASSERT_NOT_EQUAL(fault[0], '\0');
	fclose(directory);
	stop();
}

TEST_MAIN(readiness_run, T(orders_that_pass_and_fail_are_told_apart),
	  T(faults_are_told_with_line_and_pointer_and_the_run_goes_on),
	  T(an_order_without_room_is_tried_again),
	  T(errors_that_are_not_the_orders_fault_count_as_not_run),
	  T(a_daemon_that_is_lost_leaves_the_rest_of_the_file_as_not_run),
	  T(each_order_of_a_long_file_is_told_when_the_daemon_is_lost),
	  T(an_interrupt_keeps_what_is_done), T(a_pipe_that_stays_open_holds_nothing_up),
	  T(a_daemon_that_does_not_run_for_readiness_is_asked_no_further),
	  T(an_answer_in_another_mode_ends_the_run),
	  T(no_more_orders_are_at_the_daemon_than_the_window_holds),
	  T(orders_of_a_megabyte_go_through), T(an_input_that_cannot_be_read_is_told))
