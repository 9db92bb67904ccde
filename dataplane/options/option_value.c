// SPDX-License-Identifier: BSD-3-Clause

#include "options/option_value.h"

#include <parallax/base/error.h>
#include <parallax/settings/setting_value.h>

#include "options/option_table.h"
#include "options/options.h"

#include <string.h>

#define CPU_MAX 1023
#define NUMBER_DIGITS_MAX 10

// "2" to ret_first and ret_last, "2-5" to both.
static int range_parse(const char *text, uint32_t maximum, uint32_t *ret_first, uint32_t *ret_last)
{
	char first[NUMBER_DIGITS_MAX + 1];
	const char *dash = strchr(text, '-');
	if (dash == NULL || (size_t)(dash - text) >= sizeof(first)) {
		return PLX_ERR_CONFIG;
	}
	memcpy(first, text, (size_t)(dash - text));
	first[dash - text] = '\0';
	uint32_t low, high;
	if (plx_setting_count(first, 0, maximum, &low) != 0 ||
	    plx_setting_count(dash + 1, low, maximum, &high) != 0) {
		return PLX_ERR_CONFIG;
	}
	*ret_first = low;
	*ret_last = high;
	return 0;
}

static struct options_workers *workers_of(const struct option_spec *spec, struct options *options)
{
	return (struct options_workers *)(void *)((char *)options + spec->offset);
}

static int cpu_add(uint32_t cpu, struct options_workers *workers, struct plx_setting_fault *fault)
{
	for (unsigned i = 0; i < workers->count; i++) {
		if (workers->cpu[i] == cpu) {
			return plx_setting_fault_set(fault, "CPU %u is listed twice", cpu);
		}
	}
	if (workers->count == OPTIONS_WORKERS_MAX) {
		return plx_setting_fault_set(fault, "more than %u CPUs are listed",
					     OPTIONS_WORKERS_MAX);
	}
	workers->is_pinned = true;
	workers->cpu[workers->count++] = (uint16_t)cpu;
	return 0;
}

static int add_cpus(const char *text, struct options_workers *workers,
		    struct plx_setting_fault *fault)
{
	uint32_t first, last;
	if (plx_setting_count(text, 0, CPU_MAX, &first) == 0) {
		last = first;
	} else if (range_parse(text, CPU_MAX, &first, &last) != 0) {
		return plx_setting_fault_set(
			fault, "\"%s\" is not a CPU number (0 to %u) or a range", text, CPU_MAX);
	}
	for (uint32_t cpu = first; cpu <= last; cpu++) {
		int error = cpu_add(cpu, workers, fault);
		if (error != 0) {
			return error;
		}
	}
	return 0;
}

int option_value_add_cpu(const struct option_spec *spec, const char *text, struct options *options,
			 struct plx_setting_fault *fault)
{
	return add_cpus(text, workers_of(spec, options), fault);
}

static int workers_parse(const char *text, struct options_workers *workers,
			 struct plx_setting_fault *fault)
{
	uint32_t count;
	if (plx_setting_count(text, 1, OPTIONS_WORKERS_MAX, &count) == 0) {
		*workers = (struct options_workers) {.count = count};
		return 0;
	}
	if (strpbrk(text, ",-") == NULL) {
		return plx_setting_fault_set(fault,
					     "\"%s\" is neither a count (1 to %u) nor a list "
					     "of CPUs; write 2, 2,3 or 2-5",
					     text, OPTIONS_WORKERS_MAX);
	}
	*workers = (struct options_workers) {0};
	char item[32];
	for (const char *next = text; next != NULL;) {
		size_t length = strcspn(next, ",");
		snprintf(item, sizeof(item), "%.*s",
			 (int)(length < sizeof(item) ? length : sizeof(item)), next);
		int error = add_cpus(item, workers, fault);
		if (error != 0) {
			return error;
		}
		next = next[length] == ',' ? next + length + 1 : NULL;
	}
	return 0;
}

static int port_range_parse(const char *text, struct options_port_range *range,
			    struct plx_setting_fault *fault)
{
	uint32_t first, last;
	if (range_parse(text, UINT16_MAX, &first, &last) != 0) {
		return plx_setting_fault_set(fault,
					     "\"%s\" is not a port range; write FIRST-LAST such as "
					     "16384-32767",
					     text);
	}
	uint32_t count = last - first + 1;
	if (first < 1024 || count < 4096 || count > 32768 || (count & (count - 1)) != 0) {
		return plx_setting_fault_set(
			fault,
			"%s is a range of %u ports from %u; it must hold 4096, "
			"8192, 16384 or 32768 ports above 1023, such as 16384-32767",
			text, count, first);
	}
	*range = (struct options_port_range) {(uint16_t)first, (uint16_t)last};
	return 0;
}

static int list_room(const struct option_spec *spec, struct options *options, unsigned **ret_count,
		     struct plx_setting_fault *fault)
{
	*ret_count = (unsigned *)(void *)((char *)options + spec->count_offset);
	if (**ret_count == spec->size) {
		return plx_setting_fault_set(fault, "more than %u are listed", spec->size);
	}
	return 0;
}

