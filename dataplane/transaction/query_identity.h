// SPDX-License-Identifier: BSD-3-Clause
// The identity of a query on the wire: which (source port, DNS ID) stands for which (worker, slot, generation).
//
// The free bits of port and ID carry a keyed permutation E of (generation, slot, worker). Matching an answer is one
// decryption and one cache line; nobody without the key can predict the next pair, from however many earlier ones
// he saw; the generation tells late and duplicate answers from live ones. All workers share one key and all ports,
// so a worker's port slice, which CVE-2026-50252 exploits, does not exist: whichever queue an answer lands on,
// decoding it names the worker to hand it to.
//
//   code (port_bits + 16) = E_key( generation | slot | worker )      E: code_permutation.h
//   source port = first_port + code >> 16,  ID = code & 0xffff
//
// Pure; the struct is read-only after init and shared by all workers.

#pragma once

#include <parallax/base/attributes.h>

#include "transaction/code_permutation.h"

#include <stdbool.h>
#include <stdint.h>

#define QUERY_IDENTITY_PORT_BITS_MIN                                                               \
	12 // with 16 ID bits and 0x20: never under 28 bits plus letters
#define QUERY_IDENTITY_PORT_BITS_MAX 15

struct query_identity {
	struct code_permutation permutation;
	uint16_t first_port;
	uint8_t port_bits;
	uint8_t worker_bits;
	uint8_t slot_bits;
	uint8_t generation_bits; // what is left; at least 4
};

struct query_code {
	uint32_t generation; // modulo 1 << generation_bits
	uint32_t slot;
	uint16_t worker;
};

struct plx_random;

// `first_port` .. `first_port + 2^port_bits - 1` must lie within 1024..65535. -EINVAL when the bits do not fit.
PLX_MUST_CHECK int query_identity_init(struct query_identity *identity, uint16_t first_port,
				       uint8_t port_bits, uint8_t worker_bits, uint8_t slot_bits,
				       struct plx_random *random);

// A code on its way to the wire or back.
struct query_pair {
	struct query_code code;
	uint16_t port;
	uint16_t id;
	bool is_ours; // decoded: the port is in the range, and code is set. It may still name a worker or slot that does not exist.
};

// Bursts of at most QUERY_PAIRS_MAX: of `code`, port and ID; and the other way round.
#define QUERY_PAIRS_MAX 64
void query_identity_encode_burst(const struct query_identity *identity, struct query_pair *pairs,
				 unsigned count);
void query_identity_decode_burst(const struct query_identity *identity, struct query_pair *pairs,
				 unsigned count);

void query_identity_encode(const struct query_identity *identity, const struct query_code *code,
			   uint16_t *ret_port, uint16_t *ret_id);
// False when the port is outside the range.
bool query_identity_decode(const struct query_identity *identity, uint16_t port, uint16_t id,
			   struct query_code *ret_code);
