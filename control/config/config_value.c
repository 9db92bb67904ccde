// SPDX-License-Identifier: BSD-3-Clause

#include "config/config_value.h"

#include <parallax/base/error.h>
#include <parallax/base/ip_address.h>
#include <parallax/settings/setting_value.h>

#include "config/config.h"
#include "config/config_spec.h"
#include "rules/utc_time.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int parse_count(const struct config_spec *spec, const char *text, uint32_t *field,
		       struct plx_setting_fault *fault)
{
	if (plx_setting_count(text, spec->minimum, spec->maximum, field) == 0) {
		return 0;
	}
	return plx_setting_fault_set(fault, "\"%s\" is not a number from %u to %u", text,
				     spec->minimum, spec->maximum);
}

static int parse_duration(const struct config_spec *spec, const char *text, uint32_t *field,
			  struct plx_setting_fault *fault)
{
	uint64_t value_ms;
	if (plx_setting_duration(text, &value_ms) != 0) {
		return plx_setting_fault_set(
			fault, "\"%s\" is not a duration; write 250ms, 10s, 5m or 1h", text);
	}
	if (value_ms < spec->minimum || value_ms > spec->maximum) {
		return plx_setting_fault_set(fault, "\"%s\" is not between %ums and %ums", text,
					     spec->minimum, spec->maximum);
	}
	*field = (uint32_t)value_ms;
	return 0;
}

static int parse_coordinate(const struct config_spec *spec, const char *text, double *field,
			    struct plx_setting_fault *fault)
{
	char *end;
	bool is_plain = text[0] != '\0' && text[strspn(text, "+-.0123456789")] == '\0';
	double value = is_plain ? strtod(text, &end) : 0;
	if (!is_plain || *end != '\0' || !isfinite(value) || fabs(value) > spec->maximum) {
		return plx_setting_fault_set(fault,
					     "\"%s\" is not a number of degrees from -%u to %u",
					     text, spec->maximum, spec->maximum);
	}
	*field = value;
	return 0;
}

static int parse_choice(const struct config_spec *spec, const char *text, int *field,
			struct plx_setting_fault *fault)
{
	char names[PLX_SETTING_FAULT_MAX / 2] = "";
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
	return plx_setting_fault_set(fault, "\"%s\" is none of %s", text, names);
}

static int parse_endpoint(const char *text, struct plx_endpoint *field,
			  struct plx_setting_fault *fault)
{
	struct plx_endpoint endpoint;
	if (plx_endpoint_parse(text, 0, &endpoint) != 0 || endpoint.port == 0) {
		return plx_setting_fault_set(
			fault,
			"\"%s\" is not an address with a port; write 192.0.2.1:8443 "
			"or [2001:db8::1]:8443",
			text);
	}
	*field = endpoint;
	return 0;
}

static int parse_prefix(const char *text, struct address_prefix *field,
			struct plx_setting_fault *fault)
{
	enum address_prefix_fault why = address_prefix_parse(text, strlen(text), field);
	return why == ADDRESS_PREFIX_FAULT_NONE
		       ? 0
		       : plx_setting_fault_set(fault, "\"%s\": %s", text,
					       address_prefix_fault_text(why));
}

static int parse_time(const char *text, int64_t *field, struct plx_setting_fault *fault)
{
	int64_t microseconds;
	if (utc_time_parse(text, &microseconds) != 0) {
		return plx_setting_fault_set(
			fault, "\"%s\" is not a time; write 2026-12-15T00:00:00Z", text);
	}
	*field = microseconds / UTC_SECOND_US;
	return 0;
}

int config_value_parse(const struct config_spec *spec, const char *text, void *field,
		       struct plx_setting_fault *fault)
{
	switch (spec->type) {
	case CONFIG_TEXT:
		return plx_setting_text(text, spec->size, field, fault);
	case CONFIG_PATH:
		return plx_setting_path(text, spec->size, field, fault);
	case CONFIG_BOOLEAN:
		return plx_setting_boolean(text, field, fault);
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
	return plx_setting_fault_set(fault, "expected a mapping, found a single value");
}
