// SPDX-License-Identifier: BSD-3-Clause

#include "transaction/query_identity.h"

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

void query_identity_encode(const struct query_identity *identity, const struct query_code *code,
			   uint16_t *ret_port, uint16_t *ret_id)
{
	uint32_t plain = code->generation & ((1u << identity->generation_bits) - 1);
	plain = plain << identity->slot_bits | code->slot;
	plain = plain << identity->worker_bits | code->worker;

	uint32_t cipher = code_permutation_encrypt(&identity->permutation, plain);
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
	uint32_t plain =
		code_permutation_decrypt(&identity->permutation, port_offset << ID_BITS | id);
	ret_code->worker = (uint16_t)(plain & ((1u << identity->worker_bits) - 1));
	plain >>= identity->worker_bits;
	ret_code->slot = plain & ((1u << identity->slot_bits) - 1);
	ret_code->generation = plain >> identity->slot_bits;
	return true;
}
