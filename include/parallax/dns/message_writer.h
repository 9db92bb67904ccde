// SPDX-License-Identifier: BSD-3-Clause
// Writes queries (RFC 1035 4.1.1, RFC 6891, RFC 7873). Only what a client sends: one question, at most one OPT.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/dns/name.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLX_EDNS_UDP_SIZE 1232 // DNS flag day 2020; keeps answers unfragmented
#define PLX_COOKIE_CLIENT_BYTES 8
#define PLX_COOKIE_SERVER_MAX 32
// Header, longest question, OPT with the longest cookie.
#define PLX_QUERY_MAX (12 + 255 + 4 + 11 + 4 + PLX_COOKIE_CLIENT_BYTES + PLX_COOKIE_SERVER_MAX)

struct plx_query {
	const uint8_t *
		name; // uncompressed wire form, written as it is (0x20 case included); may stand in its place already
	uint8_t name_length;
	uint16_t id;
	uint16_t type;
	uint16_t flags; // PLX_FLAG_RD, PLX_FLAG_AD, PLX_FLAG_CD
	bool edns;      // OPT with UDP size 1232
	bool edns_do;
	uint8_t cookie_length; // 0: no COOKIE option; else client cookie, then the server cookie if known
	const uint8_t *cookie;
};

// Returns the length written, or 0 when `capacity` is less than the query needs (PLX_QUERY_MAX always suffices).
size_t plx_query_write(const struct plx_query *query, uint8_t *ret_wire, size_t capacity);
