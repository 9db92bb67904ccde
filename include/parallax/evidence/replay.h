// SPDX-License-Identifier: BSD-3-Clause
// Judges an evidence again, from its octets alone: no network, no clock, no trust in what it says of itself. What was
// recorded must come out again:
//
//   1. each response is a well-formed answer to its query
//   2. it means what was recorded of it, coming from a server of that zone
//   3. each zone that was asked is one that a referral before it led to, and each server one that was named there
//   4. the proofs, made anew by the recorded trust anchors at the recorded time, have the recorded state and cause
//   5. the result is what these messages and proofs say
//
// The digest in the file tells accidents. Against somebody who makes it anew there are the signatures of the zones, and for
// unsigned names the digest of the whole file in the audit log. Not verifiable from any message are the addresses of
// the root servers and of a TLD whose referral was remembered: they are counted.

#pragma once

#include <parallax/base/attributes.h>

struct plx_evidence;

enum plx_replay_verdict {
	PLX_REPLAY_NOT_EVALUATED = 0,
	PLX_REPLAY_AGREES,
	PLX_REPLAY_DIFFERS,
};

struct plx_replay_report {
	enum plx_replay_verdict verdict;
	unsigned queries;
	unsigned responses;
	unsigned proofs;
	unsigned differences;
	unsigned remembered_servers; // queries whose server no message names
};

// `where`: "step 7" or "result"; `what`: a sentence about it, without a full stop. Printable ASCII.
typedef void (*plx_replay_difference_cb)(void *context, const char *where, const char *what);

// -ENOMEM: nothing was judged. The callback may be NULL.
PLX_MUST_CHECK int plx_replay(const struct plx_evidence *evidence,
			      plx_replay_difference_cb difference, void *context,
			      struct plx_replay_report *ret_report);
const char *plx_replay_verdict_name(enum plx_replay_verdict verdict);
