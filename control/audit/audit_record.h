// SPDX-License-Identifier: BSD-3-Clause
// What an audit record is: its kinds, the members that each kind must have (BR 5.4.1 (2), docs/audit-log.md), and its
// body as the bytes that are hashed. A record that lacks what an auditor will ask for is refused when it is
// appended, not found missing years later. Pure.

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_fault.h"

#include <jansson.h>

#include <stddef.h>
#include <stdint.h>

// An order of 1,000 identifiers declares its checks in about 400 kB; evidence is bounded by who gathers it.
#define AUDIT_BODY_BYTES_MAX (4u << 20)
// In a body: identifiers of an order, and attempts of an identifier. Bounds the loops over a stored body.
#define AUDIT_IDENTIFIERS_MAX 4096u
#define AUDIT_ATTEMPTS_MAX 64u
#define AUDIT_PERSPECTIVES_MAX                                                                     \
	65u // the primary, and what quorum/perspective_set.h takes of remotes

enum audit_kind {
	AUDIT_KIND_NONE = 0,
	AUDIT_KIND_GENESIS,       // first of a file; written by the log itself
	AUDIT_KIND_START,         // the daemon started
	AUDIT_KIND_STOP,          // the daemon stopped
	AUDIT_KIND_CONFIGURATION, // a configuration came into force
	AUDIT_KIND_MODE_CHANGE,
	AUDIT_KIND_ORDER,  // the decision on an order
	AUDIT_KIND_CHECK,  // what one perspective said on one identifier in one attempt
	AUDIT_KIND_QUORUM, // what an attempt on one identifier came to
	AUDIT_KIND_PROBE, // what a perspective said after the decision, to explain it; never counted
	AUDIT_KIND_CLOCK,       // the wall clock was set, or is believed again
	AUDIT_KIND_PERSPECTIVE, // panels leave a perspective out from now on, or no longer
	AUDIT_KIND_EVIDENCE, // files of evidence are removed, since they are older than they are kept
	AUDIT_KIND_COUNT,
};

// As in column `kind`: "genesis" ... "mode-change"; "none" otherwise.
const char *audit_kind_name(enum audit_kind kind);
// AUDIT_KIND_NONE for an unknown name.
enum audit_kind audit_kind_find(const char *name);

struct audit_record {
	enum audit_kind kind;
	int64_t time_us;    // Unix, UTC: when it happened
	const json_t *body; // an object; borrowed for the call
};

// What the index holds of a body; NULL or 0 where the kind has no such member. Borrowed from the body.
struct audit_keys {
	const char *order_id;
	const char *identifier;
	const char *perspective;
	const char *check; // "dcv" or "caa"
	int64_t attempt;
};

// 0, or PLX_ERR_AUDIT_RECORD with a text that names the member.
PLX_MUST_CHECK int audit_record_check(const struct audit_record *record, struct audit_fault *fault);
void audit_keys_extract(enum audit_kind kind, const json_t *body, struct audit_keys *ret_keys);

// The body's bytes: no blanks, members sorted by their names' octets, everything outside of ASCII as \uXXXX, so that no
// text of a peer can deceive the terminal it is shown on. To be freed by free(). -ENOMEM, or PLX_ERR_AUDIT_RECORD
// when it is too large.
PLX_MUST_CHECK int audit_body_dump(const json_t *body, char **ret_text, size_t *ret_length);
