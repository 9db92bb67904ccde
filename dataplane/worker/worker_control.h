// SPDX-License-Identifier: BSD-3-Clause
// What the control thread may ask of the workers, all of them at once: upstreams, poll mode, capture, lanes. Every
// change travels as a command through each worker's mailbox (a lock-free ring) and takes effect between two turns of
// its loop; the call returns at once. Readings look at the workers' memory directly and never disturb them.
//
//   control thread ── worker_group_* ──► mailbox ──► worker loop
//   control thread ◄── completion callback ──────────┘   (from the event loop)
//
// Control thread only. No DPDK type appears here, so that JSON-RPC methods can be built and tested without it.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>
#include <parallax/exchange/worker_counters.h>

#include "link/link_path.h"
#include "resolver/resolver.h"
#include "resolver/upstream_config.h"

#include <stdbool.h>
#include <stdint.h>

#define WORKERS_MAX 64 // EXCHANGE_WORKERS_MAX

struct packet_tap;
struct plx_name;
struct worker_group;

// Readings.

struct worker_status {
	unsigned lcore;
	int cpu; // -1: not pinned
	uint16_t queue;
	bool is_polling;  // poll mode: never sleeps
	bool is_sleeping; // at this moment
	unsigned clients; // lanes attached
};

unsigned worker_group_count(const struct worker_group *group);
// `worker` is 0..count-1 in all of these.
void worker_group_read_status(const struct worker_group *group, unsigned worker,
			      struct worker_status *ret_status);
void worker_group_read_counters(const struct worker_group *group, unsigned worker,
				struct plx_worker_counters *ret_counters);
// Of the counter that busy_cycles counts.
uint64_t worker_group_cycles_per_second(void);
// False when no upstream has this index.
bool worker_group_read_upstream(const struct worker_group *group, unsigned worker,
				unsigned upstream, struct upstream_snapshot *ret_snapshot);

// How the port was opened, for status output. Fixed after start; strings live as long as the group.
struct port_summary {
	const char *mode;      // "shared" or "exclusive"
	const char *device;    // interface name or DPDK device string
	const char *port_name; // DPDK's name of it
	uint16_t first_source_port;
	uint16_t last_source_port;
};
const struct port_summary *worker_group_port(const struct worker_group *group);

// What the driver counted since the start, of one DPDK port; the counts of drivers that do not count stay 0.
#define PORTS_MAX 32
#define PORT_EXTRAS_MAX 256 // further ones are not told
#define PORT_TEXT_MAX 64
struct port_extra {
	char name[PORT_TEXT_MAX];
	uint64_t value;
};
struct port_counters {
	char name[PORT_TEXT_MAX];
	char driver[PORT_TEXT_MAX];
	uint32_t link_mbps; // 0: unknown
	uint64_t packets_received, packets_sent, bytes_received, bytes_sent;
	uint64_t missed; // no room in the receive queue
	uint64_t receive_errors, send_errors, no_buffer;
	unsigned extra_count;
	struct port_extra extras[PORT_EXTRAS_MAX]; // by the driver's own names
};
// The port that is `place`-th among those that the workers use. False: there are fewer.
bool worker_group_read_port(const struct worker_group *group, unsigned place,
			    struct port_counters *ret_counters);

// Upstreams: one list for all workers, indices 0..UPSTREAMS_MAX-1. An index is used again only after every worker
// has forgotten its former server.

// 0; -EEXIST: the endpoint is in the list; -ENOSPC: UPSTREAMS_MAX are; -EINVAL: no usable address or port; -ERANGE:
// in_flight_max is less than the number of workers: look-ups of a worker without a part could never be asked.
PLX_MUST_CHECK int worker_group_add_upstream(struct worker_group *group,
					     const struct upstream_config *config,
					     unsigned *ret_index);
// Its open questions move to other servers. -ENOENT when there is no such index.
PLX_MUST_CHECK int worker_group_remove_upstream(struct worker_group *group, unsigned index);
// Draining: open queries may be answered, no new ones are sent. -ENOENT when there is no such index.
PLX_MUST_CHECK int worker_group_drain_upstream(struct worker_group *group, unsigned index,
					       bool is_draining);
// How its frames get there, or why they do not.
enum link_path_state worker_group_upstream_path(const struct worker_group *group, unsigned index);
// The index of an endpoint, or -ENOENT.
PLX_MUST_CHECK int worker_group_find_upstream(const struct worker_group *group,
					      const struct plx_endpoint *endpoint);

// Modes.

void worker_group_set_poll_mode(struct worker_group *group, bool is_polling);
bool worker_group_is_poll_mode(const struct worker_group *group);

// While draining, workers take no new jobs and finish those they have; SIGTERM drains before it stops.
void worker_group_set_drain(struct worker_group *group, bool is_draining);
bool worker_group_is_draining(const struct worker_group *group);
uint64_t worker_group_lookups_in_flight(const struct worker_group *group);

// taps[i] is where worker i copies its packets to, or NULL for none; `taps` NULL ends the capture. `done` (may be
// NULL) is called from the event loop once no worker touches the former taps any more. -ENOMEM: nothing changed.
PLX_MUST_CHECK int worker_group_set_capture(struct worker_group *group,
					    struct packet_tap *const *taps,
					    void (*done)(void *context), void *context);

// All workers and validators forget what iterative look-ups learnt of names at and below `zone`. `done` is called from
// the event loop with the number of entries that the workers had. -ENOMEM: nothing was forgotten.
PLX_MUST_CHECK int worker_group_flush_cache(struct worker_group *group, const struct plx_name *zone,
					    void (*done)(void *context, uint64_t entries),
					    void *context);
// Whether there are iterative look-ups.
bool worker_group_is_iterative(const struct worker_group *group);
