// SPDX-License-Identifier: BSD-3-Clause
// What EXPECT can count, by name: what went over the wire, what came of it, and the subject's own counters.

#pragma once

#include <parallax/exchange/worker_counters.h>

#include <stddef.h>

// Seen by the world around the subject.
#define ROUND_COUNTS(X)                                                                            \
	X(sent)       /* queries by UDP */                                                         \
	X(tcp)        /* queries by TCP */                                                         \
	X(total)      /* both */                                                                   \
	X(results)    /* look-ups that ended */                                                    \
	X(definitive) /* of them, with NOERROR or NXDOMAIN */                                      \
	X(elapsed_ms) /* from the QUERY step of the last checked look-up to its result */

enum round_count {
#define ROUND_COUNT_ENTRY(name) COUNT_##name,
	ROUND_COUNTS(ROUND_COUNT_ENTRY)
#undef ROUND_COUNT_ENTRY
	// What the subject said about each datagram, by drop reason.
	COUNT_FIRST_REASON,
	COUNT_FIRST_COUNTER = COUNT_FIRST_REASON + PLX_DROP_COUNT,
#define ROUND_COUNT_ENTRY(name) COUNT_COUNTER_##name,
	COUNT_BEFORE_COUNTERS = COUNT_FIRST_COUNTER - 1,
	PLX_WORKER_COUNTERS(ROUND_COUNT_ENTRY)
#undef ROUND_COUNT_ENTRY
		COUNT_COUNT
};

// The count with this name, or -ENOENT.
int round_count_find(const char *name, size_t length);
const char *round_count_name(enum round_count count);
