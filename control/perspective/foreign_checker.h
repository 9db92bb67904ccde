// SPDX-License-Identifier: BSD-3-Clause
// A foreign Open MPIC checker as a perspective: one check is one POST to its /caa or /dcv over HTTPS. What it answers is
// read with suspicion (open_mpic/open_mpic_foreign.h) and is not signed; `evidence.source` names where it came from.
//
// Its certificate must be valid for the host of its URL, by the CA given, else by the system's. Ours is shown when there
// is one. Connections are its own, never shared with another remote or with DCV; no redirects, no proxy, no cookies.

#pragma once

#include <parallax/base/attributes.h>

#include "perspective/perspective_client.h"

#include <stdint.h>

#define FOREIGN_DEADLINE_MS_MAX 120000 // as of checks to a remote of ours

struct foreign_ask;
struct foreign_checker;
struct identifier_rules;

struct foreign_checker_config {
	struct event_base *base;
	const char *url; // "https://checker.example:8443", without /caa
	const char
		*connect_to; // "192.0.2.1:8443": where the URL's host is; NULL: as the name leads
	// Of tls: public_key_file is not looked at; certificate_file and key_file "": none is shown.
	struct perspective_tls_files tls;
	const struct identifier_rules *identifiers; // outlives it; by these our own checks are read
	unsigned connections_max;
	unsigned asks_max;        // in flight
	int64_t (*wall_us)(void); // Unix
};

// NULL, ret_error (-EINVAL, -ENOMEM) and the fault. Files are read once, here.
struct foreign_checker *foreign_checker_create(const struct foreign_checker_config *config,
					       int *ret_error, struct perspective_fault *fault);
// Every ask that is left ends as PERSPECTIVE_CLOSED from within. NULL is accepted. Not from a callback of its own.
void foreign_checker_destroy(struct foreign_checker *checker);

// `result` (check_result.h as JSON) is borrowed and set when ANSWERED.
typedef void (*foreign_answer_cb)(void *context, enum perspective_cause cause,
				  struct json_t *result, const char *detail, int64_t latency_ms);
// The callback comes once, from the loop. -EAGAIN (asks_max), -EINVAL (no check of ours, or the deadline), -ENOTSUP (a
// method that Open MPIC does not have), -ENOMEM.
PLX_MUST_CHECK int foreign_ask(struct foreign_checker *checker, struct json_t *check,
			       unsigned deadline_ms, foreign_answer_cb on_answer, void *context,
			       struct foreign_ask **ret_ask);
// There will be no callback.
void foreign_ask_cancel(struct foreign_ask *ask);
// In the terms of a channel; a batch is one check.
void foreign_checker_status(const struct foreign_checker *checker,
			    struct perspective_client_status *ret_status);
