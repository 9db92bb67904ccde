// SPDX-License-Identifier: BSD-3-Clause
// Text to identifier. For a name, in order: the wildcard is taken off, U-labels become A-labels, the letters are
// judged, then what the name means: address in disguise, reverse name, onion, public suffix.

#include "names/identifier.h"

#include "names/reverse_name.h"

#include <idn2.h>

#include <string.h>

#define NAME_TEXT_MAX 253 // characters without a final dot: 255 octets on the wire
#define ONION_LABEL 56    // base32 of a key, a checksum and the version (Tor rend-spec v3, 6)

// The text in work: NUL ends it at text[length].
struct name_text {
	size_t length;
	char text[IDENTIFIER_VALUE_MAX + 1];
};

static enum identifier_fault idn_fault(int result)
{
	switch (result) {
	case IDN2_OK:
		return IDENTIFIER_FAULT_NONE;
	case IDN2_ENCODING_ERROR:
		return IDENTIFIER_FAULT_UTF8;
	case IDN2_TOO_BIG_LABEL:
		return IDENTIFIER_FAULT_LABEL_TOO_LONG;
	case IDN2_TOO_BIG_DOMAIN:
		return IDENTIFIER_FAULT_TOO_LONG;
	case IDN2_2HYPHEN:
		return IDENTIFIER_FAULT_RESERVED_LABEL;
	case IDN2_HYPHEN_STARTEND:
		return IDENTIFIER_FAULT_HYPHEN;
	default:
		// Every other code of libidn2, those of versions to come included, means that the name is not valid.
		return IDENTIFIER_FAULT_IDN;
	}
}

static bool is_ascii(const struct name_text *name)
{
	for (size_t i = 0; i < name->length; i++) {
		if ((unsigned char)name->text[i] >= 0x80) {
			return false;
		}
	}
	return true;
}

// In `name`, which is in lower case.
static bool has_a_label(const struct name_text *name)
{
	return strncmp(name->text, "xn--", 4) == 0 || strstr(name->text, ".xn--") != NULL;
}

// An A-label that is not what its own U-label gives is refused by libidn2 too.
static enum identifier_fault to_a_labels(struct name_text *name)
{
	uint8_t *a_labels = NULL;
	if (is_ascii(name) && !has_a_label(name)) {
		return IDENTIFIER_FAULT_NONE;
	}
	int result = idn2_lookup_u8((const uint8_t *)name->text, &a_labels,
				    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	if (result != IDN2_OK) {
		return idn_fault(result);
	}
	size_t length = strlen((const char *)a_labels);
	bool fits = length <= IDENTIFIER_VALUE_MAX;
	if (fits) {
		memcpy(name->text, a_labels, length + 1);
		name->length = length;
	}
	idn2_free(a_labels);
	return fits ? IDENTIFIER_FAULT_NONE : IDENTIFIER_FAULT_TOO_LONG;
}

static enum identifier_fault check_character(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-') {
		return IDENTIFIER_FAULT_NONE;
	}
	if (c == '_') {
		return IDENTIFIER_FAULT_UNDERSCORE;
	}
	return c == '*' ? IDENTIFIER_FAULT_WILDCARD : IDENTIFIER_FAULT_CHARACTER;
}

// The LDH rule (RFC 5890 2.3.1). A label "xn--" has been through libidn2.
static enum identifier_fault check_label(const char *label, size_t length)
{
	if (length == 0) {
		return IDENTIFIER_FAULT_EMPTY_LABEL;
	}
	for (size_t i = 0; i < length; i++) {
		enum identifier_fault fault = check_character(label[i]);
		if (fault != IDENTIFIER_FAULT_NONE) {
			return fault;
		}
	}
	if (length > PLX_LABEL_MAX) {
		return IDENTIFIER_FAULT_LABEL_TOO_LONG;
	}
	if (label[0] == '-' || label[length - 1] == '-') {
		return IDENTIFIER_FAULT_HYPHEN;
	}
	if (length >= 4 && label[2] == '-' && label[3] == '-' && strncmp(label, "xn", 2) != 0) {
		return IDENTIFIER_FAULT_RESERVED_LABEL;
	}
	return IDENTIFIER_FAULT_NONE;
}

