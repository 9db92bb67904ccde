// SPDX-License-Identifier: BSD-3-Clause

#include "readiness/readiness_command.h"

#include <parallax/base/error.h>

#include "ctl/connection.h"
#include "ctl/exit_status.h"
#include "ctl/table.h"
#include "readiness/json_keep.h"
#include "readiness/readiness_html.h"
#include "readiness/readiness_options.h"
#include "readiness/readiness_progress.h"
#include "readiness/readiness_run.h"
#include "readiness/readiness_table.h"
#include "readiness/readiness_tally.h"
#include "report/report_file.h"

#include <jansson.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/signalfd.h>

#define FAULT_MAX 512

struct readiness_job {
	const struct readiness_options *options;
	int input_fd;
	int signal_fd;
	int daemon_fd;
	struct report_file page;
	struct readiness_tally tally;
	enum readiness_end end;
	char fault[FAULT_MAX];
	char started[32];
};

static void complain(const char *about, const char *text)
{
	fputs("parallaxctl: readiness: ", stderr);
	print_safe(stderr, about, strlen(about));
	fputs(": ", stderr);
	print_safe(stderr, text, strlen(text));
	fputc('\n', stderr);
}

static void print_time(char text[static 32])
{
	struct timespec now;
	struct tm parts;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &parts);
	size_t length = strftime(text, 32, "%Y-%m-%dT%H:%M:%S", &parts);
	snprintf(text + length, 32 - length, ".%06ldZ", now.tv_nsec / 1000 % 1000000);
}

static int open_signals(void)
{
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP); // with nohup it is ignored still
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC);
}

static int open_files(struct readiness_job *job)
{
	const char *input = job->options->input_path;
	job->input_fd =
		strcmp(input, "-") == 0 ? dup(STDIN_FILENO) : open(input, O_RDONLY | O_CLOEXEC);
	if (job->input_fd < 0) {
		complain(input, plx_error_text(-errno));
		return EXIT_USAGE;
	}
	const char *html = job->options->html_path;
	int error = html == NULL ? 0 : report_file_open(html, &job->page);
	if (error != 0) {
		complain(html, plx_error_text(error));
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

static int open_daemon(struct readiness_job *job, const char *socket_path)
{
	struct connection connection;
	int error = connection_open(socket_path, &connection);
	if (error != 0) {
		char text[FAULT_MAX];
		bool is_absent = error == -ENOENT || error == -ECONNREFUSED;
		snprintf(text, sizeof(text), "%s%s", plx_error_text(error),
			 is_absent ? "; is parallaxd running? --socket names another socket"
			 : error == -EACCES ? "; run as root or as a member of the socket's group"
					    : "");
		complain(socket_path, text);
		return EXIT_UNREACHABLE;
	}
	job->daemon_fd = connection.fd;
	return EXIT_DONE;
}

// The report, with what only the command knows.
static json_t *make_report(const struct readiness_job *job)
{
	char finished[32];
	print_time(finished);
	json_t *report = readiness_tally_report(&job->tally);
	json_t *summary = json_object_get(report, "summary");
	const char *input = job->options->input_path;
	json_t *name = strcmp(input, "-") == 0 ? json_string("standard input") : json_string(input);
	json_put(summary, "input", name != NULL ? name : json_string("a file"));
	json_put(summary, "started", json_string(job->started));
	json_put(summary, "finished", json_string(finished));
	json_put(summary, "end", json_string(readiness_end_name(job->end)));
	json_t *fault = json_string(job->fault);
	json_put(summary, "fault",
		 job->fault[0] != '\0' && fault != NULL ? json_incref(fault) : json_null());
	json_decref(fault);
	return report;
}

static void print_line(const char *kind, json_t *row)
{
	json_put(row, "kind", json_string(kind));
	json_dumpf(row, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	fputc('\n', stdout);
}

// One object a line, the summary last.
static void print_json(const json_t *report)
{
	static const char *const kinds[] = {"failing", "faulty", "not_run"};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		json_t *row;
		size_t j;
		json_array_foreach(json_object_get(report, kinds[i]), j, row)
		{
			print_line(kinds[i], row);
		}
	}
	print_line("summary", json_object_get(report, "summary"));
}

static int status_of(const struct readiness_job *job)
{
	const struct readiness_tally *tally = &job->tally;
	switch (job->end) {
	case READINESS_INTERRUPTED:
		return EXIT_INTERRUPTED;
	case READINESS_LOST:
		return EXIT_UNREACHABLE;
	case READINESS_REFUSED:
		return EXIT_USAGE;
	case READINESS_INPUT_FAILED:
	case READINESS_NOT_RUN:
		return EXIT_FAILURES;
	case READINESS_DONE:
		break;
	}
	uint64_t bad = tally->orders_failed + tally->orders_faulty + tally->orders_not_run;
	return bad == 0 ? EXIT_DONE : EXIT_FAILURES;
}

static int write_report(struct readiness_job *job, bool wants_json)
{
	int status = status_of(job);
	json_t *report = make_report(job);
	if (job->page.out != NULL) {
		readiness_html_print(report, job->page.out);
		int error = report_file_commit(&job->page);
		if (error != 0) {
			complain(job->options->html_path, plx_error_text(error));
			status = status == EXIT_DONE ? EXIT_FAILURES : status;
		}
	}
	if (wants_json) {
		print_json(report);
	} else {
		readiness_table_print(report, stdout);
	}
	json_decref(report);
	return status;
}

static void run_job(struct readiness_job *job, const char *socket_path)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	struct readiness_progress progress;
	readiness_progress_init(&progress, isatty(STDERR_FILENO) ? stderr : NULL,
				(int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
	struct readiness_run_config config = {
		.daemon_fd = job->daemon_fd,
		.input_fd = job->input_fd,
		.interrupt_fd = job->signal_fd,
		.progress = &progress,
	};
	job->end = readiness_run(&config, &job->tally, job->fault, sizeof(job->fault));
	if (job->end != READINESS_DONE && job->end != READINESS_INTERRUPTED) {
		complain(job->end == READINESS_INPUT_FAILED ? job->options->input_path
							    : socket_path,
			 job->fault);
	}
}

int readiness_command_run(const char *socket_path, bool wants_json,
			  const struct readiness_options *options)
{
	struct readiness_job job = {.options = options, .input_fd = -1, .signal_fd = -1};
	print_time(job.started);
	readiness_tally_init(&job.tally);
	int status = open_files(&job);
	status = status == EXIT_DONE ? open_daemon(&job, socket_path) : status;
	if (status == EXIT_DONE) {
		job.signal_fd = open_signals();
		run_job(&job, socket_path);
		status = write_report(&job, wants_json);
		close(job.signal_fd);
	}
	if (job.input_fd >= 0) {
		close(job.input_fd);
	}
	report_file_close(&job.page);
	readiness_tally_fini(&job.tally);
	return status;
}
