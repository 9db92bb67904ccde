// SPDX-License-Identifier: BSD-3-Clause
// Proofs of iterative look-ups to the validators and back.

#include "recursion/recursor.h"
#include "validation/validator_pool.h"
#include "worker/worker.h"

#define PROOFS_PER_TURN 64

static void count_verdict(struct worker *worker, const struct validation_request *request)
{
	worker->counters.signatures_checked += request->checks;
	if (request->step == PROOF_JUDGED) {
		worker->counters.proofs_judged++;
		worker->counters.proofs_bogus += request->verdict.state == PLX_DNSSEC_BOGUS;
	}
}

unsigned proofs_collect(struct worker *worker, uint64_t now_ns)
{
	unsigned count = 0;
	struct validator_pool *pool = worker->environment->validators;
	for (; pool != NULL && count < PROOFS_PER_TURN; count++) {
		struct validation_request *request = validator_pool_collect(pool, worker->index);
		if (request == NULL) {
			break;
		}
		count_verdict(worker, request);
		recursor_proof_done(worker->recursor, request, now_ns);
	}
	return count;
}

unsigned proofs_submit(struct worker *worker)
{
	unsigned count = 0;
	struct validator_pool *pool = worker->environment->validators;
	for (; pool != NULL && count < PROOFS_PER_TURN; count++) {
		struct validation_request *request = recursor_next_proof(worker->recursor);
		if (request == NULL) {
			break;
		}
		if (validator_pool_submit(pool, worker->index, request) != 0) {
			recursor_proof_refused(worker->recursor, request);
			break;
		}
	}
	if (count > 0) {
		validator_pool_wake(pool, worker->index);
	}
	return count;
}
