// SPDX-License-Identifier: BSD-3-Clause

#include "iteration/server_book.h"

#include "base/table_memory.h"

#include <errno.h>
#include <stdlib.h>

#define WAYS 4

// The keyed hash of (address, zone) stands for both: of 2^64 nobody hits one, and the worst is a server asked last.
struct mark {
	uint64_t hash;
	uint64_t until_ns;
};

struct server_book {
	struct plx_siphash_key key;
	uint32_t count; // of each table, a power of two
	struct server_record *servers;
	struct mark *marks;
};

static size_t servers_bytes(const struct server_book *book)
{
	return book->count * sizeof(*book->servers);
}

static size_t marks_bytes(const struct server_book *book)
{
	return book->count * sizeof(*book->marks);
}

int server_book_create(uint32_t server_count, const struct plx_siphash_key *key,
		       struct server_book **ret_book)
{
	if (server_count < SERVER_BOOK_SERVERS_MIN || server_count > SERVER_BOOK_SERVERS_MAX) {
		return -EINVAL;
	}
	struct server_book *book = calloc(1, sizeof(*book));
	if (book == NULL) {
		return -ENOMEM;
	}
	book->key = *key;
	book->count = SERVER_BOOK_SERVERS_MIN;
	while (book->count < server_count) {
		book->count *= 2;
	}
	book->servers = table_memory_map(servers_bytes(book));
	book->marks = table_memory_map(marks_bytes(book));
	if (book->servers == NULL || book->marks == NULL) {
		server_book_destroy(book);
		return -ENOMEM;
	}
	*ret_book = book;
	return 0;
}

void server_book_destroy(struct server_book *book)
{
	if (book != NULL) {
		table_memory_unmap(book->servers, servers_bytes(book));
		table_memory_unmap(book->marks, marks_bytes(book));
		free(book);
	}
}

void server_book_flush(struct server_book *book)
{
	table_memory_clear(book->servers, servers_bytes(book));
	table_memory_clear(book->marks, marks_bytes(book));
}

static struct server_record *bucket_of(struct server_book *book, const struct plx_ip *ip)
{
	uint64_t hash = plx_siphash(&book->key, ip->bytes, sizeof(ip->bytes));
	return book->servers + (hash & (book->count / WAYS - 1)) * WAYS;
}

struct server_record *server_book_find(struct server_book *book, const struct plx_ip *ip)
{
	struct server_record *bucket = bucket_of(book, ip);
	for (unsigned i = 0; i < WAYS; i++) {
		if (plx_ip_equal(&bucket[i].ip, ip)) {
			return &bucket[i];
		}
	}
	return NULL;
}

// Its record, or a new one in place of the one that was touched longest ago.
static struct server_record *take_record(struct server_book *book, const struct plx_ip *ip,
					 uint64_t now_ns)
{
	struct server_record *record = server_book_find(book, ip);
	if (record == NULL) {
		struct server_record *bucket = bucket_of(book, ip);
		record = bucket;
		for (unsigned i = 1; i < WAYS; i++) {
			if (bucket[i].touched_ns < record->touched_ns) {
				record = &bucket[i];
			}
		}
		*record = (struct server_record) {.ip = *ip};
	}
	record->touched_ns = now_ns;
	return record;
}

void server_answered(struct server_book *book, const struct plx_ip *ip, uint64_t rtt_ns,
		     uint64_t now_ns)
{
	struct server_record *record = take_record(book, ip, now_ns);
	record->timeouts_in_row = 0;
	record->answered_ns = now_ns;
	if (record->srtt_ns == 0) {
		record->srtt_ns = rtt_ns > 0 ? rtt_ns : 1;
		record->rttvar_ns = rtt_ns / 2;
		return;
	}
	// RFC 6298 2.3.
	uint64_t srtt_ns = record->srtt_ns;
	uint64_t error_ns = rtt_ns > srtt_ns ? rtt_ns - srtt_ns : srtt_ns - rtt_ns;
	record->rttvar_ns = (3 * record->rttvar_ns + error_ns) / 4;
	record->srtt_ns = (7 * srtt_ns + rtt_ns) / 8 + 1; // never 0 again
}

