// SPDX-License-Identifier: BSD-3-Clause

#include "recursion/peer_table.h"

#include "base/table_memory.h"
#include "resolver/upstream.h"

#include <errno.h>
#include <string.h>

int peer_table_init(struct peer_table *table, uint32_t capacity, uint32_t rate_qps,
		    const struct plx_siphash_key keys[static 2])
{
	*table = (struct peer_table) {
		.capacity = capacity,
		.bucket_count = 64,
		.rate_qps = rate_qps,
		.hash_key = keys[0],
		.cookie_key = keys[1],
	};
	while (table->bucket_count < capacity) {
		table->bucket_count *= 2;
	}
	table->peers = table_memory_map((size_t)capacity * sizeof(*table->peers));
	table->buckets = table_memory_map(table->bucket_count * sizeof(*table->buckets));
	if (table->peers == NULL || table->buckets == NULL) {
		peer_table_fini(table);
		return -ENOMEM;
	}
	memset(table->buckets, 0xff, table->bucket_count * sizeof(*table->buckets)); // PEER_NONE
	return 0;
}

void peer_table_fini(struct peer_table *table)
{
	table_memory_unmap(table->peers, (size_t)table->capacity * sizeof(*table->peers));
	table_memory_unmap(table->buckets, table->bucket_count * sizeof(*table->buckets));
	*table = (struct peer_table) {0};
}

static uint32_t *bucket_of(const struct peer_table *table, const struct plx_ip *ip)
{
	uint64_t hash = plx_siphash(&table->hash_key, ip->bytes, sizeof(ip->bytes));
	return &table->buckets[hash & (table->bucket_count - 1)];
}

uint32_t peer_find(const struct peer_table *table, const struct plx_ip *ip)
{
	uint32_t index = *bucket_of(table, ip);
	while (index != PEER_NONE && !plx_ip_equal(&table->peers[index].ip, ip)) {
		index = table->peers[index].next_hashed;
	}
	return index;
}

// One that no query is for and that was not used lately.
static uint32_t evict(struct peer_table *table)
{
	for (;;) {
		uint32_t index = table->hand;
		table->hand = index + 1 < table->capacity ? index + 1 : 0;
		struct peer *peer = &table->peers[index];
		if (peer->query_count > 0 || peer->was_used) {
			peer->was_used = false;
			continue;
		}
		uint32_t *link = bucket_of(table, &peer->ip);
		while (*link != index) {
			link = &table->peers[*link].next_hashed;
		}
		*link = peer->next_hashed;
		return index;
	}
}

uint32_t peer_take(struct peer_table *table, const struct plx_ip *ip)
{
	uint32_t index = peer_find(table, ip);
	if (index != PEER_NONE) {
		table->peers[index].was_used = true;
		return index;
	}
	index = table->used_count < table->capacity ? table->used_count++ : evict(table);
	uint32_t *bucket = bucket_of(table, ip);
	struct peer *peer = &table->peers[index];
	*peer = (struct peer) {
		.ip = *ip,
		.was_used = true,
		.next_hashed = *bucket,
		.first_held = PEER_NONE,
		.last_held = PEER_NONE,
	};
	*bucket = index;
	token_bucket_init(&peer->bucket, table->rate_qps);
	flow_window_init(&peer->window, PEER_IN_FLIGHT_MAX);
	uint64_t cookie = plx_siphash(&table->cookie_key, ip->bytes, sizeof(ip->bytes));
	memcpy(peer->cookie, &cookie, PLX_COOKIE_CLIENT_BYTES);
	return index;
}

bool peer_unwanted(struct peer *peer, uint64_t now_ns)
{
	if (now_ns - peer->unwanted_since_ns >= UPSTREAM_ALARM_WINDOW_NS) {
		peer->unwanted_since_ns = now_ns;
		peer->unwanted_recent = 0;
	}
	if (++peer->unwanted_recent < UPSTREAM_ALARM_UNWANTED) {
		return false;
	}
	bool is_new = now_ns >= peer->alarm_until_ns;
	peer->alarm_until_ns = now_ns + UPSTREAM_ALARM_NS;
	return is_new;
}

void peer_answered(struct peer *peer, uint64_t rtt_ns, uint64_t now_ns)
{
	peer->answered_ns = now_ns;
	peer->timeouts_in_row = 0;
	flow_window_answer(&peer->window, rtt_ns);
	flow_window_judge(&peer->window, now_ns);
}

void peer_timed_out(struct peer *peer, uint64_t sent_ns, uint64_t now_ns)
{
	peer->timeouts_in_row += sent_ns >= peer->answered_ns;
	flow_window_loss(&peer->window);
	flow_window_judge(&peer->window, now_ns);
}

bool peer_has_room(const struct peer *peer)
{
	return flow_window_has_room(&peer->window, peer->out_count) ||
	       peer->timeouts_in_row >= PEER_SILENT_TIMEOUTS;
}

void peer_learn_cookie(struct peer *peer, const uint8_t *cookie, uint8_t length)
{
	uint8_t server_length = (uint8_t)(length - PLX_COOKIE_CLIENT_BYTES);
	memcpy(peer->cookie + PLX_COOKIE_CLIENT_BYTES, cookie + PLX_COOKIE_CLIENT_BYTES,
	       server_length);
	peer->server_cookie_length = server_length;
}
