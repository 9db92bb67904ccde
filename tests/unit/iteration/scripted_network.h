// SPDX-License-Identifier: BSD-3-Clause
// A look-up against a network that is a table: who answers what. Time is virtual. The table of the test comes first, then
// one that every test has: the root at ROOT knows the TLD test at TLD, which knows a.test at SERVER_A and b.test at
// SERVER_B, which know www and say NODATA to the rest. Include after cunit_runner.h.

#pragma once

#include "iteration/iteration.h"

#include <stdbool.h>
#include <stdint.h>

#define ROOT "198.51.100.1"
#define TLD "198.51.100.2"
#define SERVER_A "192.0.2.1"
#define SERVER_B "192.0.2.2"

// Servers of one look-up, as two arguments.
#define NETWORK(...)                                                                               \
	(const struct scripted_server[]) {__VA_ARGS__},                                            \
		PLX_ARRAY_SIZE(((const struct scripted_server[]) {__VA_ARGS__}))

#define LOG_BYTES 8192

struct scripted_server {
	const char *address;  // "*": any
	const char *question; // "NAME TYPE", "NAME *", "*.ZONE *" (the zone and below) or "*"
	const char *
		flags; // of scripted_reply; or "timeout", "unreachable"; before them "tcp:" or "noedns:": only such queries
	const char *records;
};

// Who answers the query: of the table, else of the one that every test has. Its words for what happens are after the
// last colon of its flags. A query that no table knows ends the program.
const struct scripted_server *scripted_server_find(const struct scripted_server *servers,
						   unsigned count,
						   const struct iteration_query *query);
const char *scripted_server_flags(const struct scripted_server *server);

struct scripted_network {
	struct iteration_context context;
	struct iteration iteration;
	struct delegation hints;
	struct plx_random random;
	enum cache_use use;
	uint64_t now_ns;

	// Of the last look-up.
	struct iteration_result result;
	unsigned queries;
	unsigned frames_left; // taken and not given back
	unsigned deepest;
	char log[LOG_BYTES]; // a line per query: "ADDRESS NAME TYPE[ tcp][ noedns] -> judgement"
};

void network_start(struct scripted_network *network);
void network_stop(struct scripted_network *network);
// Looks up "NAME TYPE". A query that no table knows ends the program.
void network_look_up(struct scripted_network *network, const char *question,
		     const struct scripted_server *servers, unsigned count);
// CU_ASSERTs that it failed by that cause or limit, within the budget, and gave its frames back.
void network_check_failed(const struct scripted_network *network, enum iteration_cause cause);
void network_check_limit(const struct scripted_network *network, enum work_limit limit);
bool network_asked(const struct scripted_network *network, const char *line);
unsigned network_count(const struct scripted_network *network, const char *part);
