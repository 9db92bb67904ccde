// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/settings/setting_value.h>

#include <parallax/base/error.h>

#include <stdlib.h>
#include <string.h>

// Of the number before a unit: with the largest factor the product stays within 64 bits.
#define DIGITS_MAX 10

struct unit {
	const char *name;
	uint32_t factor;
};

static int parse_number(const char *text, const struct unit *units, size_t unit_count,
			uint64_t *ret_value)
{
	size_t digits = strspn(text, "0123456789");
	if (digits == 0 || digits > DIGITS_MAX) {
		return PLX_ERR_CONFIG;
	}
	uint64_t value = strtoull(text, NULL, 10);
	for (size_t i = 0; i < unit_count; i++) {
		if (strcmp(text + digits, units[i].name) == 0) {
			*ret_value = value * units[i].factor;
			return 0;
		}
	}
	return PLX_ERR_CONFIG;
}

int plx_setting_count(const char *text, uint32_t minimum, uint32_t maximum, uint32_t *ret_value)
{
	static const struct unit units[] = {{"", 1}, {"k", 1000}, {"M", 1000000}};
	uint64_t value;
	if (parse_number(text, units, PLX_ARRAY_SIZE(units), &value) != 0 || value < minimum ||
	    value > maximum) {
		return PLX_ERR_CONFIG;
	}
	*ret_value = (uint32_t)value;
	return 0;
}

int plx_setting_duration(const char *text, uint64_t *ret_ms)
{
	static const struct unit units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
	return parse_number(text, units, PLX_ARRAY_SIZE(units), ret_ms);
}

int plx_setting_boolean(const char *text, bool *ret_value, struct plx_setting_fault *fault)
{
	static const char *const yes[] = {"true", "yes", "on"};
	static const char *const no[] = {"false", "no", "off"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(yes); i++) {
		if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
			*ret_value = strcmp(text, yes[i]) == 0;
			return 0;
		}
	}
	return plx_setting_fault_set(fault, "\"%s\" is neither true nor false", text);
}

int plx_setting_text(const char *text, size_t size, char *ret_text, struct plx_setting_fault *fault)
{
	size_t length = strlen(text);
	if (length == 0) {
		return plx_setting_fault_set(fault, "has no value; give one or leave it out");
	}
	if (length >= size) {
		return plx_setting_fault_set(
			fault, "the value has %zu characters, at most %zu are possible", length,
			size - 1);
	}
	for (const char *c = text; *c != '\0'; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f) {
			return plx_setting_fault_set(fault, "the value holds a control character");
		}
	}
	memcpy(ret_text, text, length + 1);
	return 0;
}

int plx_setting_path(const char *text, size_t size, char *ret_path, struct plx_setting_fault *fault)
{
	// A value that is missing or too long is that first of all.
	if (text[0] != '\0' && text[0] != '/' && strlen(text) < size) {
		return plx_setting_fault_set(
			fault, "\"%s\" is not an absolute path; start it with /", text);
	}
	return plx_setting_text(text, size, ret_path, fault);
}
