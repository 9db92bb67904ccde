// SPDX-License-Identifier: BSD-3-Clause
// What the two threads of work of exchange_host.h share: the control thread (exchange_host.c) and the workers
// (exchange_host_worker.c).

#pragma once

#include "exchange_host.h"

#include <parallax/exchange/job.h>
#include <parallax/exchange/region_layout.h>

#include "exchange/exchange_lane.h"
#include "exchange/exchange_server.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define COMMANDS_MAX (2 * EXCHANGE_CLIENTS_MAX)

struct lane_command {
	struct exchange_lane *lane;
	bool is_attach;
};

// A lane and the result that found no room in it.
struct served_lane {
	struct exchange_lane *lane;
	struct plx_job parked_job;
	bool is_parked;
};

struct host_worker {
	struct exchange_host *host;
	unsigned index;
	pthread_t thread;
	int lanes_fd;                               // lane_wake.h
	struct lane_command commands[COMMANDS_MAX]; // host->lock
	unsigned command_count;                     // host->lock
	struct served_lane lanes[EXCHANGE_CLIENTS_MAX];
	unsigned lane_count;
	bool must_hang;  // host->lock
	bool is_hanging; // host->lock
	uint8_t body[PLX_JOB_TIMEOUT_MS_MAX];
};

struct finished_lane {
	struct exchange_lane *lane;
	unsigned worker;
};

struct host_connection {
	int fd;
	int client; // -1: not attached
	char line[PLX_ATTACH_LINE_MAX];
	size_t length;
};

struct exchange_host {
	struct exchange_host_config config;
	struct exchange_server *server;
	int listen_fd;
	int control_wake_fd;
	pthread_t control_thread;
	struct host_worker *workers;
	struct host_connection connections[EXCHANGE_CLIENTS_MAX + 8];
	unsigned connection_count;

	pthread_mutex_t lock;
	pthread_cond_t changed; // client_count, parked_count, must_hang or is_hanging
	struct finished_lane finished[COMMANDS_MAX * EXCHANGE_WORKERS_MAX];
	unsigned finished_count;
	unsigned client_count;
	unsigned parked_count;

	bool is_stopping;      // atomic
	bool is_stalled;       // atomic
	unsigned lost_wakeups; // atomic
	unsigned bad_records;  // atomic
};

// The thread of one worker; `context` is its struct host_worker.
void *exchange_host_worker_run(void *context);
