// SPDX-License-Identifier: BSD-3-Clause
// parallaxd: judges orders (role primary) or answers the checks of a primary (role remote). The order of the start is the
// order of the calls below.

#include "daemon/daemon.h"

#include <parallax/base/log_line.h>
#include <parallax/base/standard_streams.h>
#include <parallax/process/supervisor.h>

#include "rules/utc_time.h"

#include <event2/event.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int start(struct daemon *daemon)
{
	static const struct {
		int (*run)(struct daemon *daemon);
	} steps[] = {
		{start_events},     // the loop, signals
		{start_service},    // keys, channels to remotes, look-ups
		{start_supervisor}, // who started us, to be told how it goes
		{start_listener},   // HTTPS; its port may be below 1024
		{start_commands},   // JSON-RPC socket
		{drop_privileges},  // nothing below needs root
		{start_log},        // the audit log, owned by the account, and the modes
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(steps); i++) {
		int error = steps[i].run(daemon);
		if (error != 0) {
			return error;
		}
	}
	return 0;
}

static void log_started(const struct daemon *daemon)
{
	const struct config *config = service_config(&daemon->service);
	char endpoint[PLX_ENDPOINT_TEXT_MAX];
	struct plx_log_line line;
	plx_log_begin(&line, daemon_logs_json(daemon), PLX_LOG_LEVEL_NOTICE, "started");
	plx_log_text(&line, "version", PLX_VERSION);
	plx_log_text(&line, "role", config_role_name((enum config_role)config->role));
	plx_log_text(&line, "perspective", config->perspective.name);
	plx_log_text(&line, "rir", config->perspective.rir);
	plx_log_number(&line, "remotes", config->perspective_count);
	for (unsigned i = 0; i < config->listen_count; i++) {
		plx_log_text(&line, "listen", plx_endpoint_format(&config->listen[i], endpoint));
	}
	plx_log_text(&line, "socket", config->socket);
	plx_log_number(&line, "uid", (int64_t)geteuid());
	plx_log_end(&line);
}

static int run(struct daemon *daemon)
{
	int error = start(daemon);
	if (error == 0) {
		log_started(daemon);
		plx_supervisor_ready(daemon->supervisor);
		event_base_dispatch(daemon->events);
	}
	shut_down(daemon);
	return error == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	static struct daemon daemon;
	struct daemon_options_fault options_fault;
	struct plx_setting_fault config_fault;
	if (plx_standard_streams_hold() != 0) {
		return EXIT_FAILURE;
	}
	if (daemon_options_read(argc, argv, &daemon.options, &options_fault) != 0) {
		fprintf(stderr, "parallaxd: %s\n", options_fault.text);
		return EXIT_FAILURE;
	}
	if (daemon.options.action == DAEMON_HELP) {
		daemon_options_print_help(stdout);
		return EXIT_SUCCESS;
	}
	if (daemon.options.action == DAEMON_VERSION) {
		puts("parallaxd " PLX_VERSION);
		return EXIT_SUCCESS;
	}
	if (configuration_read(daemon.options.config_path, service_now_us() / UTC_SECOND_US,
			       &daemon.configuration, &config_fault) != 0) {
		fprintf(stderr, "parallaxd: %s\n", config_fault.text);
		return EXIT_FAILURE;
	}
	if (daemon.options.action == DAEMON_CHECK_CONFIG) {
		puts("the configuration is good");
		configuration_fini(&daemon.configuration);
		return EXIT_SUCCESS;
	}
	return run(&daemon);
}
