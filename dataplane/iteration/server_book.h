// SPDX-License-Identifier: BSD-3-Clause
// What a worker knows of the servers it meets while iterating: how fast each answers, which are silent, and which do not
// serve a zone that they are listed for. Only a matter of whom to ask first: whoever forges an entry delays, and never
// changes, an answer, since servers with bad marks are asked when there is no other. Share-nothing, fixed memory.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>
#include <parallax/base/siphash.h>
#include <parallax/dns/name.h>

#include <stdbool.h>
#include <stdint.h>

#define SERVER_TIMEOUT_START_NS (400ull * 1000 * 1000)
#define SERVER_TIMEOUT_MIN_NS (50ull * 1000 * 1000)
#define SERVER_TIMEOUT_MAX_NS (3200ull * 1000 * 1000)
// After so many timeouts in a row a server is silent, and probed only this often while there are others.
#define SERVER_SILENT_TIMEOUTS 3
#define SERVER_SILENT_NS (60ull * 1000 * 1000 * 1000)
// How long a server is remembered not to serve a zone, or to serve it wrongly (unbound: 900 s).
#define SERVER_MARK_NS (900ull * 1000 * 1000 * 1000)
#define SERVER_BOOK_SERVERS_MIN 64
#define SERVER_BOOK_SERVERS_MAX (1u << 24)

struct server_record {
	struct plx_ip ip;
	uint8_t timeouts_in_row;
	uint64_t srtt_ns; // 0 until its first answer
	uint64_t rttvar_ns;
	uint64_t probe_after_ns; // while silent
	uint64_t answered_ns;
	uint64_t counted_ns; // when a timeout was counted last
	uint64_t touched_ns;
};

struct server_book;

// Room for about `server_count` servers and as many marks; then the one unheard of for longest is forgotten. -EINVAL, -ENOMEM.
PLX_MUST_CHECK int server_book_create(uint32_t server_count, const struct plx_siphash_key *key,
				      struct server_book **ret_book);
void server_book_destroy(struct server_book *book); // or NULL
void server_book_flush(struct server_book *book);

// NULL when nothing is known. Valid until the next call that takes the book.
struct server_record *server_book_find(struct server_book *book, const struct plx_ip *ip);
void server_answered(struct server_book *book, const struct plx_ip *ip, uint64_t rtt_ns,
		     uint64_t now_ns);
// Of a query sent at `sent_ns`. It says nothing when the server has answered another one since: it is well, and that query was
// lost, as it happens to many of a burst. Nor, of a server that is known to answer, when a timeout was counted since (as
// RFC 6298 5.5 backs off once for all that is in flight): one burst of lost packets must not look like silence.
void server_timed_out(struct server_book *book, const struct plx_ip *ip, uint64_t sent_ns,
		      uint64_t now_ns);
// It answered, but not for this zone: lame, refused, failed or broken.
void server_mark(struct server_book *book, const struct plx_ip *ip, const struct plx_name *zone,
		 uint64_t now_ns);
void server_unmark(struct server_book *book, const struct plx_ip *ip, const struct plx_name *zone);
bool server_is_marked(const struct server_book *book, const struct plx_ip *ip,
		      const struct plx_name *zone, uint64_t now_ns);
// How long to wait for it: SRTT + 4 x variance (RFC 6298), doubled for each of the `tries` that the look-up spent on it, or for
// each timeout in a row up to silence when those are more.
uint64_t server_timeout_ns(struct server_book *book, const struct plx_ip *ip, unsigned tries);
