// SPDX-License-Identifier: BSD-3-Clause
// The engine under test behind one face: through upstream resolvers (stub_engine.c), or from the root servers down
// (iterative_engine.c). The world brings time and packets and takes queries away.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>
#include <parallax/exchange/drop_reason.h>
#include <parallax/exchange/job.h>

#include "resolver/resolver.h"
#include "scenario.h"

#include <stdbool.h>
#include <stdint.h>

struct world;

struct engine_query {
	uint8_t *wire; // in: room for PLX_QUERY_MAX octets
	uint16_t length;
	uint16_t source_port;
	uint32_t slot;
	uint16_t generation; // of iterative look-ups
	struct plx_endpoint server;
};

struct engine_kind {
	// Reads the scenario's settings. -EINVAL with a fault.
	int (*read_settings)(struct world *world, struct scenario_fault *fault);
	int (*create)(struct world *world);
	void (*destroy)(struct world *world); // also after a create that failed
	// False while there is no room.
	bool (*submit)(struct world *world, enum plx_priority priority, const struct plx_job *job);
	bool (*next_query)(struct world *world, struct engine_query *query);
	// There is no way to the server of the query just taken.
	void (*unreachable)(struct world *world, const struct engine_query *query);
	bool (*next_tcp)(struct world *world, struct tcp_request *ret_request);
	enum plx_drop_reason (*receive)(struct world *world, const struct datagram *datagram);
	void (*tcp_answer)(struct world *world, const struct tcp_answer *answer);
	void (*expire)(struct world *world);
	uint64_t (*next_wakeup)(const struct world *world);
	// False when there is no such server, or no such change to one.
	bool (*change_server)(struct world *world, const struct plx_ip *ip,
			      enum upstream_change change);
	// False when there is nothing to flush.
	bool (*flush)(struct world *world, const struct plx_name *zone);
	// Nothing is outstanding any more.
	bool (*is_quiet)(const struct world *world);
};

extern const struct engine_kind stub_engine;
extern const struct engine_kind iterative_engine;
