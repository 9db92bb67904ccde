// SPDX-License-Identifier: BSD-3-Clause
// The other end of an --echo: keeps a number of queries under way and does nothing but count those that come back. What it
// reaches is the most that any client of that port can reach, the ceiling that self-tests compare with.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include <stdint.h>

#define GENERATOR_UNDER_WAY_MAX 4096u
#define GENERATOR_FRAME_MAX 512u
#define GENERATOR_FRAME_BYTES_DEFAULT 100u // about what a query of the dataplane takes

struct generator {
	uint32_t under_way_max; // 0: this is no generator
	uint16_t frame_bytes;
	uint8_t frame[GENERATOR_FRAME_MAX];
	uint64_t sent;
	uint64_t received;
	uint64_t begin_ns; // the first that came back
	uint64_t end_ns;   // the last
};

// A query over IPv4 from `source` to `server`, to a MAC that nobody filters by on a link of two. -EINVAL: the size is too
// small for a question or beyond GENERATOR_FRAME_MAX, or an address is not IPv4.
PLX_MUST_CHECK int generator_init(struct generator *generator, uint32_t under_way_max,
				  uint16_t frame_bytes, const struct plx_ip *source,
				  const struct plx_ip *server);
// Came back in the time between the first and the last, per second.
PLX_PURE double generator_rate(const struct generator *generator);
// In place of reflect_worker_run, with a struct reflect_worker whose generator is set.
int generator_run(void *context);
