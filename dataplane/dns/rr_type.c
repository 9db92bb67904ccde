// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/dns/rr_type.h>

#include "dns/rr_type_table.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define GENERIC_PREFIX "TYPE" // RFC 3597 5
#define GENERIC_DIGITS_MAX 5

#define META_FIRST 128 // RFC 6895 3.1: 128-255 are meta-types and QTYPEs
#define META_LAST 255

struct numbered_name {
	uint16_t number;
	const char *name;
};

#define NUMBERED_NAME(value, text) {.number = (value), .name = (text)},
static const struct numbered_name types[] = {RR_TYPES(NUMBERED_NAME)};
static const struct numbered_name rcodes[] = {RCODES(NUMBERED_NAME)};
#undef NUMBERED_NAME

static int number_compare(const void *key, const void *entry)
{
	const uint16_t *number = key;
	const struct numbered_name *numbered = entry;
	return (int)*number - (int)numbered->number;
}

static const char *name_find(const struct numbered_name *table, size_t count, uint16_t number)
{
	const struct numbered_name *found =
		bsearch(&number, table, count, sizeof(*table), number_compare);
	return found != NULL ? found->name : NULL;
}

static int generic_parse(const char *digits, size_t count, uint16_t *ret_type)
{
	uint32_t value = 0;
	if (count == 0 || count > GENERIC_DIGITS_MAX) {
		return -EINVAL;
	}
	for (size_t i = 0; i < count; i++) {
		if (digits[i] < '0' || digits[i] > '9') {
			return -EINVAL;
		}
		value = value * 10 + (uint32_t)(digits[i] - '0');
	}
	if (value > UINT16_MAX) {
		return -EINVAL;
	}
	*ret_type = (uint16_t)value;
	return 0;
}

int plx_type_parse(const char *text, size_t length, uint16_t *ret_type)
{
	for (size_t i = 0; i < PLX_ARRAY_SIZE(types); i++) {
		if (strlen(types[i].name) == length &&
		    strncasecmp(types[i].name, text, length) == 0) {
			*ret_type = types[i].number;
			return 0;
		}
	}
	size_t prefix = strlen(GENERIC_PREFIX);
	if (length <= prefix || strncasecmp(text, GENERIC_PREFIX, prefix) != 0) {
		return -EINVAL;
	}
	return generic_parse(text + prefix, length - prefix, ret_type);
}

_Bool plx_type_is_meta(uint16_t type)
{
	return type == 0 || type == PLX_TYPE_OPT || (type >= META_FIRST && type <= META_LAST);
}

const char *plx_type_format(uint16_t type, char text[static PLX_TYPE_TEXT_MAX])
{
	const char *name = name_find(types, PLX_ARRAY_SIZE(types), type);
	if (name == NULL) {
		snprintf(text, PLX_TYPE_TEXT_MAX, GENERIC_PREFIX "%u", (unsigned)type);
		return text;
	}
	return name;
}

const char *plx_rcode_format(uint16_t rcode, char text[static PLX_RCODE_TEXT_MAX])
{
	const char *name = name_find(rcodes, PLX_ARRAY_SIZE(rcodes), rcode);
	if (name == NULL) {
		snprintf(text, PLX_RCODE_TEXT_MAX, "RCODE%u", (unsigned)rcode);
		return text;
	}
	return name;
}
