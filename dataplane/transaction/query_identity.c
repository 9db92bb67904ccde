// SPDX-License-Identifier: BSD-3-Clause

#include "transaction/query_identity.h"

#include <assert.h>
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
	code_permutation_init(&identity->permutation, (uint8_t)code_bits, random);
	return 0;
}

static uint32_t pack(const struct query_identity *identity, const struct query_code *code)
{
	uint32_t plain = code->generation & ((1u << identity->generation_bits) - 1);
	plain = plain << identity->slot_bits | code->slot;
	return plain << identity->worker_bits | code->worker;
}

static void unpack(const struct query_identity *identity, uint32_t plain,
		   struct query_code *ret_code)
{
	ret_code->worker = (uint16_t)(plain & ((1u << identity->worker_bits) - 1));
	plain >>= identity->worker_bits;
	ret_code->slot = plain & ((1u << identity->slot_bits) - 1);
	ret_code->generation = plain >> identity->slot_bits;
}

void query_identity_encode_burst(const struct query_identity *identity, struct query_pair *pairs,
				 unsigned count)
{
	assert(count <= QUERY_PAIRS_MAX);
	PLX_UNINITIALIZED uint32_t numbers[QUERY_PAIRS_MAX];
	for (unsigned i = 0; i < count; i++) {
		numbers[i] = pack(identity, &pairs[i].code);
	}
	code_permutation_encrypt(&identity->permutation, numbers, count);
	for (unsigned i = 0; i < count; i++) {
		pairs[i].port = (uint16_t)(identity->first_port + (numbers[i] >> ID_BITS));
		pairs[i].id = (uint16_t)numbers[i];
	}
}

void query_identity_decode_burst(const struct query_identity *identity, struct query_pair *pairs,
				 unsigned count)
{
	assert(count <= QUERY_PAIRS_MAX);
	PLX_UNINITIALIZED uint32_t numbers[QUERY_PAIRS_MAX];
	for (unsigned i = 0; i < count; i++) {
		// Wraps to a large number below the range.
		uint32_t port_offset = (uint32_t)pairs[i].port - identity->first_port;
		pairs[i].is_ours = port_offset >> identity->port_bits == 0;
		numbers[i] = pairs[i].is_ours ? port_offset << ID_BITS | pairs[i].id : 0;
	}
	code_permutation_decrypt(&identity->permutation, numbers, count);
	for (unsigned i = 0; i < count; i++) {
		unpack(identity, numbers[i], &pairs[i].code);
	}
}

void query_identity_encode(const struct query_identity *identity, const struct query_code *code,
			   uint16_t *ret_port, uint16_t *ret_id)
{
	struct query_pair pair = {.code = *code};
	query_identity_encode_burst(identity, &pair, 1);
	*ret_port = pair.port;
	*ret_id = pair.id;
}

bool query_identity_decode(const struct query_identity *identity, uint16_t port, uint16_t id,
			   struct query_code *ret_code)
{
	struct query_pair pair = {.port = port, .id = id};
	query_identity_decode_burst(identity, &pair, 1);
	if (pair.is_ours) {
		*ret_code = pair.code;
	}
	return pair.is_ours;
}
