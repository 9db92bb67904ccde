// SPDX-License-Identifier: BSD-3-Clause
// parallax-bench: measures a DNS server. Options, signals, what is printed, exit status.

#include <parallax/base/standard_streams.h>

#include "bench/bench_options.h"
#include "bench/bench_progress.h"
#include "bench/bench_report.h"
#include "bench/bench_run.h"
#include "bench/self_test.h"
#include "bench/statistics_json.h"
#include "bench/statistics_text.h"
#include "report/report_file.h"

#include <jansson.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t stop_requests;

static void count_stop_request(int signal_number)
{
	stop_requests++;
}

static void install_signals(void)
{
	struct sigaction stop = {.sa_handler = count_stop_request};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction hangup;
	sigemptyset(&stop.sa_mask);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, NULL, &hangup);
	if (hangup.sa_handler != SIG_IGN) { // nohup
		sigaction(SIGHUP, &stop, NULL);
	}
	sigaction(SIGPIPE, &ignore, NULL);
}

static int print_failure(const struct bench_failure *failure)
{
	fprintf(stderr, "parallax-bench: %s\n", failure->text);
	return (int)failure->exit_status;
}

static void on_turn(void *context, const struct load_tally *tally, uint64_t elapsed_ns)
{
	bench_progress_turn(context, tally, elapsed_ns);
}

static void on_step(void *context, const struct bench_point *point)
{
	const struct load_tally *tally = &point->tally;
	bench_progress_clear(context);
	printf("[Step] %.0f queries/s: answered %.0f/s, lost %.3f%%, p50 %.6f s, p99 %.6f s",
	       point->offered_qps, load_tally_qps(tally), load_tally_loss(tally) * 100,
	       (double)latency_histogram_percentile(tally->latency, 0.5) / 1e9,
	       (double)latency_histogram_percentile(tally->latency, 0.99) / 1e9);
	if (point->outcome != KNEE_NOT_JUDGED) {
		printf("; middle window: lost %.3f%%, p99 %.6f s: %s", point->middle.loss * 100,
		       (double)point->middle.p99_ns / 1e9, knee_outcome_name(point->outcome));
	}
	putchar('\n');
	fflush(stdout);
}

static char *join_command(int argc, char **argv)
{
	char *command = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&command, &length);
	if (out == NULL) {
		return NULL;
	}
	fputs("parallax-bench", out);
	for (int i = 1; i < argc; i++) {
		fprintf(out, " %s", argv[i]);
	}
	return fclose(out) == 0 ? command : NULL;
}

// As dnsperf begins.
static void print_start(const struct bench_run *run)
{
	const struct bench_options *options = run->options;
	char server[PLX_ENDPOINT_TEXT_MAX];
	char started[64];
	time_t now = time(NULL);
	struct tm parts;
	localtime_r(&now, &parts);
	strftime(started, sizeof(started), "%a %b %e %H:%M:%S %Y", &parts);
	printf("Parallax DNS benchmark\nVersion " PLX_VERSION "\n\n");
	printf("[Status] Command line: %s\n", run->command);
	printf("[Status] Sending queries (to %s)\n", plx_endpoint_format(&options->server, server));
	printf("[Status] Started at: %s\n", started);
	if (options->mode == BENCH_MODE_PLAIN) {
		fputs("[Status] Stopping after ", stdout);
		if (options->duration_ns > 0) {
			printf("%.6f seconds%s", (double)options->duration_ns / 1e9,
			       options->passes_max > 0 ? " or " : "");
		}
		if (options->passes_max > 0) {
			printf("%" PRIu64 " run%s through file", options->passes_max,
			       options->passes_max == 1 ? "" : "s");
		}
		putchar('\n');
	}
	fflush(stdout);
}

static const char *end_reason(const struct bench_run *run)
{
	if (run->is_interrupted) {
		return "interruption";
	}
	if (run->options->mode != BENCH_MODE_PLAIN) {
		return "end of steps";
	}
	uint64_t limit_ns = run->options->duration_ns;
	bool is_by_time = limit_ns > 0 && (run->options->passes_max == 0 ||
					   run->queries.passes < run->options->passes_max);
	return is_by_time ? "time limit" : "end of file";
}

static void print_knee(const struct knee_result *knee)
{
	printf("Highest sustained rate: %.0f queries per second", knee->sustained_qps);
	printf(knee->is_settled ? " (median of %d turns between %.0f and %.0f); its step:\n\n"
				: " (not settled: fewer than %d turns, between %.0f and %.0f); its "
				  "step:\n\n",
	       KNEE_TURNS, knee->low_qps, knee->high_qps);
}

static void print_end(const struct bench_run *run)
{
	printf("[Status] Testing complete (%s)\n\n", end_reason(run));
	if (run->options->mode == BENCH_MODE_FIND_MAX) {
		print_knee(&run->knee);
	} else if (run->options->mode == BENCH_MODE_RAMP) {
		printf("The step with most answers, at %.0f queries per second:\n\n",
		       run->points[run->best].offered_qps);
	}
	if (run->options->mode == BENCH_MODE_SELF_TEST) {
		statistics_text_self_test(stdout, &run->points[0], run->options->self_test,
					  run->ceiling_pps);
	}
	statistics_text_dnsperf(stdout, &run->points[run->best].tally);
	statistics_text_beyond(stdout, &run->points[run->best]);
}

// What the run leaves. Files are opened before it, since its numbers would be lost otherwise.
struct outputs {
	struct report_file page;
	struct report_file json;
};

