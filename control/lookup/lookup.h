// SPDX-License-Identifier: BSD-3-Clause
// Look-ups on an event loop: any number of callers of one thread share one client of the exchange.
//
//   lookup_start ──► WAITING ──► OPEN ──► callback, once
//                      ▲  window   │ the dataplane ended or hung: once more, if the deadline allows
//                      └───────────┘
//
// The service works while the dataplane is away or hangs (known within a second by its beats): look-ups wait until it is
// back, each at most until its own deadline. Names of a worker that hangs wait, those of others do not. Equal look-ups
// are not merged here: each has a job and a result of its own. The dataplane asks equal questions that are open at the
// same time once (dataplane/resolver/resolver.h, dataplane/recursion/recursor.h), so that two checks of one perspective
// may rest on the same packets. Nothing goes from one perspective to another (BR 3.2.2.9).
// Everything happens on the thread of the event base.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/exchange/job.h>
#include <parallax/exchange/result.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct lookup;
struct lookup_service;

// Waiting for room at most: what a burst of orders may pile up before it is refused. 4096 orders of 16 questions.
#define LOOKUP_WAITING_MAX 65536u
#define LOOKUP_GRACE_MS_DEFAULT 1000u
#define LOOKUP_GRACE_MS_MAX 60000u

// How a caller's look-ups are made. Copied freely; the service outlives it.
struct lookup_way {
	struct lookup_service *service;
	enum plx_resolution resolution;
	bool wants_trace; // of iterative look-ups: the result has its trace (lookup_trace.h)
};

struct lookup_config {
	const char *socket_path; // NULL: PLX_DATAPLANE_SOCKET_DEFAULT
	const char *name;        // shown by the dataplane's status
	uint32_t window;      // look-ups at the dataplane at a time; 0: PLX_CLIENT_WINDOW_DEFAULT
	uint32_t waiting_max; // 0: LOOKUP_WAITING_MAX, which is also the most
	uint32_t grace_ms; // after a job's own timeout, for the dataplane to say so; 0: the default
};

struct lookup_stats {
	bool is_attached;
	bool is_responding;         // attached, and no worker is silent
	bool is_control_responding; // attached, and its control thread is not silent
	uint32_t silent_workers; // their look-ups wait until they are back, or for their deadline
	uint32_t waiting;        // not at the dataplane yet
	uint32_t open;           // at the dataplane, with someone who waits
	uint32_t abandoned;      // at the dataplane, cancelled or past their deadline
	uint64_t started;        // accepted by lookup_start
	uint64_t refused;        // -EAGAIN
	uint64_t finished;       // callbacks with a result of the dataplane
	uint64_t by_state[PLX_RESOLUTION_COUNT][PLX_DNSSEC_COUNT]; // those results
	uint64_t unvalidated;    // of those, definitive answers that nobody validated
	uint64_t lost;           // callbacks with PLX_STATUS_LOST
	uint64_t expired;        // callbacks with PLX_STATUS_CANCELLED: no room before the deadline
	uint64_t resubmitted;    // asked again after the dataplane ended or hung
	uint64_t cancelled;      // by lookup_cancel
	uint64_t late_results;   // for an abandoned one, or one that was asked again: ignored
	uint64_t stray_results;  // see plx_client_stray_results
	size_t trace_bytes;      // held by traces that were kept (lookup_trace.h) and not released
	uint64_t attached_count; // times that it attached
	uint64_t silent_count;   // times that a worker or all of them fell silent
};

// Does not wait for the dataplane. NULL and ret_error: -EINVAL (name or a limit), -ENOMEM, -errno of epoll or timerfd.
struct lookup_service *lookup_service_open(struct event_base *base,
					   const struct lookup_config *config, int *ret_error);
// No callback comes afterwards; handles are void. Not from a callback. NULL is accepted.
void lookup_service_close(struct lookup_service *service);
void lookup_service_stats(const struct lookup_service *service, struct lookup_stats *ret_stats);

// `result` and `body` (result->body_length octets) are valid during the call only. result->tag is the job's. Beyond what
// the dataplane answers:
//   LOST       it ended, hung or did not answer within timeout and grace, or was not there at all
//   CANCELLED  it had no room for the look-up before the deadline
// both of which are failures of ours and say nothing about the name. May start and cancel look-ups. A loop that is
// behind (10 s at most) hands over what came in time before it declares anything LOST.
typedef void (*lookup_cb)(void *context, const struct plx_result *result, const uint8_t *body);

// The callback comes exactly once, never from within this call. -EAGAIN: too many wait; -EINVAL: the job breaks a limit
// of job.h; -ENOMEM: then it never comes. ret_lookup is void once the callback is called or the look-up is cancelled.
PLX_MUST_CHECK int lookup_start(struct lookup_service *service, const struct plx_job *job,
				lookup_cb callback, void *context, struct lookup **ret_lookup);
// The same for evidence of an issuance: the job's resolution is the way's, and an iterative look-up remembers nothing of the
// name's own zones (PLX_JOB_NO_CACHE), and brings its trace where the way wants it. Its flags and resolution must be 0.
PLX_MUST_CHECK int lookup_start_evidence(const struct lookup_way *way, const struct plx_job *job,
					 lookup_cb callback, void *context,
					 struct lookup **ret_lookup);
// The callback does not come; a result that comes late is ignored. NULL is accepted.
void lookup_cancel(struct lookup *lookup);
