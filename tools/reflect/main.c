// SPDX-License-Identifier: BSD-3-Clause
// parallax-reflect: a DNS responder that answers every query at the speed of the driver. Signals, log, exit status.

#include <parallax/base/log_line.h>
#include <parallax/base/standard_streams.h>

#include "port/port_fault.h"
#include "reflect/reflector.h"
#include "reflect/report.h"
#include "worker/worker_clock.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void log_started(const struct reflector *reflector)
{
	struct plx_log_line line;
	char mac[MAC_TEXT_MAX], address[PLX_IP_TEXT_MAX];
	const struct reflect_options *options = reflector->options;
	plx_log_begin(&line, false, PLX_LOG_LEVEL_NOTICE, "started");
	plx_log_text(&line, "version", PLX_VERSION);
	plx_log_text(&line, "port", reflector->identity.name);
	plx_log_text(&line, "mac", mac_format(&reflector->identity.mac, mac));
	plx_log_number(&line, "queues", reflector->queue_count);
	plx_log_number(&line, "lcores", reflector->lcores.worker_count);
	for (unsigned i = 0; i < options->shared.address_count; i++) {
		plx_log_text(&line, "address",
			     plx_ip_format(&options->shared.address[i].ip, address));
	}
	plx_log_text(&line, "answer",
		     options->generate > 0 ? "none: generates queries"
		     : options->is_echo    ? "echo"
					   : reflect_kind_name(options->answers.profile.kind));
	plx_log_end(&line);
}

static struct timespec until(uint64_t now_ns, uint64_t end_ns)
{
	uint64_t wait_ns = end_ns > now_ns ? end_ns - now_ns : 0;
	return (struct timespec) {.tv_sec = (time_t)(wait_ns / 1000000000),
				  .tv_nsec = (long)(wait_ns % 1000000000)};
}

static void report(const struct reflector *reflector, const char *event, FILE *json)
{
	struct reflect_counters counters;
	reflector_count(reflector, &counters);
	const struct reflect_report report = {
		.counters = &counters,
		.run_time_ns = monotonic_time_ns() - reflector->started_ns,
		.cycles_hz = reflector->cycles_hz,
		.generator =
			reflector->options->generate > 0 ? &reflector->workers[0]->generator : NULL,
	};
	report_log(&report, event);
	if (json != NULL && report_write_json(&report, json) != 0) {
		plx_log_message(false, PLX_LOG_LEVEL_ERROR, "json_failed",
				"the counters cannot be written to %s",
				reflector->options->json_path);
	}
}

// Until a signal, or the end of the duration. Signals are blocked in all threads and taken here.
static void wait_for_end(const struct reflector *reflector, const sigset_t *signals)
{
	const struct reflect_options *options = reflector->options;
	uint64_t end_ns = options->duration_ns > 0 ? reflector->started_ns + options->duration_ns
						   : UINT64_MAX;
	uint64_t interval_ns = options->stats_interval_ns;
	uint64_t report_ns = interval_ns > 0 ? reflector->started_ns + interval_ns : UINT64_MAX;
	for (;;) {
		uint64_t now_ns = monotonic_time_ns();
		uint64_t next_ns = end_ns < report_ns ? end_ns : report_ns;
		if (now_ns >= end_ns) {
			return;
		}
		if (now_ns >= report_ns) {
			report(reflector, "statistics", NULL);
			report_ns += interval_ns;
			continue;
		}
		struct timespec wait = until(now_ns, next_ns);
		int got = next_ns == UINT64_MAX ? sigwaitinfo(signals, NULL)
						: sigtimedwait(signals, NULL, &wait);
		if (got > 0) {
			return;
		}
	}
}

static int run(const struct reflect_options *options)
{
	static struct reflector reflector;
	struct port_fault fault = {.step = "start"};
	sigset_t signals;
	FILE *json = NULL;
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);            // with nohup it is ignored still
	sigprocmask(SIG_BLOCK, &signals, NULL); // before there are threads, so in all of them
	if (options->json_path != NULL) {
		json = fopen(options->json_path, "we"); // with the rights of the start
		if (json == NULL) {
			fprintf(stderr, "parallax-reflect: --json %s: %s\n", options->json_path,
				strerror(errno));
			return EXIT_FAILURE;
		}
	}
	int error = reflector_start(&reflector, options, &fault);
	if (error == 0) {
		log_started(&reflector);
		wait_for_end(&reflector, &signals);
		reflector_halt(&reflector);
		report(&reflector, "finished", json);
	} else {
		plx_log_message(false, PLX_LOG_LEVEL_ERROR, "start_failed", "%s: %s", fault.step,
				fault.text);
	}
	reflector_stop(&reflector);
	if (json != NULL) {
		fclose(json);
	}
	return error == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	static struct reflect_options options;
	enum reflect_request request;
	struct plx_setting_fault fault;
	if (plx_standard_streams_hold() != 0) {
		return EXIT_FAILURE;
	}
	if (reflect_options_read(argc, argv, &options, &request, &fault) != 0) {
		fprintf(stderr, "parallax-reflect: %s\n", fault.text);
		return EXIT_FAILURE;
	}
	switch (request) {
	case REFLECT_HELP:
		reflect_options_print_help();
		return EXIT_SUCCESS;
	case REFLECT_VERSION:
		puts("parallax-reflect " PLX_VERSION);
		return EXIT_SUCCESS;
	case REFLECT_RUN:
		break;
	}
	return run(&options);
}
