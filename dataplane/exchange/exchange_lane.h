// SPDX-License-Identifier: BSD-3-Clause
// One client's pair of rings as one worker sees it: jobs in, results out. The other process is treated as hostile:
// ring positions are range-checked, records are copied out before they are parsed.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/exchange/job.h>
#include <parallax/exchange/result.h>

#include <stdbool.h>
#include <stdint.h>

struct exchange_lane;

enum plx_priority exchange_lane_priority(const struct exchange_lane *lane);
unsigned exchange_lane_client(
	const struct exchange_lane *lane); // 0..RESOLVER_CLIENTS_MAX-1, stable while attached
// The eventfd by which the client wakes this worker, for lane_wake.h: shared with the client, so never read or written.
int exchange_lane_wake_fd(const struct exchange_lane *lane);
// True for good once the client wrote an impossible position or length: detach it.
bool exchange_lane_is_corrupt(const struct exchange_lane *lane);

// The next job, not yet taken. 1: a job; 0: none; -EINVAL: a malformed record (counted and skipped by the caller with
// exchange_lane_take); PLX_ERR_RING_CORRUPT: the ring cannot be read any more, detach the client.
PLX_MUST_CHECK int exchange_lane_peek(struct exchange_lane *lane, struct plx_job *ret_job);
void exchange_lane_take(struct exchange_lane *lane); // the job just peeked

// False when the result ring has no room. Visible to the client after exchange_lane_flush.
bool exchange_lane_deliver(struct exchange_lane *lane, const struct plx_result *result,
			   const uint8_t *body);
// Publishes positions once per burst; wakes the client by its socket only if it sleeps.
void exchange_lane_flush(struct exchange_lane *lane);

// Shows the client that the worker runs (region_layout.h).
void exchange_lane_beat(struct exchange_lane *lane);

// Before a worker sleeps: announce it on all its lanes, look once more for jobs (true: there are some, do not sleep),
// sleep on the worker's eventfd and the lanes' (lane_wake.h), then withdraw the announcement. While the last result
// found no room, jobs do not count, but room for it does: the client kicks the worker when it has read some.
bool exchange_lane_announce_sleep(struct exchange_lane *lane);
void exchange_lane_announce_awake(struct exchange_lane *lane);
