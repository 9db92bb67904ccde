// SPDX-License-Identifier: BSD-3-Clause
// Keys are a kind and the name in lower case; of NODATA and of addresses the type as well.

#include "iteration/delegation_cache.h"

#include <parallax/base/byte_reader.h>
#include <parallax/base/byte_writer.h>

#include <string.h>

// The name lies at the same place in every key.
#define KEY_NAME_AT 3
#define ANY_TYPE 0

enum key_kind {
	KEY_DELEGATION = 1,
	KEY_NEGATIVE = 2,
	KEY_ADDRESSES = 3,
};

struct key {
	size_t length;
	uint8_t bytes[KEY_NAME_AT + PLX_NAME_MAX];
};

static void key_make(enum key_kind kind, uint16_t type, const uint8_t *name, size_t length,
		     struct key *ret_key)
{
	ret_key->length = KEY_NAME_AT + length;
	ret_key->bytes[0] = (uint8_t)kind;
	ret_key->bytes[1] = (uint8_t)(type >> 8);
	ret_key->bytes[2] = (uint8_t)type;
	for (size_t i = 0; i < length; i++) {
		ret_key->bytes[KEY_NAME_AT + i] = plx_ascii_lower(name[i]);
	}
}

static void write_ip(struct plx_writer *writer, const struct plx_ip *ip)
{
	plx_write_u8(writer, ip->family);
	plx_write_bytes(writer, ip->bytes, plx_ip_length(ip));
}

static struct plx_ip read_ip(struct plx_reader *reader)
{
	struct plx_ip ip = {.family = plx_read_u8(reader)};
	plx_read_copy(reader, ip.bytes, plx_ip_length(&ip));
	return ip;
}

static size_t pack(const struct delegation *delegation,
		   uint8_t ret_bytes[static PACKED_STORE_VALUE_MAX])
{
	struct plx_writer writer = plx_writer_init(ret_bytes, PACKED_STORE_VALUE_MAX);
	plx_write_u8(&writer, delegation->name_count);
	plx_write_u8(&writer, delegation->address_count);
	plx_write_u16(&writer, delegation->names_bytes);
	for (unsigned i = 0; i < delegation->name_count; i++) {
		plx_write_u16(&writer, delegation->name_offsets[i]);
	}
	for (unsigned i = 0; i < delegation->address_count; i++) {
		plx_write_u8(&writer, delegation->address_names[i]);
		write_ip(&writer, &delegation->addresses[i]);
	}
	plx_write_bytes(&writer, delegation->names, delegation->names_bytes);
	return writer.failed ? 0 : writer.position;
}

// Our own octets: their counts are within the arrays, as pack wrote them.
static void unpack(const uint8_t *bytes, size_t length, struct delegation *ret_delegation)
{
	struct plx_reader reader = plx_reader_init(bytes, length);
	ret_delegation->name_count = plx_read_u8(&reader);
	ret_delegation->address_count = plx_read_u8(&reader);
	ret_delegation->names_bytes = plx_read_u16(&reader);
	for (unsigned i = 0; i < ret_delegation->name_count; i++) {
		ret_delegation->name_offsets[i] = plx_read_u16(&reader);
	}
	for (unsigned i = 0; i < ret_delegation->address_count; i++) {
		ret_delegation->address_names[i] = plx_read_u8(&reader);
		ret_delegation->addresses[i] = read_ip(&reader);
	}
	plx_read_copy(&reader, ret_delegation->names, ret_delegation->names_bytes);
}

void delegation_cache_put(struct packed_store *cache, const struct delegation *delegation,
			  uint64_t now_ns)
{
	PLX_UNINITIALIZED uint8_t value[PACKED_STORE_VALUE_MAX];
	PLX_UNINITIALIZED struct key key;
	key_make(KEY_DELEGATION, ANY_TYPE, delegation->zone.wire, delegation->zone.length, &key);
	size_t length = pack(delegation, value);
	// When it does not fit it is not remembered.
	(void)packed_store_put(cache, key.bytes, key.length, value, length, delegation->expires_ns,
			       now_ns);
}

static bool may_use(enum cache_use use, const struct plx_name *name, size_t offset)
{
	switch (use) {
	case CACHE_USE_ALL:
	case CACHE_USE_SERVERS:
		return true;
	case CACHE_USE_EVIDENCE:
	case CACHE_USE_NOT_EVALUATED:
		break;
	}
	// At most one label, and above the name.
	const uint8_t *zone = name->wire + offset;
	return zone[0] == 0 || (offset > 0 && zone[zone[0] + 1] == 0);
}

