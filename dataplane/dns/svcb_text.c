// SPDX-License-Identifier: BSD-3-Clause

#include "dns/svcb_text.h"

#include <parallax/base/ip_address.h>

enum svcb_key {
	SVCB_MANDATORY = 0,
	SVCB_ALPN = 1,
	SVCB_NO_DEFAULT_ALPN = 2,
	SVCB_PORT = 3,
	SVCB_IPV4HINT = 4,
	SVCB_ECH = 5,
	SVCB_IPV6HINT = 6,
	SVCB_KNOWN_COUNT,
};

static const char *const key_names[SVCB_KNOWN_COUNT] = {
	[SVCB_MANDATORY] = "mandatory",
	[SVCB_ALPN] = "alpn",
	[SVCB_NO_DEFAULT_ALPN] = "no-default-alpn",
	[SVCB_PORT] = "port",
	[SVCB_IPV4HINT] = "ipv4hint",
	[SVCB_ECH] = "ech",
	[SVCB_IPV6HINT] = "ipv6hint",
};

static void key_put(struct text_output *out, uint16_t key)
{
	if (key < SVCB_KNOWN_COUNT) {
		text_put(out, key_names[key]);
	} else {
		text_put(out, "key");
		text_put_number(out, key);
	}
}

static void separator_put(struct text_output *out, bool *is_first)
{
	if (!*is_first) {
		text_put_char(out, ',');
	}
	*is_first = false;
}

static bool mandatory_put(struct text_output *out, struct plx_reader *value)
{
	bool is_first = true;
	do {
		uint16_t key = plx_read_u16(value);
		separator_put(out, &is_first);
		key_put(out, key);
	} while (plx_reader_left(value) > 0);
	return !value->failed;
}

static bool addresses_put(struct text_output *out, struct plx_reader *value, uint8_t family)
{
	bool is_first = true;
	do {
		struct plx_ip ip = {.family = family};
		char text[PLX_IP_TEXT_MAX];
		plx_read_copy(value, ip.bytes, plx_ip_length(&ip));
		separator_put(out, &is_first);
		text_put(out, plx_ip_format(&ip, text));
	} while (plx_reader_left(value) > 0);
	return !value->failed;
}

// Commas and backslashes are escaped twice: once as items of a list, once as characters.
static void alpn_id_put(struct text_output *out, const uint8_t *id, uint8_t length)
{
	for (unsigned i = 0; i < length; i++) {
		if (id[i] == ',') {
			text_put(out, "\\\\,");
		} else if (id[i] == '\\') {
			text_put(out, "\\\\\\\\");
		} else {
			text_put_escaped(out, id + i, 1);
		}
	}
}

static bool alpn_put(struct text_output *out, struct plx_reader *value)
{
	size_t left = plx_reader_left(value);
	bool has_blank = left > 0 && memchr(value->bytes + value->position, ' ', left) != NULL;
	bool is_first = true;
	text_put(out, has_blank ? "\"" : "");
	do {
		uint8_t length = plx_read_u8(value);
		const uint8_t *id = plx_read_bytes(value, length);
		if (id == NULL || length == 0) {
			return false;
		}
		separator_put(out, &is_first);
		alpn_id_put(out, id, length);
	} while (plx_reader_left(value) > 0);
	text_put(out, has_blank ? "\"" : "");
	return true;
}

static bool value_put(struct text_output *out, uint16_t key, const uint8_t *bytes, uint16_t length)
{
	struct plx_reader value = plx_reader_init(bytes, length);
	switch (key) {
	case SVCB_MANDATORY:
		return mandatory_put(out, &value);
	case SVCB_ALPN:
		return alpn_put(out, &value);
	case SVCB_PORT:
		text_put_number(out, plx_read_u16(&value));
		return !value.failed && plx_reader_left(&value) == 0;
	case SVCB_IPV4HINT:
		return addresses_put(out, &value, 4);
	case SVCB_IPV6HINT:
		return addresses_put(out, &value, 6);
	case SVCB_ECH:
		text_put_base64(out, bytes, length);
		return true;
	default:
		text_put_quoted(out, bytes, length);
		return true;
	}
}

static bool may_be_empty(uint16_t key)
{
	return key == SVCB_NO_DEFAULT_ALPN || key == SVCB_ECH || key >= SVCB_KNOWN_COUNT;
}

bool svcb_params_put(struct text_output *out, struct plx_reader *reader)
{
	int32_t previous_key = -1; // RFC 9460 2.2: strictly ascending
	while (plx_reader_left(reader) > 0) {
		uint16_t key = plx_read_u16(reader);
		uint16_t length = plx_read_u16(reader);
		const uint8_t *value = plx_read_bytes(reader, length);
		if (value == NULL || key <= previous_key ||
		    (key == SVCB_NO_DEFAULT_ALPN && length > 0) ||
		    (length == 0 && !may_be_empty(key))) {
			return false;
		}
		previous_key = key;
		text_put_char(out, ' ');
		key_put(out, key);
		if (length > 0) {
			text_put_char(out, '=');
			if (!value_put(out, key, value, length)) {
				return false;
			}
		}
	}
	return true;
}
