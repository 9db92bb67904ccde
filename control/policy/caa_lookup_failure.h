// SPDX-License-Identifier: BSD-3-Clause
// When a failed CAA look-up may be taken as permission (BR 4.2.2.1; RFC 8659 6): the failure lies outside the CA's
// infrastructure, the look-up was retried at least once, and the domain is confirmed insecure (RFC 4035 4.3). The rules
// say MAY: the switch lookup-failure-permits is off until someone turns it on.

#pragma once

#include "policy/caa_switches.h"

#include <parallax/exchange/job.h>
#include <parallax/exchange/result.h>

#include <stdbool.h>
#include <stdint.h>

#define CAA_RETRIED_ATTEMPTS 2
// The proof and the failure are seen at about the same time: a proof of last week says nothing about today's zone, and
// that our path to the DNS works is shown only by an answer that came while the look-up failed.
#define CAA_PROOF_WINDOW_S 300

enum caa_excuse {
	CAA_EXCUSE_NOT_EVALUATED = 0,
	CAA_EXCUSE_GRANTED,
	CAA_EXCUSE_NOT_ALLOWED, // the switch is off
	CAA_EXCUSE_NOT_A_FAILURE,
	CAA_EXCUSE_OURS,       // the failure is, or may be, in our infrastructure
	CAA_EXCUSE_SUSPICIOUS, // validation failed, or answers were forged
	CAA_EXCUSE_NOT_RETRIED,
	CAA_EXCUSE_NOT_INSECURE, // the domain is secure, or nothing proves the contrary
	CAA_EXCUSE_NOT_REACHED,  // it is insecure, but no answer shows that our way to it worked
	CAA_EXCUSE_COUNT
};

// Whether the state of a failed look-up must itself be insecure: always at a primary, which must not take an upstream's
// SERVFAIL, maybe its word for bogus, maybe of an alias in another domain, for permission (BR 4.2.2.2); and wherever we
// validate ourselves.
bool caa_failure_needs_own_state(bool requires_validation, enum plx_resolution resolution);

// `failure` is the CAA look-up. `proof` is another look-up for the same domain by the same way, or NULL: a
// definitive answer that was found insecure. It must lie within the domain (SOA or NS of the zone); a DS answer is the
// parent's and secure.
//
// With `needs_own_state` the failure must be insecure as well: an iterative look-up proves that from the trust anchor down
// for the name that failed, and no failure of a stub look-up has that state. The proof shows then that the Base Domain
// itself is insecure, whatever an alias led to, and that our way to it worked at that time, since what proves a name
// insecure may have been remembered. Without it the proof alone shows that the domain is insecure. Pure.
enum caa_excuse caa_lookup_failure_judge(const struct plx_result *failure, bool needs_own_state,
					 const struct plx_result *proof,
					 const struct caa_switches *switches);

const char *caa_excuse_name(enum caa_excuse excuse);
const char *caa_excuse_text(enum caa_excuse excuse); // a sentence without a full stop
