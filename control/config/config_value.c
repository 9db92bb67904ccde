// SPDX-License-Identifier: BSD-3-Clause

#include "config/config_value.h"

#include <parallax/base/error.h>
#include <parallax/base/ip_address.h>

#include "config/config.h"
#include "config/config_spec.h"
#include "rules/utc_time.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 10

int config_fault_set(struct config_fault *fault, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	// Faults are one line: control characters come from the input.
	for (char *c = fault->text; *c != '\0'; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f) {
			*c = '?';
		}
	}
	return PLX_ERR_CONFIG;
}

int config_fault_prefix(struct config_fault *fault, const char *format, ...)
{
	char place[CONFIG_FAULT_MAX / 2];
	char rest[CONFIG_FAULT_MAX];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(place, sizeof(place), format, arguments);
	va_end(arguments);
	memcpy(rest, fault->text, sizeof(rest));
	return config_fault_set(fault, "%s: %s", place, rest);
}

// Digits and a unit out of `units` (name, factor). PLX_ERR_CONFIG.
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

static int parse_count(const struct config_spec *spec, const char *text, uint32_t *field,
		       struct config_fault *fault)
{
	static const struct unit units[] = {{"", 1}, {"k", 1000}, {"M", 1000000}};
	uint64_t value;
	if (parse_number(text, units, PLX_ARRAY_SIZE(units), &value) != 0 ||
	    value < spec->minimum || value > spec->maximum) {
		return config_fault_set(fault, "\"%s\" is not a number from %u to %u", text,
					spec->minimum, spec->maximum);
	}
	*field = (uint32_t)value;
	return 0;
}

static int parse_duration(const struct config_spec *spec, const char *text, uint32_t *field,
			  struct config_fault *fault)
{
	static const struct unit units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
	uint64_t value;
	if (parse_number(text, units, PLX_ARRAY_SIZE(units), &value) != 0) {
		return config_fault_set(
			fault, "\"%s\" is not a duration; write 250ms, 10s, 5m or 1h", text);
	}
	if (value < spec->minimum || value > spec->maximum) {
		return config_fault_set(fault, "\"%s\" is not between %ums and %ums", text,
					spec->minimum, spec->maximum);
	}
	*field = (uint32_t)value;
	return 0;
}

static int parse_boolean(const char *text, bool *field, struct config_fault *fault)
{
	static const char *const yes[] = {"true", "yes", "on"};
	static const char *const no[] = {"false", "no", "off"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(yes); i++) {
		if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
			*field = strcmp(text, yes[i]) == 0;
			return 0;
		}
	}
	return config_fault_set(fault, "\"%s\" is neither true nor false", text);
}

static int parse_coordinate(const struct config_spec *spec, const char *text, double *field,
			    struct config_fault *fault)
{
	char *end;
	bool is_plain = text[0] != '\0' && text[strspn(text, "+-.0123456789")] == '\0';
	double value = is_plain ? strtod(text, &end) : 0;
	if (!is_plain || *end != '\0' || !isfinite(value) || fabs(value) > spec->maximum) {
		return config_fault_set(fault, "\"%s\" is not a number of degrees from -%u to %u",
					text, spec->maximum, spec->maximum);
	}
	*field = value;
	return 0;
}

static int parse_choice(const struct config_spec *spec, const char *text, int *field,
			struct config_fault *fault)
{
	char names[CONFIG_FAULT_MAX / 2] = "";
	size_t used = 0;
	for (const struct config_choice *c = spec->choices; c->name != NULL; c++) {
		if (strcmp(text, c->name) == 0) {
			*field = c->value;
			return 0;
		}
		int length = snprintf(names + used, sizeof(names) - used, "%s%s",
				      used > 0 ? ", " : "", c->name);
		used += length > 0 && (size_t)length < sizeof(names) - used ? (size_t)length : 0;
	}
	return config_fault_set(fault, "\"%s\" is none of %s", text, names);
}

static int parse_text(const struct config_spec *spec, const char *text, char *field,
		      struct config_fault *fault)
{
	size_t length = strlen(text);
	if (length == 0) {
		return config_fault_set(fault, "has no value; give one or leave it out");
	}
	if (length >= spec->size) {
		return config_fault_set(fault,
					"the value has %zu characters, at most %u are possible",
					length, spec->size - 1);
	}
	for (const char *c = text; *c != '\0'; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f) {
			return config_fault_set(fault, "the value holds a control character");
		}
	}
	if (spec->type == CONFIG_PATH && text[0] != '/') {
		return config_fault_set(fault, "\"%s\" is not an absolute path; start it with /",
					text);
	}
	memcpy(field, text, length + 1);
	return 0;
}

static int parse_endpoint(const char *text, struct plx_endpoint *field, struct config_fault *fault)
{
	struct plx_endpoint endpoint;
	if (plx_endpoint_parse(text, 0, &endpoint) != 0 || endpoint.port == 0) {
		return config_fault_set(
			fault,
			"\"%s\" is not an address with a port; write 192.0.2.1:8443 "
			"or [2001:db8::1]:8443",
			text);
	}
	*field = endpoint;
	return 0;
}

static int parse_prefix(const char *text, struct address_prefix *field, struct config_fault *fault)
{
	enum address_prefix_fault why = address_prefix_parse(text, strlen(text), field);
	return why == ADDRESS_PREFIX_FAULT_NONE ? 0
						: config_fault_set(fault, "\"%s\": %s", text,
								   address_prefix_fault_text(why));
}

static int parse_time(const char *text, int64_t *field, struct config_fault *fault)
{
	int64_t microseconds;
	if (utc_time_parse(text, &microseconds) != 0) {
		return config_fault_set(fault, "\"%s\" is not a time; write 2026-12-15T00:00:00Z",
					text);
	}
	*field = microseconds / UTC_SECOND_US;
	return 0;
}

int config_value_parse(const struct config_spec *spec, const char *text, void *field,
		       struct config_fault *fault)
{
	switch (spec->type) {
	case CONFIG_TEXT:
	case CONFIG_PATH:
		return parse_text(spec, text, field, fault);
	case CONFIG_BOOLEAN:
		return parse_boolean(text, field, fault);
	case CONFIG_COUNT:
		return parse_count(spec, text, field, fault);
	case CONFIG_DURATION:
		return parse_duration(spec, text, field, fault);
	case CONFIG_COORDINATE:
		return parse_coordinate(spec, text, field, fault);
	case CONFIG_CHOICE:
		return parse_choice(spec, text, field, fault);
	case CONFIG_TIME:
		return parse_time(text, field, fault);
	case CONFIG_ENDPOINT:
		return parse_endpoint(text, field, fault);
	case CONFIG_PREFIX:
		return parse_prefix(text, field, fault);
	case CONFIG_SECTION:
		break;
	}
	return config_fault_set(fault, "expected a mapping, found a single value");
}
