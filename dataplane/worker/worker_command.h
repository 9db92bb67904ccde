// SPDX-License-Identifier: BSD-3-Clause
// A change that the control thread asks of one worker. The control thread allocates it and puts it into the mailbox; the
// worker runs it between two turns and puts it into the completion ring; the control thread calls `done` and frees it.

#pragma once

#include <parallax/base/ip_address.h>
#include <parallax/dns/name.h>

#include "network/header_template.h"
#include "resolver/upstream_config.h"

#include <stdbool.h>
#include <stdint.h>

#define WORKER_MAILBOX_SIZE 1024

enum worker_command_kind {
	WORKER_LANE_ATTACH,
	WORKER_LANE_DETACH,
	WORKER_UPSTREAM_SET,
	WORKER_UPSTREAM_REMOVE,
	WORKER_UPSTREAM_DRAIN,
	WORKER_UPSTREAM_ROUTE,
	WORKER_POLL_MODE,
	WORKER_DRAIN,
	WORKER_CAPTURE,
	WORKER_CACHE_FLUSH,
};

struct exchange_lane;
struct packet_tap;

struct worker_command {
	enum worker_command_kind kind;
	unsigned upstream; // of WORKER_UPSTREAM_*
	union {
		struct exchange_lane *lane;
		struct upstream_config upstream_config;
		bool is_on; // of UPSTREAM_DRAIN, POLL_MODE, DRAIN
		struct {
			bool is_reachable; // else header and source are not set
			struct plx_ip source;
			struct header_template header;
		} route;
		struct packet_tap *tap;
		struct {
			struct plx_name zone; // the root: all
			uint32_t entries;     // set by the worker: what was forgotten
		} flush;
	};

	// Control thread.
	unsigned worker;
	void (*done)(void *context, const struct worker_command *command); // may be NULL
	void *context;
	struct worker_command *next; // waiting for room in the mailbox
};
