// SPDX-License-Identifier: BSD-3-Clause
// What a sweep counts, over all its runs: a checkpoint carries it from one to the next.

#pragma once

#include <parallax/exchange/result.h>

#include <stdbool.h>
#include <stdint.h>

#define TALLY_RCODES 24 // named ones; higher RCODEs share the last

// One line per counter: field and JSON key.
#define TALLY_COUNTERS(X)                                                                          \
	X(lines)       /* of the input, whatever they hold */                                      \
	X(blank)       /* lines */                                                                 \
	X(comments)    /* lines */                                                                 \
	X(other_shard) /* lines */                                                                 \
	X(results)     /* output lines */                                                          \
	X(failures)    /* output lines that are neither NOERROR nor NXDOMAIN */                    \
	X(queries)     /* sent by the dataplane for us */                                          \
	X(retries)     /* attempts after the first, of the questions that decided */               \
	X(records)                                                                                 \
	X(tcp)         /* answers by TCP */                                                        \
	X(resubmitted) /* look-ups asked again because the dataplane ended or was drained */       \
	X(runtime_ms)

struct tally {
#define TALLY_FIELD(name) uint64_t name;
	TALLY_COUNTERS(TALLY_FIELD)
#undef TALLY_FIELD
	uint64_t rcodes[TALLY_RCODES + 1];   // of ANSWERED results
	uint64_t statuses[PLX_STATUS_COUNT]; // all others
	uint64_t dnssec[PLX_DNSSEC_COUNT];   // of all results
};

void tally_result(struct tally *tally, const struct plx_result *result);
void tally_add(struct tally *tally, const struct tally *other);

// The names and counts that are not zero, NOERROR first: the slot-th, false after the last. The name is static
// or in `text`.
bool tally_status(const struct tally *tally, unsigned *cursor, const char **ret_name,
		  uint64_t *ret_count, char text[static 12]);
// The same of the DNSSEC states, secure first. The name is static.
bool tally_dnssec(const struct tally *tally, unsigned *cursor, const char **ret_name,
		  uint64_t *ret_count);
