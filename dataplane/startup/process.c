// SPDX-License-Identifier: BSD-3-Clause
// The life of the process. The order of the start is the order of the calls below.

#include "startup/dataplane.h"

#include <parallax/base/error.h>
#include <parallax/base/log_line.h>
#include <parallax/base/standard_streams.h>
#include <parallax/process/supervisor.h>

#include <event2/event.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int start_extension(struct dataplane *dataplane)
{
	return dataplane->extension != NULL ? dataplane->extension->start(dataplane) : 0;
}

static int start(struct dataplane *dataplane)
{
	static const struct {
		int (*run)(struct dataplane *dataplane);
	} steps[] = {
		{start_source_ports}, // ours must not be the kernel's
		{start_eal},          // CPUs and memory
		{start_extension},    // of another program than parallax-dataplane
		{start_port},         // the NIC, its queues and packet pools
		{start_events},       // the control thread's loop, signals
		{start_iteration},    // root hints, trust anchor
		{start_workers},      // made, not running yet; exchange and TCP thread
		{start_routes},       // netlink, or ARP, ND and TAP
		{start_upstreams},    // from the configuration
		{start_control},      // JSON-RPC socket
		{drop_privileges},    // nothing below needs root
		{check_capture_dir},  // with the rights that are left
		{launch_workers},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(steps); i++) {
		int error = steps[i].run(dataplane);
		if (error != 0) {
			return error;
		}
	}
	return 0;
}

static void log_addresses(struct plx_log_line *line, const struct options *options)
{
	char all[OPTIONS_ADDRESSES_MAX * (PLX_IP_TEXT_MAX + 4)] = "";
	size_t length = 0;
	for (unsigned i = 0; i < options->address_count; i++) {
		char text[PLX_IP_TEXT_MAX];
		length += (size_t)snprintf(
			all + length, sizeof(all) - length, "%s%s/%u", i == 0 ? "" : ",",
			plx_ip_format(&options->address[i].ip, text), options->address[i].length);
	}
	if (length > 0) {
		plx_log_text(line, "addresses", all);
	}
}

void log_started(const struct dataplane *dataplane)
{
	const struct port_summary *port = worker_group_port(dataplane->group);
	struct plx_log_line line;
	char cpus[LCORE_PLAN_TEXT_MAX] = "";
	int error = lcore_plan_format(&dataplane->lcores, cpus);
	plx_log_begin(&line, dataplane_logs_json(dataplane), PLX_LOG_LEVEL_NOTICE, "started");
	plx_log_text(&line, "version", PLX_VERSION);
	plx_log_text(&line, "mode", port->mode);
	plx_log_text(&line, "device", port->device);
	plx_log_text(&line, "port", port->port_name);
	plx_log_number(&line, "queues", dataplane->port.queue_count);
	plx_log_number(&line, "workers", dataplane->lcores.worker_count);
	plx_log_text(&line, "lcores", error == 0 ? cpus : "-");
	log_addresses(&line, &dataplane->options);
	plx_log_number(&line, "upstreams", dataplane->options.upstreams_count);
	plx_log_number(&line, "memory_mb", dataplane->options.memory_mb);
	plx_log_number(&line, "uid", (int64_t)geteuid());
	plx_log_text(&line, "socket", dataplane->options.socket);
	plx_log_end(&line);
}

static int run(struct dataplane *dataplane)
{
	int error = start(dataplane);
	if (error == 0) {
		log_started(dataplane);
		plx_supervisor_ready(dataplane->supervisor);
		event_base_dispatch(dataplane->events);
	}
	if (dataplane->extension != NULL) {
		dataplane->extension->stop();
	}
	shut_down(dataplane);
	return error == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int dataplane_main(int argc, char **argv, const struct dataplane_extension *extension)
{
	static struct dataplane dataplane;
	dataplane.extension = extension;
	struct plx_setting_fault fault;
	if (plx_standard_streams_hold() != 0) {
		return EXIT_FAILURE;
	}
	int error = options_read(argc, argv, &dataplane.options, &dataplane.request, &fault);
	if (error != 0) {
		fprintf(stderr, "parallax-dataplane: %s\n", fault.text);
		return EXIT_FAILURE;
	}
	switch (dataplane.request.action) {
	case OPTIONS_HELP:
		options_print_help(stdout);
		return EXIT_SUCCESS;
	case OPTIONS_VERSION:
		puts("parallax-dataplane " PLX_VERSION);
		return EXIT_SUCCESS;
	case OPTIONS_CHECK_CONFIG:
		puts("the configuration is good");
		return EXIT_SUCCESS;
	case OPTIONS_RUN:
		break;
	}
	return run(&dataplane);
}
