// SPDX-License-Identifier: BSD-3-Clause
// parallax-sweep: looks up every name of a list through the dataplane. Options, signals, messages, exit status.

#include <parallax/base/error.h>
#include <parallax/base/standard_streams.h>

#include "sweep/client_engine.h"
#include "sweep/file_roles.h"
#include "sweep/progress.h"
#include "sweep/summary.h"
#include "sweep/sweep.h"
#include "sweep/sweep_options.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t stop_requests;

static void count_stop_request(int signal_number)
{
	__atomic_store_n(&stop_requests, stop_requests + 1,
			 __ATOMIC_RELAXED); // other threads read it
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
	sigaction(SIGPIPE, &ignore, NULL); // write(2) tells
}

static int print_failure(const struct sweep_failure *failure)
{
	fprintf(stderr, "parallax-sweep: %s\n", failure->text);
	return (int)failure->exit_status;
}

static void on_turn(void *context, const struct sweep *sweep, uint64_t now_ns)
{
	progress_turn(context, sweep, now_ns);
}

static void on_notice(void *context, const char *text)
{
	progress_clear(context);
	fprintf(stderr, "parallax-sweep: %s\n", text);
}

static struct plx_client *attach(const struct sweep_options *options, struct sweep_failure *failure)
{
	const struct plx_client_config config = {
		.socket_path = options->socket_path,
		.name = "parallax-sweep",
		.priority = PLX_PRIORITY_BULK,
		.window = options->config.window,
	};
	int error = 0;
	struct plx_client *client = plx_client_open(&config, &error);
	if (client == NULL) {
		sweep_fail(failure, SWEEP_EXIT_UNREACHABLE, "%s: no dataplane: %s: %s",
			   options->socket_path != NULL ? options->socket_path
							: PLX_DATAPLANE_SOCKET_DEFAULT,
			   plx_error_text(error),
			   error == -EACCES ? "run as root or as a member of socket_group"
					    : "start parallax-dataplane or give --socket PATH");
	}
	return client;
}

static int report(const struct sweep_options *options, const struct sweep *sweep, bool is_complete,
		  int exit_status)
{
	const struct summary summary = {&sweep->tally, &options->config, is_complete, exit_status};
	if (options->json) {
		summary_print_json(stderr, &summary);
	} else if (!options->quiet && isatty(STDERR_FILENO)) {
		summary_print_table(stderr, &summary);
	} else if (!options->quiet && sweep->tally.failures > 0) {
		summary_print_line(stderr, &summary);
	}
	if (options->summary_path == NULL) {
		return exit_status;
	}
	int error = summary_save_json(options->summary_path, &summary);
	if (error != 0) {
		fprintf(stderr, "parallax-sweep: %s: the summary cannot be written: %s\n",
			options->summary_path, strerror(-error));
		return exit_status == SWEEP_EXIT_DONE ? SWEEP_EXIT_USAGE : exit_status;
	}
	return exit_status;
}

static int run(struct sweep_options *options, struct sweep *sweep, struct progress *progress,
	       struct sweep_failure *failure)
{
	bool is_complete = sweep_is_complete(sweep);
	int exit_status = SWEEP_EXIT_DONE;
	if (is_complete) {
		on_notice(progress,
			  "the sweep is complete already: remove its checkpoint to start anew");
	} else {
		is_complete = sweep_run(sweep) == 0;
	}
	progress_clear(progress);
	if (!is_complete) {
		exit_status = print_failure(failure);
	} else if (sweep->tally.failures > 0) {
		exit_status = SWEEP_EXIT_FAILURES;
	}
	return report(options, sweep, is_complete, exit_status);
}

int main(int argc, char **argv)
{
	struct sweep_options options;
	struct sweep_failure failure = {0};
	if (plx_standard_streams_hold() != 0) {
		return SWEEP_EXIT_USAGE;
	}
	int parsed = sweep_options_parse(argc, argv, &options, &failure);
	if (parsed != 0) {
		return parsed > 0 ? SWEEP_EXIT_DONE : print_failure(&failure);
	}
	if (file_roles_check(&options, &failure) != 0) {
		return print_failure(&failure);
	}
	struct progress progress;
	progress_init(&progress, isatty(STDERR_FILENO) && !options.quiet && !options.json);
	options.config.stop_requests = &stop_requests;
	options.config.on_turn = on_turn;
	options.config.on_notice = options.quiet ? NULL : on_notice;
	options.config.callback_context = &progress;
	install_signals();
	struct plx_client *client = attach(&options, &failure);
	if (client == NULL) {
		return print_failure(&failure);
	}
	struct sweep_engine engine;
	client_engine_init(&engine, client);
	struct sweep sweep;
	int exit_status;
	if (sweep_open(&sweep, &options.config, &engine, &failure) != 0) {
		exit_status = print_failure(&failure);
	} else {
		exit_status = run(&options, &sweep, &progress, &failure);
		sweep_close(&sweep);
	}
	plx_client_close(client);
	return exit_status;
}
