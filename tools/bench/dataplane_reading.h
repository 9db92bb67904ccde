// SPDX-License-Identifier: BSD-3-Clause
// What the dataplane tells about itself by its control socket: counters of its workers and of its ports' drivers, read
// before and after a run.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include "bench/bench_failure.h"

#include <stdbool.h>
#include <stdint.h>

struct connection;
struct json_t;

struct dataplane_reading {
	uint64_t busy_cycles; // of all workers
	uint64_t cycles_per_s;
	uint64_t busy_turns;
	unsigned workers;
	uint64_t late;
	uint64_t mismatched; // from the server's address or to our ports, and not an answer
	uint64_t packets_received, packets_sent, packets_unsent;
	uint64_t bytes_received, bytes_sent; // of the ports
	uint64_t nic_drops;                  // missed, errors, no buffer
	uint64_t link_bits_per_s;            // of all ports; 0: unknown
	struct json_t *counters;             // as told, own references; may be NULL
	struct json_t *ports;
};

// -errno of the connection, -EPROTO.
PLX_MUST_CHECK int dataplane_reading_take(struct connection *connection,
					  struct dataplane_reading *ret_reading);
void dataplane_reading_release(struct dataplane_reading *reading);
// after - before, field by field; the gauges and the JSON are those of `after`, borrowed.
struct dataplane_reading dataplane_reading_between(const struct dataplane_reading *before,
						   const struct dataplane_reading *after);

enum server_path {
	SERVER_PATH_UNKNOWN = 0, // not asked, or no answer
	SERVER_PATH_OPEN,
	SERVER_PATH_PENDING, // neighbour or route still looked for
	SERVER_PATH_OTHERS,  // the dataplane has other servers
	SERVER_PATH_NONE,    // the dataplane has no server
};
// Whether the dataplane's one server is `server`, and whether frames get there.
enum server_path dataplane_server_path(struct connection *connection,
				       const struct plx_endpoint *server);