bool delegation_cache_closest(struct packed_store *cache, const struct plx_name *name,
			      enum cache_use use, uint64_t now_ns,
			      struct delegation *ret_delegation)
{
	PLX_UNINITIALIZED uint8_t value[PACKED_STORE_VALUE_MAX];
	// At most 127 labels and the root.
	for (size_t offset = 0; offset < name->length; offset += 1u + name->wire[offset]) {
		if (!may_use(use, name, offset)) {
			continue;
		}
		PLX_UNINITIALIZED struct key key;
		uint64_t expires_ns;
		size_t zone_length = name->length - offset;
		key_make(KEY_DELEGATION, ANY_TYPE, name->wire + offset, zone_length, &key);
		size_t length =
			packed_store_get(cache, key.bytes, key.length, now_ns, value, &expires_ns);
		if (length > 0) {
			struct plx_name zone = {.length = (uint8_t)zone_length};
			memcpy(zone.wire, name->wire + offset, zone_length);
			delegation_start(ret_delegation, &zone, expires_ns);
			unpack(value, length, ret_delegation);
			return true;
		}
	}
	return false;
}

void address_cache_put(struct packed_store *cache, const struct plx_name *server, uint16_t type,
		       const struct plx_ip *addresses, unsigned count, uint64_t expires_ns,
		       uint64_t now_ns)
{
	uint8_t value[1 + DELEGATION_NAME_ADDRESSES_MAX * (1 + sizeof(addresses->bytes))];
	struct plx_writer writer = plx_writer_init(value, sizeof(value));
	plx_write_u8(&writer, (uint8_t)count);
	for (unsigned i = 0; i < count && i < DELEGATION_NAME_ADDRESSES_MAX; i++) {
		write_ip(&writer, &addresses[i]);
	}
	PLX_UNINITIALIZED struct key key;
	key_make(KEY_ADDRESSES, type, server->wire, server->length, &key);
	(void)packed_store_put(cache, key.bytes, key.length, value, writer.position, expires_ns,
			       now_ns);
}

int address_cache_get(struct packed_store *cache, const struct plx_name *server, uint16_t type,
		      enum cache_use use, uint64_t now_ns,
		      struct plx_ip ret_addresses[static DELEGATION_NAME_ADDRESSES_MAX])
{
	PLX_UNINITIALIZED uint8_t value[PACKED_STORE_VALUE_MAX];
	PLX_UNINITIALIZED struct key key;
	uint64_t expires_ns;
	int count = 0;
	if (use != CACHE_USE_ALL && use != CACHE_USE_SERVERS) {
		return -1;
	}
	key_make(KEY_ADDRESSES, type, server->wire, server->length, &key);
	size_t length = packed_store_get(cache, key.bytes, key.length, now_ns, value, &expires_ns);
	if (length == 0) {
		return -1;
	}
	struct plx_reader reader = plx_reader_init(value, length);
	(void)plx_read_u8(&reader); // values are never empty
	while (plx_reader_left(&reader) > 0 && count < DELEGATION_NAME_ADDRESSES_MAX) {
		ret_addresses[count++] = read_ip(&reader);
	}
	return count;
}

void negative_cache_put(struct packed_store *cache, const struct plx_name *name, uint16_t type,
			enum negative_kind kind, enum plx_dnssec dnssec, uint32_t ttl_s,
			uint64_t now_ns)
{
	PLX_UNINITIALIZED struct key key;
	key_make(KEY_NEGATIVE, kind == NEGATIVE_NXDOMAIN ? ANY_TYPE : type, name->wire,
		 name->length, &key);
	const uint8_t value[] = {(uint8_t)kind, (uint8_t)dnssec};
	(void)packed_store_put(cache, key.bytes, key.length, value, sizeof(value),
			       delegation_expiry(now_ns, ttl_s), now_ns);
}

enum negative_kind negative_cache_get(struct packed_store *cache, const struct plx_name *name,
				      uint16_t type, enum cache_use use, uint64_t now_ns,
				      enum plx_dnssec *ret_dnssec)
{
	static const enum negative_kind kinds[] = {NEGATIVE_NXDOMAIN, NEGATIVE_NODATA};
	PLX_UNINITIALIZED uint8_t value[PACKED_STORE_VALUE_MAX];
	uint64_t expires_ns;
	PLX_UNINITIALIZED struct key key;
	if (use != CACHE_USE_ALL) {
		return NEGATIVE_UNKNOWN;
	}
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(kinds); i++) {
		key_make(KEY_NEGATIVE, kinds[i] == NEGATIVE_NXDOMAIN ? ANY_TYPE : type, name->wire,
			 name->length, &key);
		if (packed_store_get(cache, key.bytes, key.length, now_ns, value, &expires_ns) >
		    0) {
			*ret_dnssec = (enum plx_dnssec)value[1];
			return kinds[i];
		}
	}
	return NEGATIVE_UNKNOWN;
}

static bool is_at_or_below(const void *context, const uint8_t *key, size_t key_length)
{
	const struct plx_name *zone = context;
	struct plx_name name = {.length = (uint8_t)(key_length - KEY_NAME_AT)};
	memcpy(name.wire, key + KEY_NAME_AT, name.length);
	return plx_name_is_below(&name, zone);
}

uint32_t delegation_cache_flush(struct packed_store *cache, const struct plx_name *zone)
{
	return packed_store_flush(cache, is_at_or_below, zone);
}
