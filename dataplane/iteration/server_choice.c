// SPDX-License-Identifier: BSD-3-Clause

#include "iteration/server_choice.h"

#include <string.h>

enum rank {
	RANK_FIT = 0,
	RANK_SILENT,
	RANK_MARKED,
	RANK_COUNT,
};

struct candidate {
	uint8_t index;
	uint64_t srtt_ns; // 0: unknown
};

struct candidates {
	unsigned count;
	unsigned known_count;
	uint64_t fastest_ns;
	struct candidate list[DELEGATION_ADDRESSES_MAX];
};

bool server_address_is_usable(const struct plx_ip *ip, const struct address_families *families)
{
	static const uint8_t zeros[15] = {0};
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	const uint8_t *b = ip->bytes;
	if (ip->family == 4) {
		bool is_special = b[0] == 0 || b[0] >= 224 || (b[0] == 169 && b[1] == 254) ||
				  (b[0] == 127 && !families->may_ask_loopback);
		return families->has_ipv4 && !is_special;
	}
	if (ip->family == 6) {
		bool is_loopback = memcmp(b, zeros, sizeof(zeros)) == 0 && b[15] == 1;
		bool is_special = (memcmp(b, zeros, sizeof(zeros)) == 0 && !is_loopback) ||
				  (is_loopback && !families->may_ask_loopback) || b[0] == 0xff ||
				  (b[0] == 0xfe && (b[1] & 0xc0) == 0x80) ||
				  memcmp(b, mapped, sizeof(mapped)) == 0;
		return families->has_ipv6 && !is_special;
	}
	return false;
}

static enum rank rank_of(struct server_book *book, const struct plx_name *zone,
			 const struct plx_ip *ip, uint64_t now_ns, uint64_t *ret_srtt_ns)
{
	const struct server_record *record = server_book_find(book, ip);
	bool is_silent = record != NULL && record->timeouts_in_row >= SERVER_SILENT_TIMEOUTS;
	// A silent one whose probe is due is as good as unknown.
	*ret_srtt_ns = record == NULL || is_silent ? 0 : record->srtt_ns;
	if (server_is_marked(book, ip, zone, now_ns)) {
		return RANK_MARKED;
	}
	return is_silent && now_ns < record->probe_after_ns ? RANK_SILENT : RANK_FIT;
}

static unsigned random_below(struct plx_random *random, unsigned limit)
{
	return (unsigned)(((uint64_t)plx_random_u32(random) * limit) >> 32);
}

static int pick(const struct candidates *candidates, struct plx_random *random)
{
	unsigned unknown_count = candidates->count - candidates->known_count;
	bool takes_unknown =
		candidates->known_count == 0 ||
		(unknown_count > 0 && random_below(random, SERVER_EXPLORE_ONE_IN) == 0);
	uint8_t equals[DELEGATION_ADDRESSES_MAX];
	unsigned equal_count = 0;
	for (unsigned i = 0; i < candidates->count; i++) {
		const struct candidate *candidate = &candidates->list[i];
		bool is_unknown = candidate->srtt_ns == 0;
		if (takes_unknown ? is_unknown
				  : !is_unknown && candidate->srtt_ns <= candidates->fastest_ns +
										 SERVER_BAND_NS) {
			equals[equal_count++] = candidate->index;
		}
	}
	return equals[random_below(random, equal_count)];
}

// Fewer tries weigh more than a better rank: a server that was asked already has shown what it can do. A silent one is as
// one that was asked: of one that answers else, a packet was lost.
static unsigned order_of(enum rank rank, uint8_t tries)
{
	unsigned spent = (unsigned)tries + (rank == RANK_SILENT ? 1 : 0);
	return spent * RANK_COUNT + rank;
}

static void clear(struct candidates *candidates)
{
	candidates->count = 0;
	candidates->known_count = 0;
	candidates->fastest_ns = UINT64_MAX;
}

int server_choose(struct server_book *book, const struct delegation *delegation,
		  const uint8_t tries[static DELEGATION_ADDRESSES_MAX],
		  const struct work_budget *budget, const struct address_families *families,
		  struct plx_random *random, uint64_t now_ns)
{
	PLX_UNINITIALIZED struct candidates best;
	unsigned best_order = UINT32_MAX;
	clear(&best);
	for (unsigned i = 0; i < delegation->address_count; i++) {
		const struct plx_ip *ip = &delegation->addresses[i];
		uint64_t srtt_ns;
		if (tries[i] >= SERVER_TRIES_MAX || !server_address_is_usable(ip, families) ||
		    !work_server_may_be_asked(budget, ip)) {
			continue;
		}
		unsigned order =
			order_of(rank_of(book, &delegation->zone, ip, now_ns, &srtt_ns), tries[i]);
		if (order > best_order) {
			continue;
		}
		if (order < best_order) {
			clear(&best);
			best_order = order;
		}
		best.list[best.count++] =
			(struct candidate) {.index = (uint8_t)i, .srtt_ns = srtt_ns};
		if (srtt_ns != 0) {
			best.known_count++;
			best.fastest_ns = srtt_ns < best.fastest_ns ? srtt_ns : best.fastest_ns;
		}
	}
	if (best.count == 0) {
		return -1;
	}
	int index = pick(&best, random);
	struct server_record *record = server_book_find(book, &delegation->addresses[index]);
	if (record != NULL && record->timeouts_in_row >= SERVER_SILENT_TIMEOUTS &&
	    now_ns >= record->probe_after_ns) {
		record->probe_after_ns = now_ns + SERVER_SILENT_NS; // this is the probe
	}
	return index;
}
