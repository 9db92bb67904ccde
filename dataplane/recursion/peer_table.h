// SPDX-License-Identifier: BSD-3-Clause
// Name servers that queries go to: the cookie of each (RFC 7873), the rate it is asked at, how many queries it may have at
// once, and what forged or odd answers in its name have taught. Fixed memory; a server that no query is for makes room for others.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>
#include <parallax/base/siphash.h>
#include <parallax/dns/message_writer.h>

#include "ratelimit/flow_window.h"
#include "ratelimit/token_bucket.h"

#include <stdbool.h>
#include <stdint.h>

#define PEER_NONE UINT32_MAX
#define PEER_IN_FLIGHT_MAX 8192
// After so many timeouts without an answer in between its window holds nothing back: whoever waits for a dead server shall
// learn that it is dead, and ask another one.
#define PEER_SILENT_TIMEOUTS 3

struct peer {
	struct plx_ip ip;
	uint8_t server_cookie_length; // 0: none known
	bool was_used;                // since the hand of the clock passed
	uint8_t cookie[PLX_COOKIE_CLIENT_BYTES + PLX_COOKIE_SERVER_MAX];
	uint32_t next_hashed;
	uint32_t query_count; // for it, waiting or out
	uint32_t out_count;   // of these by UDP: queued to be sent, or out
	uint32_t first_held;  // queries that its rate or window makes wait
	uint32_t last_held;
	uint32_t unwanted_recent;
	uint64_t unwanted_since_ns;
	uint64_t alarm_until_ns;      // only answers by TCP count
	uint64_t folds_case_until_ns; // it was seen by TCP not to echo letter case
	struct token_bucket bucket;
	uint64_t answered_ns;
	uint32_t timeouts_in_row; // of queries that were sent since
	struct flow_window window;
};

struct peer_table {
	struct peer *peers;
	uint32_t *buckets;
	uint32_t capacity;
	uint32_t bucket_count; // a power of two
	uint32_t used_count;   // the others were never used
	uint32_t hand;
	uint32_t rate_qps;
	struct plx_siphash_key hash_key;
	struct plx_siphash_key cookie_key;
};

// `capacity` is more than there can be queries. -ENOMEM.
PLX_MUST_CHECK int peer_table_init(struct peer_table *table, uint32_t capacity, uint32_t rate_qps,
				   const struct plx_siphash_key keys[static 2]);
void peer_table_fini(struct peer_table *table);
// PEER_NONE when it is not known.
uint32_t peer_find(const struct peer_table *table, const struct plx_ip *ip);
// Known or new. At least one is without queries.
uint32_t peer_take(struct peer_table *table, const struct plx_ip *ip);
// An unwanted packet in its name. True when that raises the alarm.
bool peer_unwanted(struct peer *peer, uint64_t now_ns);
// A query to it ended.
void peer_answered(struct peer *peer, uint64_t rtt_ns, uint64_t now_ns);
void peer_timed_out(struct peer *peer, uint64_t sent_ns, uint64_t now_ns);
// Whether its window lets one more out.
bool peer_has_room(const struct peer *peer);
void peer_learn_cookie(struct peer *peer, const uint8_t *cookie, uint8_t length);
