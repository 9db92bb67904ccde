// SPDX-License-Identifier: BSD-3-Clause
// One perspective's result boiled down to what tells causes apart. Evidence of a remote is not trusted: what has the wrong
// type counts as not there, and every list is read to a limit. Pure.

#pragma once

#include "check/check_result.h"
#include "check/probe_kind.h"

#include <stdbool.h>
#include <stdint.h>

struct json_t;

enum sighting_kind {
	SIGHTING_NONE = 0,   // not asked, or nothing that can be told
	SIGHTING_PASS,       // the check passed
	SIGHTING_DOWN,       // the perspective itself: lost, or its dataplane
	SIGHTING_PROHIBITED, // CAA read, and it forbids
	// HTTP and TLS
	SIGHTING_DROPPED,  // no answer to connecting, or none to the request
	SIGHTING_REFUSED,  // the connection was refused, or no route
	SIGHTING_BROKEN,   // connected, then cut off
	SIGHTING_DENIED,   // 401, 403, 406, 451: an answer that says go away
	SIGHTING_REDIRECT, // a redirect that must not be followed
	SIGHTING_STATUS,   // any other status than success
	SIGHTING_CONTENT,  // an answer without the challenge
	// DNS
	SIGHTING_UNREACHABLE,  // no usable answer
	SIGHTING_TYPE_REFUSED, // none to this type, while other types are answered
	SIGHTING_BOGUS,
	SIGHTING_NO_RECORD,    // the name or type does not exist
	SIGHTING_OTHER_RECORD, // records, and not the challenge
	SIGHTING_KIND_COUNT
};

// Pointers lead into the evidence.
struct sighting {
	enum sighting_kind kind;
	int64_t time_us;
	const struct json_t *hops;      // of the fetch; NULL: none
	const struct json_t *addresses; // of the first host; NULL: not known
	uint8_t family;                 // of the address contacted last: 4, 6, 0
	bool has_other_family;          // that host has addresses of the other one too
	// What probes found; CHECK_NOT_EVALUATED: not made.
	enum check_outcome probes[PROBE_KIND_COUNT];
};

// `result` NULL: not asked. `other`, the CAA result of a DCV check and the reverse, may tell that other types are
// answered; NULL: not known. `probes` were made after the check (an array as in the evidence); NULL: none but those
// of the evidence.
struct sighting sighting_of(const struct check_result *result, const struct check_result *other,
			    const struct json_t *probes);

// The challenge, or the permission, was looked for and is not there.
bool sighting_is_missing(enum sighting_kind kind);
// The web server or something before it keeps us off.
bool sighting_is_blocked(enum sighting_kind kind);

const char *sighting_kind_name(enum sighting_kind kind);