static bool is_stdout_json(const struct bench_options *options)
{
	return options->json_path != NULL && strcmp(options->json_path, "-") == 0;
}

static int open_output(const char *path, struct report_file *file, struct bench_failure *failure)
{
	int error = report_file_open(path, file);
	return error == 0 ? 0
			  : bench_fail(failure, BENCH_EXIT_USAGE, "%s: cannot be written: %s", path,
				       strerror(-error));
}

static int commit_output(const char *path, struct report_file *file, struct bench_failure *failure)
{
	int error = report_file_commit(file);
	return error == 0 ? 0
			  : bench_fail(failure, BENCH_EXIT_USAGE, "%s: cannot be written: %s", path,
				       strerror(-error));
}

static int open_outputs(const struct bench_options *options, struct outputs *outputs,
			struct bench_failure *failure)
{
	int error = 0;
	if (options->report_path != NULL) {
		error = open_output(options->report_path, &outputs->page, failure);
	}
	if (error == 0 && options->json_path != NULL && !is_stdout_json(options)) {
		error = open_output(options->json_path, &outputs->json, failure);
	}
	return error;
}

static int write_json(const struct bench_run *run, FILE *out, struct bench_failure *failure)
{
	json_t *object = statistics_json(run);
	if (object == NULL) {
		return bench_fail(failure, BENCH_EXIT_USAGE, "not enough memory");
	}
	// What cannot be written shows in the stream.
	json_dumpf(object, out, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(9));
	fputc('\n', out);
	json_decref(object);
	return 0;
}

static int read_queries(struct bench_run *run, struct bench_failure *failure)
{
	const char *path = run->options->data_path;
	FILE *in = path == NULL ? stdin : fopen(path, "re");
	if (in == NULL) {
		return bench_fail(failure, BENCH_EXIT_USAGE, "%s: cannot be read: %s", path,
				  strerror(errno));
	}
	int error = query_list_read(in, path == NULL ? "stdin" : path, &run->queries, failure);
	if (in != stdin) {
		fclose(in);
	}
	return error;
}

// All that can be written is: one output that fails takes no other with it.
static int write_outputs(struct bench_run *run, struct outputs *outputs,
			 struct bench_failure *failure)
{
	const struct bench_options *options = run->options;
	int error = 0;
	if (outputs->page.out != NULL) {
		bench_report_write(outputs->page.out, run);
		error |= commit_output(options->report_path, &outputs->page, failure);
	}
	if (outputs->json.out != NULL) {
		error |= write_json(run, outputs->json.out, failure);
		error |= commit_output(options->json_path, &outputs->json, failure);
	}
	if (is_stdout_json(options)) {
		error |= write_json(run, stdout, failure);
	} else {
		print_end(run);
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		error = bench_fail(failure, BENCH_EXIT_USAGE, "stdout: cannot be written: %s",
				   strerror(errno));
	}
	return error;
}

static int report(struct bench_run *run, struct outputs *outputs, struct bench_failure *failure)
{
	if (write_outputs(run, outputs, failure) != 0) {
		return print_failure(failure);
	}
	if (run->is_interrupted) {
		return BENCH_EXIT_INTERRUPTED;
	}
	const struct load_tally *tally = &run->points[run->best].tally;
	return tally->completed == tally->sent && tally->sent > 0 ? BENCH_EXIT_DONE
								  : BENCH_EXIT_LOSS;
}

static int run_all(struct bench_run *run, struct bench_progress *progress, struct outputs *outputs)
{
	struct bench_failure failure = {0};
	if (open_outputs(run->options, outputs, &failure) != 0) {
		return print_failure(&failure);
	}
	if (run->options->mode == BENCH_MODE_SELF_TEST) {
		int error = self_test_run(run, &stop_requests, &failure);
		bench_progress_clear(progress);
		return error != 0 ? print_failure(&failure) : report(run, outputs, &failure);
	}
	if (read_queries(run, &failure) != 0 ||
	    bench_session_open(run->session, run->options, &stop_requests, &failure) != 0) {
		return print_failure(&failure);
	}
	if (!is_stdout_json(run->options)) {
		print_start(run);
		run->on_step = on_step;
	}
	int error = bench_run(run, &failure);
	bench_progress_clear(progress);
	if (error != 0) {
		return print_failure(&failure);
	}
	return report(run, outputs, &failure);
}

int main(int argc, char **argv)
{
	struct bench_options options;
	struct bench_failure failure = {0};
	if (plx_standard_streams_hold() != 0) {
		return BENCH_EXIT_USAGE;
	}
	int parsed = bench_options_parse(argc, argv, &options, &failure);
	if (parsed != 0) {
		return parsed > 0 ? BENCH_EXIT_DONE : print_failure(&failure);
	}
	char *command = join_command(argc, argv);
	struct bench_session session = {0};
	struct bench_progress progress = {
		.is_shown = isatty(STDERR_FILENO) && !options.is_quiet,
		.interval_ns = options.interval_ns,
	};
	static struct bench_run run;
	run = (struct bench_run) {
		.options = &options,
		.command = command != NULL ? command : "parallax-bench",
		.session = &session,
		.on_turn = on_turn,
		.context = &progress,
	};
	install_signals();
	struct outputs outputs = {0};
	int exit_status = run_all(&run, &progress, &outputs);
	report_file_close(&outputs.page);
	report_file_close(&outputs.json);
	bench_session_close(&session);
	bench_run_free(&run);
	free(command);
	return exit_status;
}
