// SPDX-License-Identifier: BSD-3-Clause

#include "transaction/query_identity.h"

#include <parallax/base/random_source.h>

#include <errno.h>

#define ID_BITS 16
#define GENERATION_BITS_MIN 4
#define USER_PORT_FIRST 1024

int query_identity_init(struct query_identity *identity, uint16_t first_port, uint8_t port_bits,
			uint8_t worker_bits, uint8_t slot_bits, struct plx_random *random)
{
	unsigned code_bits = (unsigned)port_bits + ID_BITS;
	if (port_bits < QUERY_IDENTITY_PORT_BITS_MIN || port_bits > QUERY_IDENTITY_PORT_BITS_MAX ||
	    first_port < USER_PORT_FIRST || first_port + (1u << port_bits) > 65536u ||
	    (unsigned)worker_bits + slot_bits + GENERATION_BITS_MIN > code_bits) {
		return -EINVAL;
	}
	*identity = (struct query_identity) {
		.first_port = first_port,
		.port_bits = port_bits,
		.worker_bits = worker_bits,
		.slot_bits = slot_bits,
		.generation_bits = (uint8_t)(code_bits - worker_bits - slot_bits),
	};
	for (unsigned round = 0; round < QUERY_IDENTITY_ROUNDS; round++) {
		identity->round_key[round].k0 = plx_random_u64(random);
		identity->round_key[round].k1 = plx_random_u64(random);
	}
	return 0;
}

// The network works on an odd or even number of bits alike: the left half has `left_bits`, the right one
// `right_bits`, and each round changes one of them, in turn, by a keyed function of the other.
struct halves {
	uint32_t left;
	uint32_t right;
};

static unsigned right_bits(const struct query_identity *identity)
{
	return (identity->port_bits + ID_BITS) / 2u;
}

static unsigned left_bits(const struct query_identity *identity)
{
	return identity->port_bits + ID_BITS - right_bits(identity);
}

static uint32_t round_value(const struct query_identity *identity, unsigned round, uint32_t half)
{
	return (uint32_t)plx_siphash_word(&identity->round_key[round], half);
}

static void apply_round(const struct query_identity *identity, unsigned round,
			struct halves *halves)
{
	if (round % 2 == 0) {
		uint32_t mask = (1u << left_bits(identity)) - 1;
		halves->left ^= round_value(identity, round, halves->right) & mask;
	} else {
		uint32_t mask = (1u << right_bits(identity)) - 1;
		halves->right ^= round_value(identity, round, halves->left) & mask;
	}
}

static struct halves split(const struct query_identity *identity, uint32_t code)
{
	return (struct halves) {
		.left = code >> right_bits(identity),
		.right = code & ((1u << right_bits(identity)) - 1),
	};
}

static uint32_t join(const struct query_identity *identity, const struct halves *halves)
{
	return halves->left << right_bits(identity) | halves->right;
}

void query_identity_encode(const struct query_identity *identity, const struct query_code *code,
			   uint16_t *ret_port, uint16_t *ret_id)
{
	uint32_t plain = code->generation & ((1u << identity->generation_bits) - 1);
	plain = plain << identity->slot_bits | code->slot;
	plain = plain << identity->worker_bits | code->worker;

	struct halves halves = split(identity, plain);
	for (unsigned round = 0; round < QUERY_IDENTITY_ROUNDS; round++) {
		apply_round(identity, round, &halves);
	}
	uint32_t cipher = join(identity, &halves);
	*ret_port = (uint16_t)(identity->first_port + (cipher >> ID_BITS));
	*ret_id = (uint16_t)cipher;
}

bool query_identity_decode(const struct query_identity *identity, uint16_t port, uint16_t id,
			   struct query_code *ret_code)
{
	uint32_t port_offset =
		(uint32_t)port - identity->first_port; // wraps to a large number below the range
	if (port_offset >> identity->port_bits != 0) {
		return false;
	}
	struct halves halves = split(identity, port_offset << ID_BITS | id);
	for (unsigned round = QUERY_IDENTITY_ROUNDS; round-- > 0;) {
		apply_round(identity, round, &halves);
	}
	uint32_t plain = join(identity, &halves);
	ret_code->worker = (uint16_t)(plain & ((1u << identity->worker_bits) - 1));
	plain >>= identity->worker_bits;
	ret_code->slot = plain & ((1u << identity->slot_bits) - 1);
	ret_code->generation = plain >> identity->slot_bits;
	return true;
}
