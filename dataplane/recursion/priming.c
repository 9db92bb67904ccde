// SPDX-License-Identifier: BSD-3-Clause
// Priming (RFC 8109): the root's servers are asked for by look-up, with the hints to begin with, when the first job comes
// and whenever what is known of them has expired. No look-up waits for it.

#include "recursion/recursor_state.h"

#include "iteration/root_hints.h"

#include <string.h>

void priming_begin(struct recursor *recursor)
{
	static const struct plx_name root = {.length = 1};
	if (recursor->is_priming || recursor->now_ns < recursor->prime_after_ns ||
	    recursor->config.is_unprimed || recursor->context.root_hints == NULL) {
		return;
	}
	uint32_t index = recursion_acquire(recursor);
	if (index == RECURSION_NONE) {
		return;
	}
	struct recursion *recursion = &recursor->recursions[index];
	memset(recursion, 0, offsetof(struct recursion, iteration));
	recursion->kind = RECURSION_PRIMING;
	recursion->state = RECURSION_RUNNING;
	recursion->query = QUERY_NONE;
	recursion->qtype = PLX_TYPE_NS;
	recursion->serial = recursor->next_serial++;
	recursion->started_ns = recursor->now_ns;
	recursion->deadline_ns = recursor->now_ns + WORK_TIME_NS;
	recursion->iteration.frame = NULL;
	recursor->is_priming = true;
	due_wheel_arm(&recursor->wheel, wheel_id_of_recursion(recursor, index),
		      recursion->deadline_ns);
	if (iteration_start(&recursion->iteration, &recursor->context, &root, PLX_TYPE_NS,
			    CACHE_USE_SERVERS, recursor->now_ns)) {
		recursion_run(recursor, index);
	} else {
		priming_end(recursor, index, NULL);
	}
}

void priming_end(struct recursor *recursor, uint32_t index, const struct plx_message *message)
{
	struct delegation root;
	recursor->is_priming = false;
	recursor->prime_after_ns = recursor->now_ns + RECURSOR_PRIMING_RETRY_NS;
	if (message != NULL && root_priming_read(message, recursor->now_ns, &root) == 0) {
		delegation_cache_put(recursor->context.cache, &root, recursor->now_ns);
		recursor->prime_after_ns = root.expires_ns;
	}
	recursion_release(recursor, index);
}
