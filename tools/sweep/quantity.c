// SPDX-License-Identifier: BSD-3-Clause
// Parsing of quantity.h: digits, then one unit of a table.

#include "sweep/quantity.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

struct unit {
	const char *name;
	uint64_t factor;
};

static int parse(const char *text, const struct unit *units, size_t unit_count, uint64_t *ret_value)
{
	uint64_t value = 0;
	const char *at = text;
	while (*at >= '0' && *at <= '9') {
		uint64_t digit = (uint64_t)(*at++ - '0');
		if (value > (UINT64_MAX - digit) / 10) {
			return -ERANGE;
		}
		value = value * 10 + digit;
	}
	if (at == text) {
		return -EINVAL;
	}
	for (size_t i = 0; i < unit_count; i++) {
		if (strcmp(at, units[i].name) == 0) {
			if (value > UINT64_MAX / units[i].factor) {
				return -ERANGE;
			}
			*ret_value = value * units[i].factor;
			return 0;
		}
	}
	return -EINVAL;
}

int quantity_parse_count(const char *text, uint64_t *ret_count)
{
	static const struct unit units[] = {
		{"", 1}, {"k", 1000}, {"M", 1000000}, {"G", 1000000000}};
	return parse(text, units, sizeof(units) / sizeof(units[0]), ret_count);
}

int quantity_parse_duration_ns(const char *text, uint64_t *ret_ns)
{
	static const struct unit units[] = {{"us", 1000},
					    {"ms", 1000000},
					    {"s", 1000000000},
					    {"m", 60000000000},
					    {"h", 3600000000000}};
	return parse(text, units, sizeof(units) / sizeof(units[0]), ret_ns);
}
