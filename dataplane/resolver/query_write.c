// SPDX-License-Identifier: BSD-3-Clause
// How a query looks on the wire: a new random case of its letters (0x20), EDNS with 1232 octets and DO, and a cookie.

#include "resolver/resolver_state.h"

#include <string.h>

// Bit 5 of each octet from one of the eight bits.
static uint64_t spread_bits(uint8_t bits)
{
	uint64_t own_bit = bits * PLX_EACH_OCTET(1) & 0x8040201008040201;
	return ((own_bit + PLX_EACH_OCTET(0x7f)) & PLX_EACH_OCTET(0x80)) >> 2;
}

// Each letter of the word flipped by one of the eight bits. Octets of label lengths are never letters.
static uint64_t flip_letters(uint64_t word, uint8_t bits)
{
	uint64_t letters = plx_ascii_upper_word(word & PLX_EACH_OCTET(0xdf)) >> 2;
	return word ^ (letters & spread_bits(bits));
}

static uint64_t load_word(const uint8_t *octets)
{
	uint64_t word;
	memcpy(&word, octets, sizeof(word));
	return word;
}

static void randomise_short(struct plx_random *random, uint8_t *name, unsigned length)
{
	uint8_t octets[8] = {0};
	memcpy(octets, name, length);
	uint64_t word = flip_letters(load_word(octets), (uint8_t)plx_random_u32(random));
	memcpy(octets, &word, sizeof(word));
	memcpy(name, octets, length);
}

// In the table, where answers are compared with it, and on the wire: read back from the one for the other, it would
// stall. The last eight octets may overlap those before, and are read before these are written.
static void randomise_case(struct plx_random *random, uint8_t *name, unsigned length, uint8_t *wire)
{
	if (length < 8) {
		randomise_short(random, name, length);
		memcpy(wire, name, length);
		return;
	}
	uint64_t last = load_word(name + length - 8);
	uint32_t bits = 0;
	unsigned drawn = 0;
	for (unsigned at = 0; at + 8 < length; at += 8) {
		if (drawn == 0) {
			bits = plx_random_u32(random);
			drawn = 4;
		}
		uint64_t word = flip_letters(load_word(name + at), (uint8_t)bits);
		memcpy(name + at, &word, sizeof(word));
		memcpy(wire + at, &word, sizeof(word));
		bits >>= 8;
		drawn--;
	}
	bits = drawn == 0 ? plx_random_u32(random) : bits;
	last = flip_letters(last, (uint8_t)bits);
	memcpy(name + length - 8, &last, sizeof(last));
	memcpy(wire + length - 8, &last, sizeof(last));
}

uint16_t query_write(struct resolver *resolver, uint32_t slot, uint16_t id, uint64_t now_ns,
		     uint8_t *wire)
{
	struct transaction *transaction = slot_of(resolver, slot);
	const struct upstream *upstream = &resolver->pool.servers[transaction->upstream];
	uint8_t *name = resolver->table.names[slot].wire;
	randomise_case(resolver->config.random, name, transaction->name_length,
		       wire + PLX_DNS_HEADER_BYTES);
	bool uses_edns = upstream_uses_edns(upstream, now_ns);
	bool uses_cookie = upstream_uses_cookie(upstream, now_ns);
	const struct plx_query query = {
		.name = wire + PLX_DNS_HEADER_BYTES,
		.name_length = transaction->name_length,
		.id = id,
		.type = transaction->qtype,
		.flags = PLX_FLAG_RD,
		.edns = uses_edns,
		.edns_do = uses_edns && !upstream->config.is_without_do,
		.cookie = upstream->cookie,
		.cookie_length = uses_cookie ? (uint8_t)(PLX_COOKIE_CLIENT_BYTES +
							 upstream->server_cookie_length)
					     : 0,
	};
	transaction->flags &= (uint8_t) ~(TRANSACTION_SENT_EDNS | TRANSACTION_SENT_COOKIE);
	transaction->flags |= uses_edns ? TRANSACTION_SENT_EDNS : 0;
	transaction->flags |= uses_cookie ? TRANSACTION_SENT_COOKIE : 0;
	return (uint16_t)plx_query_write(&query, wire, PLX_QUERY_MAX);
}
