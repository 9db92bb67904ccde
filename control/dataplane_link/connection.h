// SPDX-License-Identifier: BSD-3-Clause
// The life of a client's connection to the dataplane:
//
//   ATTACHING ──► ATTACHED ──► DRAINING ──► LOST ──► WAITING ──► ATTACHING ...
//       │      answer     socket ends  rings empty  all reported ▲  timer
//       └─────────────────────────────────────────────────────────┘ refused, or no answer in time
//
// ATTACHED, but a worker's beat stopped: its look-ups are reported as lost and nothing new is sent to it; the rings stay,
// since a worker that beats again goes on where it was. What it still answers is late.
// DRAINING: the dataplane is gone; results that it had published are valid and delivered first. LOST: the rings
// are unmapped and every look-up still open is reported as lost. Nothing new is accepted outside ATTACHED. All of
// it is driven by one epoll descriptor: the socket (end of file stays readable until everything is reported), the
// socket by which workers wake us, and a timer (back-off, time limit of an attach).

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/exchange/region_layout.h>
#include <parallax/exchange/spsc_ring.h>

#include "dataplane_link/attach_call.h"
#include "dataplane_link/heartbeat.h"
#include "dataplane_link/region_map.h"

#include <stdbool.h>
#include <stdint.h>

#define CONNECTION_BACKOFF_MIN_MS 50u
#define CONNECTION_BACKOFF_MAX_MS 2000u
#define CONNECTION_ATTACH_LIMIT_MS 2000u // for the answer

enum connection_state {
	CONNECTION_WAITING = 0,
	CONNECTION_ATTACHING,
	CONNECTION_ATTACHED,
	CONNECTION_DRAINING,
	CONNECTION_LOST,
};

// Our ends of one worker's rings.
struct worker_link {
	struct plx_ring_producer jobs;
	struct plx_ring_consumer results;
	int wake_fd;
	unsigned unpublished;  // jobs
	struct plx_beat *beat; // in the region: only read
	struct heartbeat heartbeat;
	uint32_t end_cursor; // silent: how far its outstanding look-ups are reported
	uint64_t
		late_expected; // look-ups that were ended while it was silent, and may be answered yet
};

struct connection {
	enum connection_state state;
	int epoll_fd;
	int timer_fd;
	int socket;     // -1: none
	int wake_fd;    // -1: none
	bool is_kicked; // the wake socket was seen readable and not read yet
	int last_error; // why the last attach failed
	uint32_t backoff_ms;
	uint64_t lost_time_ns; // CLOCK_REALTIME when the end was noticed
	struct attach_call call;
	struct region_mapping region;
	struct attach_terms terms; // of the region: known as long as it is there
	uint64_t looked_ns; // when the beats were last looked at, by the caller's clock; 0: never
	struct heartbeat control_heartbeat;
	uint32_t silent_workers;
	struct worker_link workers[PLX_REGION_WORKERS_MAX];
};

// Strings of who attaches; they outlive the connection.
struct connection_identity {
	const char *socket_path;
	const char *name;
	enum plx_priority priority;
};

// -errno of epoll_create1 or timerfd_create. The state is WAITING with the timer not armed.
PLX_MUST_CHECK int connection_init(struct connection *connection);
void connection_fini(struct connection *connection);

// Starts an attach; the state becomes ATTACHING, or WAITING with last_error.
void connection_start(struct connection *connection, const struct connection_identity *identity,
		      unsigned connect_timeout_ms);
// Waits at most `timeout_ms` (-1: no limit) for events and acts on them. 0, or -EINTR.
PLX_MUST_CHECK int connection_step(struct connection *connection,
				   const struct connection_identity *identity, int timeout_ms);
// Reads the wake socket if it was seen readable. Before looking at the rings, never after: a kick says that there is
// something in them.
void connection_drain_kick(struct connection *connection);

// ATTACHED: looks at the beats, unless that was done a moment ago. True: somebody fell silent, or came back.
PLX_MUST_CHECK bool connection_look(struct connection *connection, uint64_t now_ns);
// CLOCK_REALTIME, for results that are made here.
uint64_t connection_realtime_ns(void);
// ATTACHED: makes the descriptor readable, until the next step.
void connection_wake_self(struct connection *connection);
// Announces that we sleep to all workers. True: results wait already.
PLX_MUST_CHECK bool connection_announce_sleep(struct connection *connection);
// Makes the jobs written to a worker's ring visible.
void connection_publish(struct worker_link *worker);
// The peer broke the protocol: as if it had ended.
void connection_abandon(struct connection *connection);
// DRAINING and all rings are empty: unmap them. The state becomes LOST.
void connection_drop_region(struct connection *connection);
// LOST and everything is reported: close the socket, try again after the back-off. The state becomes WAITING.
void connection_schedule(struct connection *connection);
