// SPDX-License-Identifier: BSD-3-Clause
// How a query looks on the wire: a new random case of its letters (0x20), EDNS with 1232 octets and DO, and a cookie.

#include "resolver/resolver_state.h"
#include "transaction/letter_case.h"

uint16_t query_write(struct resolver *resolver, uint32_t slot, uint16_t id, uint64_t now_ns,
		     uint8_t *wire)
{
	struct transaction *transaction = slot_of(resolver, slot);
	const struct upstream *upstream = &resolver->pool.servers[transaction->upstream];
	uint8_t *name = resolver->table.names[slot].wire;
	letter_case_randomise(resolver->config.random, name, transaction->name_length,
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