static enum identifier_fault check_labels(const struct name_text *name)
{
	const char *label = name->text;
	for (;;) {
		size_t length = strcspn(label, ".");
		enum identifier_fault fault = check_label(label, length);
		if (fault != IDENTIFIER_FAULT_NONE || label[length] == '\0') {
			return fault;
		}
		label += length + 1;
	}
}

static const char *last_label(const struct name_text *name)
{
	const char *dot = strrchr(name->text, '.');
	return dot != NULL ? dot + 1 : name->text;
}

// "2130706433", "127.1", "0x7f.0x1": what inet_aton and browsers take for an IPv4 address (WHATWG URL, "ends in a
// number"). No top-level domain is numeric.
static bool ends_in_number(const struct name_text *name)
{
	const char *label = last_label(name);
	if (label[0] == '0' && label[1] == 'x') {
		return label[2 + strspn(label + 2, "0123456789abcdef")] == '\0';
	}
	return label[strspn(label, "0123456789")] == '\0';
}

static bool ends_in_onion(const struct name_text *name)
{
	return strcmp(last_label(name), "onion") == 0;
}

// The address is the label before "onion"; its last octet is the version, 3: five bits of the last character and three
// of the one before.
static bool is_onion_v3(const struct name_text *name)
{
	static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";
	const char *end = strrchr(name->text, '.');
	if (end == NULL || end < name->text + ONION_LABEL) {
		return false;
	}
	const char *label = end - ONION_LABEL;
	if ((label > name->text && label[-1] != '.') || strspn(label, base32) != ONION_LABEL) {
		return false;
	}
	size_t high = (size_t)(strchr(base32, label[ONION_LABEL - 2]) - base32);
	size_t low = (size_t)(strchr(base32, label[ONION_LABEL - 1]) - base32);
	return (high << 5 & 0xff) + low == 3;
}

static enum identifier_fault check_meaning(const struct name_text *text,
					   const struct identifier_rules *rules,
					   struct identifier *identifier)
{
	if (ends_in_number(text)) {
		return IDENTIFIER_FAULT_ADDRESS_AS_NAME;
	}
	if (ends_in_onion(text)) {
		identifier->is_onion = is_onion_v3(text);
		return identifier->is_onion ? IDENTIFIER_FAULT_NONE : IDENTIFIER_FAULT_ONION;
	}
	if (reverse_name_is_within(&identifier->name) && rules->now_s >= REVERSE_NAMES_END_S) {
		return IDENTIFIER_FAULT_REVERSE_NAME;
	}
	if (rules->suffixes == NULL) {
		return IDENTIFIER_FAULT_INTERNAL_NAME;
	}
	switch (base_domain_find(rules->suffixes, &identifier->name, NULL)) {
	case BASE_DOMAIN_FOUND:
		return IDENTIFIER_FAULT_NONE;
	case BASE_DOMAIN_IS_SUFFIX:
		return IDENTIFIER_FAULT_PUBLIC_SUFFIX;
	case BASE_DOMAIN_UNKNOWN_SUFFIX:
	case BASE_DOMAIN_NOT_EVALUATED:
		break;
	}
	return IDENTIFIER_FAULT_INTERNAL_NAME;
}

// Copies the value without "*." and final dot, ASCII letters in lower case.
static enum identifier_fault begin_text(const char *value, size_t length,
					const struct identifier_rules *rules,
					struct name_text *ret_text, bool *ret_is_wildcard)
{
	bool is_wildcard = length >= 2 && value[0] == '*' && value[1] == '.';
	if (is_wildcard) {
		value += 2;
		length -= 2;
	}
	if (length > 0 && value[length - 1] == '.') {
		if (!rules->accepts_trailing_dot) {
			return IDENTIFIER_FAULT_TRAILING_DOT;
		}
		length--;
	}
	if (length == 0) {
		return is_wildcard ? IDENTIFIER_FAULT_WILDCARD : IDENTIFIER_FAULT_EMPTY_LABEL;
	}
	for (size_t i = 0; i < length; i++) {
		ret_text->text[i] = (char)plx_ascii_lower((uint8_t)value[i]);
	}
	ret_text->text[length] = '\0';
	ret_text->length = length;
	*ret_is_wildcard = is_wildcard;
	return IDENTIFIER_FAULT_NONE;
}

