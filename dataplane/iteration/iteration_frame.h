// SPDX-License-Identifier: BSD-3-Clause
// One question of an iterative look-up: where it stands, whose servers it asks and with what success. The look-up's own
// question is the outermost frame; addresses of name servers are asked by frames above it. Frames come from a pool of
// fixed size.

#pragma once

#include <parallax/base/attributes.h>

#include "iteration/delegation.h"
#include "iteration/minimisation.h"
#include "iteration/work_budget.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

// Why a question has no answer. "Ours" are the last two: the others say something about the servers.
enum iteration_cause {
	ITERATION_CAUSE_NONE = 0,
	ITERATION_CAUSE_TIMEOUT,
	ITERATION_CAUSE_UNREACHABLE,
	ITERATION_CAUSE_TCP,  // truncated, and TCP gave no answer
	ITERATION_CAUSE_LAME, // no server listed serves the zone
	ITERATION_CAUSE_RCODE,
	ITERATION_CAUSE_BROKEN,     // answers that no reading of is safe
	ITERATION_CAUSE_NO_ADDRESS, // no server of the zone has an address that we can ask
	ITERATION_CAUSE_NS_LOOP,    // a zone's servers can be found by asking that zone only
	ITERATION_CAUSE_ALIAS_LOOP,
	ITERATION_CAUSE_ALIAS_TOO_LONG,
	ITERATION_CAUSE_LIMIT,    // of work, see enum work_limit
	ITERATION_CAUSE_NO_FRAME, // ours: too many look-ups at once
	ITERATION_CAUSE_NO_ROOT,  // ours: neither hints nor a root in the cache
};

struct iteration_frame {
	struct iteration_frame *parent; // of a free frame: the next free one
	struct plx_name name;
	uint16_t type;
	uint8_t depth;
	struct delegation zone; // whose servers are asked
	struct minimisation minimisation;

	// Of the present zone.
	uint8_t tries[DELEGATION_ADDRESSES_MAX];
	uint16_t fetched_ipv4; // bit per name: its A records were asked for
	uint16_t fetched_ipv6;
	uint8_t ns_fetches;

	// Of the query that is out.
	uint8_t server; // index of the address
	bool by_tcp;
	bool without_edns;
	bool is_resend; // ask `server` again, another way

	uint8_t fetching; // while a frame above asks for it: index of the name in `zone`
	// The last failure.
	enum iteration_cause cause;
	enum work_limit limit; // of ITERATION_CAUSE_LIMIT
	uint16_t rcode;        // of ITERATION_CAUSE_RCODE
};

static_assert(DELEGATION_NAMES_MAX <= 16, "a bit of fetched_ipv4 per name");

struct iteration_frames;

// -EINVAL when `count` is 0, -ENOMEM.
PLX_MUST_CHECK int iteration_frames_create(uint32_t count, struct iteration_frames **ret_frames);
void iteration_frames_destroy(struct iteration_frames *frames); // or NULL
PLX_PURE uint32_t iteration_frames_free_count(const struct iteration_frames *frames);
// A frame for a question, on top of `parent` (or NULL), without a zone yet; NULL when all are in use.
struct iteration_frame *iteration_frame_acquire(struct iteration_frames *frames,
						struct iteration_frame *parent,
						const struct plx_name *name, uint16_t type);
void iteration_frame_release(struct iteration_frames *frames, struct iteration_frame *frame);

// Another zone's servers are asked from now on: forgets what was tried with the former's.
void iteration_frame_reset_zone(struct iteration_frame *frame);
// Another question to the same servers: only those that are out for good stay out.
void iteration_frame_reset_tries(struct iteration_frame *frame);
const char *iteration_cause_name(enum iteration_cause cause);
