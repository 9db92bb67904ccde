// SPDX-License-Identifier: BSD-3-Clause
// The client side of the exchange: attach to a dataplane, submit look-ups, collect results.
//
// A client opens the dataplane's control socket and calls `exchange.attach`; the answer carries a memfd (one pair
// of single-producer single-consumer byte rings per worker), one eventfd per worker to wake it, and one to be
// woken by. The socket stays open: when either process dies the kernel closes it, which is how the other knows.
//
//   submit ──► job ring (worker hash(name))  ──► dataplane worker
//   collect ◄── result ring                  ◄──
//
// A dataplane that hangs keeps the socket open. It is known by its beats (region_layout.h), which the client looks at
// whenever it is asked plx_client_is_responding: each PLX_CLIENT_LOOK_MS, so that a hang is noticed within a second.
// A worker that hangs: its outstanding look-ups are answered once with PLX_STATUS_LOST and PLX_CAUSE_DATAPLANE_SILENT, and
// submit answers -ENOTCONN for names that are its (each name has one worker, so that no other can take them over).
// Once it beats again it is asked again; what it then answers to ended look-ups is ignored and counted.
//
// When the dataplane dies, every outstanding look-up is answered once with PLX_STATUS_LOST, and the client
// re-attaches by itself (plx_client_wait tries with back-off); submit answers -ENOTCONN meanwhile.
// One thread per client object.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/exchange/job.h>
#include <parallax/exchange/result.h>

#include <stdbool.h>
#include <stdint.h>

#define PLX_DATAPLANE_SOCKET_DEFAULT "/run/parallax/dataplane.sock"
#define PLX_CLIENT_WINDOW_DEFAULT 16384
#define PLX_CLIENT_WINDOW_MAX (1u << 20)
#define PLX_CLIENT_LOOK_MS 100u

struct plx_client_config {
	const char *socket_path; // NULL: PLX_DATAPLANE_SOCKET_DEFAULT
	const char *name;        // shown by `parallaxctl status`; at most 31 characters
	enum plx_priority priority;
	uint32_t window; // look-ups outstanding at most; 0: PLX_CLIENT_WINDOW_DEFAULT
};

struct plx_client;
struct plx_evidence_terms;

// Attaches now. NULL and ret_error: -errno of the connection (-ENOENT, -ECONNREFUSED, -EACCES),
// PLX_ERR_REGION_VERSION, -ENOSPC (too many clients), -EBUSY (it drains), -EPROTO (not a dataplane), -ETIMEDOUT,
// -EINVAL, -ENOMEM.
struct plx_client *plx_client_open(const struct plx_client_config *config, int *ret_error);
// The same without waiting, and also while no dataplane is there: plx_client_collect attaches once it can, driven by
// plx_client_fd, as after a loss. NULL and ret_error: -EINVAL, -ENOMEM, -errno of epoll or timerfd.
struct plx_client *plx_client_create(const struct plx_client_config *config, int *ret_error);
// Outstanding look-ups are forgotten by both sides. NULL is accepted.
void plx_client_close(struct plx_client *client);

bool plx_client_is_attached(const struct plx_client *client);
// Attached, and all workers beat. `now_ns` is any clock that does not go back. When the answer changes, plx_client_fd
// becomes readable; the next collects report what a worker that fell silent has not answered. Costs nothing worth
// mentioning when asked more often.
bool plx_client_is_responding(struct plx_client *client, uint64_t now_ns);
// As of the last look. The control thread alone being silent stops no look-up, but attaching, routes and commands.
uint32_t plx_client_silent_workers(const struct plx_client *client);
bool plx_client_is_control_responding(const struct plx_client *client);
uint32_t plx_client_outstanding(const struct plx_client *client);
uint32_t plx_client_worker_count(const struct plx_client *client);
// By what the dataplane judges iterative look-ups, for their evidence: of each result that is handed over, also of those that
// it left when it ended. NULL: it did not say, or none is attached. Valid until the next call that may change the connection.
const struct plx_evidence_terms *plx_client_terms(const struct plx_client *client);
// Pollable: readable when results wait or the connection changed. For event loops; call plx_client_collect then.
// It stays readable until a collect returned 0. Re-attaching is driven by it as well.
int plx_client_fd(const struct plx_client *client);
// Results that answered no open look-up: ignored and counted. Above 0 the dataplane has a bug.
uint64_t plx_client_stray_results(const struct plx_client *client);

// Results for look-ups that were ended because their worker was silent: ignored and counted.
uint64_t plx_client_late_results(const struct plx_client *client);

// Queues one job. job->tag is the caller's own and comes back unchanged. -EAGAIN: the window or the worker's ring
// is full (collect, then try again); -ENOTCONN: detached, or the worker of this name is silent; -EINVAL: the job breaks a limit of job.h.
// Jobs become visible to the worker at plx_client_flush or when a batch of 32 is full.
PLX_MUST_CHECK int plx_client_submit(struct plx_client *client, const struct plx_job *job);
void plx_client_flush(struct plx_client *client);

// Called once per job with its terminal result; `body` is valid only during the call. May submit and flush,
// nothing else.
typedef void (*plx_result_cb)(void *context, const struct plx_result *result, const uint8_t *body);

// Hands over up to `max` results that are there now; returns how many. Never blocks.
unsigned plx_client_collect(struct plx_client *client, unsigned max, plx_result_cb callback,
			    void *context);
// Flushes, then sleeps until a result, a change of the connection or the timeout. While detached it tries to
// re-attach. Returns 0, or -EINTR on a signal. May return early: collect and look again.
int plx_client_wait(struct plx_client *client, int timeout_ms);
