// SPDX-License-Identifier: BSD-3-Clause
// A recursor in the scripted network of the iteration's tests: virtual time, servers that are a table, a judge that is a
// function. Include after cunit_runner.h.

#pragma once

#include <parallax/exchange/result.h>

#include "recursion/recursor.h"
#include "unit/iteration/scripted_network.h"
#include "unit/iteration/scripted_reply.h"

#include <stdbool.h>
#include <stdint.h>

#define WORLD_RESULTS_MAX 2048
#define WORLD_LOG_BYTES 65536
#define MS (1000ull * 1000)
#define SECOND (1000 * MS)
#define WORLD_RTT_NS (10 * MS)
#define WORLD_FIRST_SLOT 64

struct world_result {
	unsigned client;
	struct plx_result result;
	uint8_t *body;
};

// A query as it left.
struct world_query {
	uint8_t wire[PLX_QUERY_MAX];
	uint16_t length;
	uint16_t port;
	uint32_t slot;
	struct plx_ip server;
	bool is_tcp;
	uint16_t generation;
	struct plx_message message;
	struct iteration_query asked;      // for the table
	char text[PLX_NAME_TEXT_MAX + 16]; // "NAME TYPE", lower case
};

struct world {
	struct recursor *recursor;
	struct recursor_config config;
	struct query_identity identity;
	struct plx_random random;
	struct delegation hints;
	struct plx_worker_counters counters;
	uint64_t now_ns;
	const struct scripted_server *servers;
	unsigned server_count;
	// Sets the request's step; NULL: all is insecure.
	void (*judge)(struct world *world, struct validation_request *request);
	unsigned proofs;
	bool is_client_stalled;
	uint64_t next_tag;
	unsigned result_count;
	struct world_result results[WORLD_RESULTS_MAX];
	unsigned queries;
	char log[WORLD_LOG_BYTES]; // a line per query: "ADDRESS NAME TYPE[ tcp]"
};

// Fills in what most tests want; a test may change world->config and then start.
void world_prepare(struct world *world);
void world_start(struct world *world);
void world_stop(struct world *world);
void world_use(struct world *world, const struct scripted_server *servers, unsigned count);

// "NAME TYPE", or "NAME relevant" for the climb; returns the tag.
uint64_t world_submit(struct world *world, const char *question, uint8_t flags);
// Until every look-up has its result. Ends the program when that does not happen.
void world_run(struct world *world);
// Submits, runs, and gives the result; the log is of this look-up.
const struct plx_result *world_look_up(struct world *world, const char *question, uint8_t flags);
const struct world_result *world_result_of(const struct world *world, uint64_t tag);
void world_forget(struct world *world); // results and log
// "FOUND_AT owner [alias alias] data data", of RDATA as text; "-" where there is none.
const char *world_text(const struct world *world, const struct world_result *result);

// By hand.
bool world_next_query(struct world *world, struct world_query *ret_query);
bool world_next_tcp(struct world *world, struct world_query *ret_query);
// Writes the reply of the table. False when that says nothing.
bool world_answer(struct world *world, const struct world_query *query,
		  struct scripted_reply *ret_reply);
// Gives the reply back as from the server, or by TCP.
enum plx_drop_reason world_deliver(struct world *world, const struct world_query *query,
				   const struct scripted_reply *reply);
enum plx_drop_reason world_deliver_from(struct world *world, const struct world_query *query,
					const struct scripted_reply *reply,
					const struct plx_endpoint *source);
void world_pass(struct world *world, uint64_t duration_ns);
