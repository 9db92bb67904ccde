// SPDX-License-Identifier: BSD-3-Clause
// Next hop to MAC address, for a port that the kernel does not know (exclusive mode). ARP and ND share it.
//
//                 asked, answered                30 s without an answer
//   INCOMPLETE ─────────────────► REACHABLE ───────────────────────────► STALE (asked again, MAC still used)
//       │ 3 times unanswered          ▲  ▲            answered               │ 3 times unicast, 3 times to all
//       ▼                             │  └────────────────────────────────────┤
//     FAILED ─────────────────────────┘ answered (asked again, back-off to 30 s) ▼ FAILED
//
// The LAN is hostile: entries come only from neighbor_table_add, so nobody can fill the table; a MAC is taken only from
// an answer to a question that we asked and that is still open, once per question; while a known neighbour is asked by
// unicast, only the same MAC counts. An unsolicited announcement of another MAC changes nothing but the time of the
// next question. Pure: time is an argument. One thread.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include "link/ethernet.h"
#include "ratelimit/token_bucket.h"

#include <stdbool.h>
#include <stdint.h>

#define NEIGHBORS_MAX 128 // 64 upstreams on the link, 16 gateways, and room
#define NEIGHBOR_REACHABLE_NS (30ull * 1000000000) // RFC 4861 10: REACHABLE_TIME
#define NEIGHBOR_CLOSELY_NS (5ull * 1000000000) // the same for gateways: all traffic hangs on them
#define NEIGHBOR_RETRANSMIT_NS (1ull * 1000000000) // RFC 4861 10: RETRANS_TIMER
#define NEIGHBOR_ASK_MAX 3                         // RFC 4861 10: MAX_*_SOLICIT
#define NEIGHBOR_RETRY_MAX_NS                                                                      \
	(30ull * 1000000000) // longest pause between questions to a failed one
#define NEIGHBOR_ANSWER_WINDOW_NS (3ull * 1000000000) // an answer later than this was not asked for
#define NEIGHBOR_ASKS_PER_SECOND 100                  // over all entries

enum neighbor_state {
	NEIGHBOR_INCOMPLETE = 0,
	NEIGHBOR_REACHABLE,
	NEIGHBOR_STALE,
	NEIGHBOR_FAILED,
};

const char *neighbor_state_name(enum neighbor_state state);

struct neighbor {
	struct plx_ip ip; // family 0: the entry is free
	struct mac_address mac;
	enum neighbor_state state;
	uint16_t users;           // neighbor_table_add without neighbor_table_remove
	uint8_t asked;            // questions since the last answer, saturating
	bool has_mac;             // also while FAILED: the last one known, not to be used
	bool is_open;             // a question is open
	bool is_open_unicast;     // and went to the known MAC only
	uint64_t asked_ns;        // the last question
	uint64_t confirmed_ns;    // the last answer
	uint64_t usable_since_ns; // answers since then without a break
	uint64_t recheck_ns;      // after the last answer it is asked again
	uint64_t next_ns;         // next thing to do
};

struct neighbor_table {
	struct neighbor entries[NEIGHBORS_MAX];
	struct token_bucket ask_rate;
	uint64_t change_count; // grows whenever a state or MAC changes
	uint64_t unsolicited;  // answers nobody asked for, all ignored
	uint64_t conflicting;  // answers with a MAC that contradicts a living entry, all ignored
};

void neighbor_table_init(struct neighbor_table *table);

// Keeps `ip` resolved until it is removed as often as it was added. -ENOSPC when the table is full, -EINVAL for an address
// that is no unicast address.
PLX_MUST_CHECK int neighbor_table_add(struct neighbor_table *table, const struct plx_ip *ip,
				      uint64_t now_ns);
void neighbor_table_remove(struct neighbor_table *table, const struct plx_ip *ip);
const struct neighbor *neighbor_table_find(const struct neighbor_table *table,
					   const struct plx_ip *ip);
// From now on it is asked every NEIGHBOR_CLOSELY_NS. For an address that was added.
void neighbor_table_watch_closely(struct neighbor_table *table, const struct plx_ip *ip);
// REACHABLE or STALE: neighbor->mac may be sent to.
bool neighbor_is_usable(const struct neighbor *neighbor);
// Usable, and not silent for so long that everybody is asked for it: if there is another way, take that.
bool neighbor_is_answering(const struct neighbor *neighbor);

// An ARP reply or a solicited NA. `mac` NULL: an NA without a link-layer option, which confirms the MAC that is known
// (RFC 4861 7.2.5). True when it was taken.
bool neighbor_table_answer(struct neighbor_table *table, const struct plx_ip *ip,
			   const struct mac_address *mac, uint64_t now_ns);
// Anything else that claims `ip` is at `mac` (gratuitous ARP, unsolicited NA, the sender of a request). A new MAC for
// a usable entry brings its next question forward; it never changes the entry.
void neighbor_table_hint(struct neighbor_table *table, const struct plx_ip *ip,
			 const struct mac_address *mac, uint64_t now_ns);

struct neighbor_question {
	struct plx_ip ip;
	struct mac_address mac; // whom to ask by unicast; broadcast: ask all
};
// Runs what is due and gives the next question to put on the wire. False when there is none now.
bool neighbor_table_next_question(struct neighbor_table *table, uint64_t now_ns,
				  struct neighbor_question *ret_question);
// When neighbor_table_next_question has something to do; UINT64_MAX when the table is empty.
uint64_t neighbor_table_next_wakeup(const struct neighbor_table *table);