static enum identifier_fault parse_dns(const char *value, size_t value_length,
				       const struct identifier_rules *rules,
				       struct identifier *ret_identifier)
{
	struct identifier identifier = {.type = IDENTIFIER_TYPE_DNS};
	struct name_text text;
	enum identifier_fault fault =
		begin_text(value, value_length, rules, &text, &identifier.is_wildcard);
	if (fault == IDENTIFIER_FAULT_NONE) {
		fault = to_a_labels(&text);
	}
	if (fault == IDENTIFIER_FAULT_NONE) {
		fault = check_labels(&text);
	}
	if (fault != IDENTIFIER_FAULT_NONE) {
		return fault;
	}
	size_t prefix_length = identifier.is_wildcard ? 2 : 0;
	if (prefix_length + text.length > NAME_TEXT_MAX ||
	    plx_name_parse(text.text, text.length, &identifier.name) != 0) {
		return IDENTIFIER_FAULT_TOO_LONG;
	}
	memcpy(identifier.text, "*.", prefix_length);
	memcpy(identifier.text + prefix_length, text.text, text.length + 1);
	fault = check_meaning(&text, rules, &identifier);
	if (fault == IDENTIFIER_FAULT_NONE) {
		*ret_identifier = identifier;
	}
	return fault;
}

static bool parse_address(const char *value, size_t value_length, struct plx_ip *ret_ip)
{
	char text[PLX_IP_TEXT_MAX];
	if (value_length >= sizeof(text)) {
		return false;
	}
	memcpy(text, value, value_length);
	text[value_length] = '\0';
	return plx_ip_parse(text, ret_ip) == 0;
}

static enum identifier_fault judge_address(const struct plx_ip *ip,
					   const struct identifier_rules *rules,
					   struct identifier *ret_identifier)
{
	char text[PLX_IP_TEXT_MAX];
	struct identifier identifier = {.type = IDENTIFIER_TYPE_IP, .ip = *ip};
	if (!address_may_be_contacted(ip, rules->allowance, NULL)) {
		return IDENTIFIER_FAULT_ADDRESS_SPECIAL;
	}
	plx_ip_format(ip, text);
	memcpy(identifier.text, text, strlen(text) + 1);
	*ret_identifier = identifier;
	return IDENTIFIER_FAULT_NONE;
}

enum identifier_fault identifier_parse(const char *type, const char *value, size_t value_length,
				       const struct identifier_rules *rules,
				       struct identifier *ret_identifier)
{
	struct plx_ip ip;
	bool is_dns = type != NULL && strcmp(type, "dns") == 0;
	bool is_ip = type != NULL && strcmp(type, "ip") == 0;
	if (type != NULL && !is_dns && !is_ip) {
		return IDENTIFIER_FAULT_TYPE;
	}
	if (value_length == 0) {
		return IDENTIFIER_FAULT_EMPTY;
	}
	if (value_length > IDENTIFIER_VALUE_MAX) {
		return IDENTIFIER_FAULT_TOO_LONG;
	}
	// A NUL would hide what follows it.
	if (memchr(value, '\0', value_length) != NULL) {
		return IDENTIFIER_FAULT_CHARACTER;
	}
	bool is_address = parse_address(value, value_length, &ip);
	if (is_address) {
		return is_dns ? IDENTIFIER_FAULT_ADDRESS_AS_NAME
			      : judge_address(&ip, rules, ret_identifier);
	}
	return is_ip ? IDENTIFIER_FAULT_ADDRESS
		     : parse_dns(value, value_length, rules, ret_identifier);
}

const char *identifier_type_name(enum identifier_type type)
{
	switch (type) {
	case IDENTIFIER_TYPE_NONE:
		return "none";
	case IDENTIFIER_TYPE_DNS:
		return "dns";
	case IDENTIFIER_TYPE_IP:
		return "ip";
	}
	return "unknown";
}