void server_timed_out(struct server_book *book, const struct plx_ip *ip, uint64_t sent_ns,
		      uint64_t now_ns)
{
	struct server_record *record = take_record(book, ip, now_ns);
	bool is_known = record->srtt_ns != 0;
	if (sent_ns < record->answered_ns || (is_known && sent_ns < record->counted_ns)) {
		return;
	}
	record->counted_ns = now_ns;
	if (record->timeouts_in_row < UINT8_MAX) {
		record->timeouts_in_row++;
	}
	if (record->timeouts_in_row >= SERVER_SILENT_TIMEOUTS) {
		record->probe_after_ns = now_ns + SERVER_SILENT_NS;
	}
}

static uint64_t mark_hash(const struct server_book *book, const struct plx_ip *ip,
			  const struct plx_name *zone)
{
	uint8_t bytes[sizeof(ip->bytes) + PLX_NAME_MAX];
	memcpy(bytes, ip->bytes, sizeof(ip->bytes));
	for (unsigned i = 0; i < zone->length; i++) {
		bytes[sizeof(ip->bytes) + i] = plx_ascii_lower(zone->wire[i]);
	}
	return plx_siphash(&book->key, bytes, sizeof(ip->bytes) + zone->length);
}

static struct mark *marks_of(const struct server_book *book, uint64_t hash)
{
	return book->marks + (hash & (book->count / WAYS - 1)) * WAYS;
}

// The mark, or the one of its bucket that ends first.
static struct mark *find_mark(const struct server_book *book, uint64_t hash)
{
	struct mark *bucket = marks_of(book, hash);
	struct mark *mark = bucket;
	for (unsigned i = 0; i < WAYS; i++) {
		if (bucket[i].hash == hash) {
			return &bucket[i];
		}
		if (bucket[i].until_ns < mark->until_ns) {
			mark = &bucket[i];
		}
	}
	return mark;
}

void server_mark(struct server_book *book, const struct plx_ip *ip, const struct plx_name *zone,
		 uint64_t now_ns)
{
	uint64_t hash = mark_hash(book, ip, zone);
	*find_mark(book, hash) = (struct mark) {.hash = hash, .until_ns = now_ns + SERVER_MARK_NS};
}

void server_unmark(struct server_book *book, const struct plx_ip *ip, const struct plx_name *zone)
{
	uint64_t hash = mark_hash(book, ip, zone);
	struct mark *mark = find_mark(book, hash);
	if (mark->hash == hash) {
		*mark = (struct mark) {0};
	}
}

bool server_is_marked(const struct server_book *book, const struct plx_ip *ip,
		      const struct plx_name *zone, uint64_t now_ns)
{
	uint64_t hash = mark_hash(book, ip, zone);
	const struct mark *mark = find_mark(book, hash);
	return mark->hash == hash && mark->until_ns > now_ns;
}

uint64_t server_timeout_ns(struct server_book *book, const struct plx_ip *ip, unsigned tries)
{
	const struct server_record *record = server_book_find(book, ip);
	uint64_t timeout_ns = SERVER_TIMEOUT_START_NS;
	unsigned doublings = tries;
	// That others wait in vain for one that never answered says nothing about its speed.
	if (record != NULL && record->srtt_ns != 0) {
		unsigned in_row = record->timeouts_in_row < SERVER_SILENT_TIMEOUTS
					  ? record->timeouts_in_row
					  : SERVER_SILENT_TIMEOUTS;
		timeout_ns = record->srtt_ns + 4 * record->rttvar_ns;
		doublings = in_row > tries ? in_row : tries;
	}
	if (timeout_ns < SERVER_TIMEOUT_MIN_NS) {
		timeout_ns = SERVER_TIMEOUT_MIN_NS;
	}
	for (unsigned i = 0; i < doublings && timeout_ns < SERVER_TIMEOUT_MAX_NS; i++) {
		timeout_ns *= 2;
	}
	return timeout_ns < SERVER_TIMEOUT_MAX_NS ? timeout_ns : SERVER_TIMEOUT_MAX_NS;
}
