// SPDX-License-Identifier: BSD-3-Clause
// Who looks: the primary and the remotes of one configuration, how each is asked and compared, and which an attempt uses. The
// choice is made here, from places alone, before anything is asked; no answer can change it. A panel never changes: a
// reload or a remote drained by hand makes another one, and orders in flight keep theirs.

#pragma once

#include <parallax/base/attributes.h>

#include "policy/dcv_switches.h"
#include "quorum/perspective_set.h"

#include <stddef.h>
#include <stdint.h>

struct json_t;

// What a perspective said to one check. Borrowed for the call.
struct order_perspective_answer {
	// check_result.h as JSON; NULL: it gave none, and `cause` and `detail` say why. Not looked at with a signed line.
	struct json_t *result;
	// perspective/signed_line.h as it was read, whose payload holds the result as "answer"; NULL: unsigned. It is kept
	// and not changed afterwards.
	struct json_t *envelope;
	const char *cause;  // code, "timeout" and the like
	const char *detail; // sentence, may be ""
	int64_t latency_ms;
};
typedef void (*order_answer_cb)(void *context, const struct order_perspective_answer *answer);

struct order_perspective {
	struct perspective facts;
	void *context;
	// `check` (check_request.h as JSON) may be kept until the answer and is not to be changed. 0: the callback comes
	// once, from the loop, never from within. -EAGAIN: no room now, it is asked again. Any other error: it was not
	// asked, which counts as an answer that does not corroborate.
	int (*ask)(void *context, struct json_t *check, unsigned deadline_ms,
		   order_answer_cb on_answer, void *answer_context, void **ret_handle);
	void (*cancel)(void *context, void *handle); // there will be no callback
};

struct order_panel_config {
	struct order_perspective primary;
	const struct order_perspective *remotes; // copied; in the operator's preference
	size_t remote_count;                     // at most PERSPECTIVE_REMOTES_MAX
	struct dcv_switches dcv;                 // how what remotes saw is compared
	// When the last order let go of the panel; what the perspectives borrow must live until then. May be NULL.
	void (*on_free)(void *context);
	void *context;
};

struct order_panel {
	unsigned reference_count;
	struct perspective_selection selection;
	size_t used_count;
	size_t used[PERSPECTIVE_REMOTES_MAX]; // index into remotes
	struct json_t *all_names;             // array: the primary, then the used remotes
	struct json_t *primary_name;          // array of one
	struct json_t *unused;                // [{"name","reason"}]
	struct dcv_switches dcv;
	void (*on_free)(void *context);
	void *context;
	struct order_perspective primary;
	size_t remote_count;
	struct order_perspective remotes[];
};

// One reference. NULL: too many remotes, or no memory; on_free is not called then.
struct order_panel *order_panel_create(const struct order_panel_config *config);
struct order_panel *order_panel_acquire(struct order_panel *panel);
void order_panel_release(struct order_panel *panel); // NULL is fine
// Seat 0 is the primary, then the used remotes.
const struct order_perspective *order_panel_seat(const struct order_panel *panel, size_t seat);
