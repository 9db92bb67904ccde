// SPDX-License-Identifier: BSD-3-Clause
// Ranges of addresses as text and as bits.

#include "names/address_prefix.h"

#include <stdio.h>

static bool has_host_bits(const struct plx_ip *ip, unsigned length_bits)
{
	size_t bits = plx_ip_length(ip) * 8;
	for (size_t i = length_bits; i < bits; i++) {
		if (ip->bytes[i / 8] & (0x80u >> (i % 8))) {
			return true;
		}
	}
	return false;
}

// One to three digits without a leading zero, at most `max`.
static bool parse_length(const char *text, size_t text_length, size_t max, uint8_t *ret_bits)
{
	unsigned value = 0;
	if (text_length < 1 || text_length > 3 || (text_length > 1 && text[0] == '0')) {
		return false;
	}
	for (size_t i = 0; i < text_length; i++) {
		if (text[i] < '0' || text[i] > '9') {
			return false;
		}
		value = value * 10 + (unsigned)(text[i] - '0');
	}
	if (value > max) {
		return false;
	}
	*ret_bits = (uint8_t)value;
	return true;
}

enum address_prefix_fault address_prefix_parse(const char *text, size_t text_length,
					       struct address_prefix *ret_prefix)
{
	struct address_prefix prefix = {0};
	char address[PLX_IP_TEXT_MAX];
	const char *slash = memchr(text, '/', text_length);
	size_t address_length = slash != NULL ? (size_t)(slash - text) : text_length;
	// A NUL within would hide what follows it.
	if (address_length >= sizeof(address) || memchr(text, '\0', address_length) != NULL) {
		return ADDRESS_PREFIX_FAULT_ADDRESS;
	}
	memcpy(address, text, address_length);
	address[address_length] = '\0';
	if (plx_ip_parse(address, &prefix.ip) != 0) {
		return ADDRESS_PREFIX_FAULT_ADDRESS;
	}
	if (slash == NULL) {
		return ADDRESS_PREFIX_FAULT_LENGTH_MISSING;
	}
	if (!parse_length(slash + 1, text_length - address_length - 1,
			  plx_ip_length(&prefix.ip) * 8, &prefix.length_bits)) {
		return ADDRESS_PREFIX_FAULT_LENGTH;
	}
	if (has_host_bits(&prefix.ip, prefix.length_bits)) {
		return ADDRESS_PREFIX_FAULT_HOST_BITS;
	}
	*ret_prefix = prefix;
	return ADDRESS_PREFIX_FAULT_NONE;
}

const char *address_prefix_format(const struct address_prefix *prefix,
				  char text[static ADDRESS_PREFIX_TEXT_MAX])
{
	char address[PLX_IP_TEXT_MAX];
	snprintf(text, ADDRESS_PREFIX_TEXT_MAX, "%s/%u", plx_ip_format(&prefix->ip, address),
		 prefix->length_bits);
	return text;
}

bool address_prefix_contains(const struct address_prefix *prefix, const struct plx_ip *ip)
{
	size_t whole = prefix->length_bits / 8;
	unsigned rest = prefix->length_bits % 8;
	if (prefix->ip.family != ip->family || plx_ip_length(ip) == 0 ||
	    prefix->length_bits > plx_ip_length(ip) * 8) {
		return false;
	}
	if (memcmp(prefix->ip.bytes, ip->bytes, whole) != 0) {
		return false;
	}
	if (rest == 0) {
		return true;
	}
	unsigned mask = 0xffu & (0xff00u >> rest);
	return ((prefix->ip.bytes[whole] ^ ip->bytes[whole]) & mask) == 0;
}

const char *address_prefix_fault_text(enum address_prefix_fault fault)
{
	switch (fault) {
	case ADDRESS_PREFIX_FAULT_NONE:
		return "nothing is wrong with the prefix";
	case ADDRESS_PREFIX_FAULT_ADDRESS:
		return "no address stands before the slash: write it like 192.0.2.0/24 or "
		       "2001:db8::/32";
	case ADDRESS_PREFIX_FAULT_LENGTH_MISSING:
		return "the prefix has no length: append one, /32 (IPv4) or /128 (IPv6) for a "
		       "single host";
	case ADDRESS_PREFIX_FAULT_LENGTH:
		return "the length is not a number of bits: it is 0 to 32 for IPv4, 0 to 128 for "
		       "IPv6";
	case ADDRESS_PREFIX_FAULT_HOST_BITS:
		return "bits behind the length are set: clear them, or make the length longer";
	}
	return "the fault is unknown";
}

const char *address_prefix_fault_name(enum address_prefix_fault fault)
{
	switch (fault) {
	case ADDRESS_PREFIX_FAULT_NONE:
		return "none";
	case ADDRESS_PREFIX_FAULT_ADDRESS:
		return "address";
	case ADDRESS_PREFIX_FAULT_LENGTH_MISSING:
		return "length-missing";
	case ADDRESS_PREFIX_FAULT_LENGTH:
		return "length";
	case ADDRESS_PREFIX_FAULT_HOST_BITS:
		return "host-bits";
	}
	return "unknown";
}
