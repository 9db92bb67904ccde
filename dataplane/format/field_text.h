// SPDX-License-Identifier: BSD-3-Clause
// Times, types and servers as text. Neighbouring results share them, so each kind remembers its last texts: the
// second of the time, the type, and the servers in a small direct-mapped table.

#pragma once

#include <parallax/base/ip_address.h>
#include <parallax/dns/rr_type.h>
#include <parallax/format/text_buffer.h>

#define FIELD_SERVER_SLOTS 64 // more upstreams than a perspective has; a power of two

struct field_server {
	struct plx_endpoint endpoint;
	uint8_t text_length;
	uint8_t address_length; // of the address in the text: without brackets and port
	char text[PLX_ENDPOINT_TEXT_MAX];
};

// Zeroed memory is an empty cache.
struct field_cache {
	uint64_t second;
	bool has_second;
	char second_text[20]; // "2026-11-23T17:00:00."
	uint16_t type;        // 0: none
	uint8_t type_length;
	char type_text[PLX_TYPE_TEXT_MAX];
	struct field_server servers[FIELD_SERVER_SLOTS];
};

// RFC 3339 in UTC with microseconds, "2026-11-23T17:00:00.123456Z".
void field_append_time(struct field_cache *cache, struct plx_text *text, uint64_t time_ns);
void field_append_type(struct field_cache *cache, struct plx_text *text, uint16_t type);
// "192.0.2.53" when the port is 53, else as field_append_endpoint.
void field_append_server(struct field_cache *cache, struct plx_text *text,
			 const struct plx_endpoint *endpoint);
// "192.0.2.53:53", "[2001:db8::1]:53".
void field_append_endpoint(struct field_cache *cache, struct plx_text *text,
			   const struct plx_endpoint *endpoint);