static int prefix_add(const struct option_spec *spec, const char *text, struct options *options,
		      struct plx_setting_fault *fault)
{
	unsigned *count;
	int error = list_room(spec, options, &count, fault);
	if (error != 0) {
		return error;
	}
	char address[PLX_IP_TEXT_MAX] = "";
	const char *slash = strchr(text, '/');
	struct options_prefix prefix;
	uint32_t length;
	if (slash != NULL && (size_t)(slash - text) < sizeof(address)) {
		memcpy(address, text, (size_t)(slash - text));
	}
	if (slash == NULL || plx_ip_parse(address, &prefix.ip) != 0 ||
	    plx_setting_count(slash + 1, 1, prefix.ip.family == 4 ? 32 : 128, &length) != 0) {
		return plx_setting_fault_set(
			fault,
			"\"%s\" is not an address with its prefix length; write it "
			"as 192.0.2.10/24 or 2001:db8::10/64",
			text);
	}
	prefix.length = (uint8_t)length;
	options->address[(*count)++] = prefix;
	return 0;
}

static int gateway_add(const struct option_spec *spec, const char *text, struct options *options,
		       struct plx_setting_fault *fault)
{
	unsigned *count;
	int error = list_room(spec, options, &count, fault);
	if (error != 0) {
		return error;
	}
	struct plx_ip ip;
	if (plx_ip_parse(text, &ip) != 0) {
		return plx_setting_fault_set(
			fault, "\"%s\" is not an address; write it as 192.0.2.1 or 2001:db8::1",
			text);
	}
	for (unsigned i = 0; i < *count; i++) {
		if (plx_ip_equal(&options->gateway[i], &ip)) {
			return plx_setting_fault_set(fault, "\"%s\" is given twice; remove one",
						     text);
		}
	}
	options->gateway[(*count)++] = ip;
	return 0;
}

int option_add_upstream(const struct option_spec *spec, struct options *options,
			const struct upstream_config *upstream, struct plx_setting_fault *fault)
{
	unsigned *count;
	int error = list_room(spec, options, &count, fault);
	if (error != 0) {
		return error;
	}
	for (unsigned i = 0; i < *count; i++) {
		if (plx_endpoint_equal(&options->upstreams[i].endpoint, &upstream->endpoint)) {
			char text[PLX_ENDPOINT_TEXT_MAX];
			return plx_setting_fault_set(
				fault, "%s is listed twice",
				plx_endpoint_format(&upstream->endpoint, text));
		}
	}
	options->upstreams[(*count)++] = *upstream;
	return 0;
}

static int upstream_add(const struct option_spec *spec, const char *text, struct options *options,
			struct plx_setting_fault *fault)
{
	struct upstream_config upstream;
	int error = options_parse_upstream(text, &upstream, fault);
	return error != 0 ? error : option_add_upstream(spec, options, &upstream, fault);
}

static int number_parse(const struct option_spec *spec, const char *text, void *field,
			struct plx_setting_fault *fault)
{
	if (plx_setting_count(text, spec->minimum, spec->maximum, field) == 0) {
		return 0;
	}
	if (spec->type == OPTION_RATE) {
		return plx_setting_fault_set(
			fault,
			"\"%s\" is not a rate; write queries per second such as "
			"500, 10k or 1M, or 0 for no limit",
			text);
	}
	return plx_setting_fault_set(fault, "\"%s\" is not a number from %u to %u", text,
				     spec->minimum, spec->maximum);
}

static int cpu_parse(const char *text, int *field, struct plx_setting_fault *fault)
{
	uint32_t cpu;
	if (plx_setting_count(text, 0, CPU_MAX, &cpu) != 0) {
		return plx_setting_fault_set(fault, "\"%s\" is not a CPU number (0 to %u)", text,
					     CPU_MAX);
	}
	*field = (int)cpu;
	return 0;
}

static int log_format_parse(const char *text, enum options_log_format *field,
			    struct plx_setting_fault *fault)
{
	if (strcmp(text, "text") == 0) {
		*field = OPTIONS_LOG_TEXT;
	} else if (strcmp(text, "json") == 0) {
		*field = OPTIONS_LOG_JSON;
	} else {
		return plx_setting_fault_set(fault, "\"%s\" is neither text nor json", text);
	}
	return 0;
}

int option_value_parse(const struct option_spec *spec, const char *text, struct options *options,
		       struct plx_setting_fault *fault)
{
	void *field = (char *)options + spec->offset;
	switch (spec->type) {
	case OPTION_TEXT:
		return plx_setting_text(text, spec->size, field, fault);
	case OPTION_PATH:
		return plx_setting_path(text, spec->size, field, fault);
	case OPTION_PATH_OR_NONE:
		return strcmp(text, "none") == 0 ? plx_setting_text(text, spec->size, field, fault)
						 : plx_setting_path(text, spec->size, field, fault);
	case OPTION_BOOLEAN:
		return plx_setting_boolean(text, field, fault);
	case OPTION_COUNT:
	case OPTION_RATE:
		return number_parse(spec, text, field, fault);
	case OPTION_CPU:
		return cpu_parse(text, field, fault);
	case OPTION_WORKERS:
		return workers_parse(text, field, fault);
	case OPTION_PORT_RANGE:
		return port_range_parse(text, field, fault);
	case OPTION_LOG_FORMAT:
		return log_format_parse(text, field, fault);
	case OPTION_PREFIX_LIST:
		return prefix_add(spec, text, options, fault);
	case OPTION_ADDRESS_LIST:
		return gateway_add(spec, text, options, fault);
	case OPTION_UPSTREAM_LIST:
		return upstream_add(spec, text, options, fault);
	}
	return plx_setting_fault_set(fault, "has an unknown type");
}

void option_value_clear(const struct option_spec *spec, struct options *options)
{
	if (option_is_list(spec->type)) {
		unsigned *count = (unsigned *)(void *)((char *)options + spec->count_offset);
		*count = 0;
	} else if (spec->type == OPTION_WORKERS) {
		*workers_of(spec, options) = (struct options_workers) {0};
	}
}
