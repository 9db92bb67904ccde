// SPDX-License-Identifier: BSD-3-Clause
// One upstream in its two forms: a mapping of parts, and the short text "ADDRESS[:PORT][,trusted][,rate=R]...".

#include <parallax/settings/setting_value.h>

#include "options/option_table.h"
#include "options/option_value.h"
#include "options/options.h"

#include <errno.h>
#include <string.h>

#define DNS_PORT 53
#define RATE_MAX 1000000000
#define IN_FLIGHT_MAX (1u << 20)
#define PART_TEXT_MAX 80

static const char *const part_names[] = {"address", "port", "trusted",   "rate",   "in_flight",
					 "steady",  "edns", "dnssec_ok", "cookies"};
const size_t upstream_part_count = PLX_ARRAY_SIZE(part_names);

const char *upstream_part_at(size_t index)
{
	return part_names[index];
}

void upstream_part_defaults(struct upstream_config *upstream)
{
	*upstream = (struct upstream_config) {
		.endpoint.port = DNS_PORT,
		.in_flight_max = UPSTREAM_IN_FLIGHT_DEFAULT,
	};
}

// Nobody answers from such an address, so a query to it could only time out. Loopback may be meant: interface lo.
static int server_check(const struct plx_ip *ip, const char *text, struct plx_setting_fault *fault)
{
	static const uint8_t zero[16];
	const uint8_t first = ip->bytes[0];
	bool is_server = ip->family == 4 ? first != 0 && first < 224
					 : first != 0xff && memcmp(ip->bytes, zero, 16) != 0;
	return is_server ? 0
			 : plx_setting_fault_set(fault,
						 "\"%s\" cannot be a server: it is an unspecified, "
						 "multicast or reserved address",
						 text);
}

static int address_parse(const char *text, struct upstream_config *upstream,
			 struct plx_setting_fault *fault)
{
	if (plx_ip_parse(text, &upstream->endpoint.ip) != 0) {
		return plx_setting_fault_set(
			fault, "\"%s\" is not an address; write it as 192.0.2.53 or 2001:db8::53",
			text);
	}
	return server_check(&upstream->endpoint.ip, text, fault);
}

static int port_parse(const char *text, struct upstream_config *upstream,
		      struct plx_setting_fault *fault)
{
	uint32_t port;
	if (plx_setting_count(text, 1, UINT16_MAX, &port) != 0) {
		return plx_setting_fault_set(fault, "\"%s\" is not a port (1 to 65535)", text);
	}
	upstream->endpoint.port = (uint16_t)port;
	return 0;
}

// -ENOENT: no such switch. PLX_ERR_CONFIG and the fault.
static int switch_parse(const char *name, const char *text, struct upstream_config *upstream,
			struct plx_setting_fault *fault)
{
	const struct {
		const char *name;
		bool *field;
		bool is_inverse;
	} switches[] = {
		{"trusted", &upstream->is_trusted, false},
		{"steady", &upstream->is_steady, false},
		{"edns", &upstream->is_without_edns, true},
		{"dnssec_ok", &upstream->is_without_do, true},
		{"cookies", &upstream->is_without_cookie, true},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(switches); i++) {
		if (strcmp(name, switches[i].name) == 0) {
			bool is_on;
			int error = plx_setting_boolean(text, &is_on, fault);
			if (error == 0) {
				*switches[i].field = is_on != switches[i].is_inverse;
			}
			return error;
		}
	}
	return -ENOENT;
}

int upstream_part_parse(const char *name, const char *text, struct upstream_config *upstream,
			struct plx_setting_fault *fault)
{
	if (strcmp(name, "address") == 0) {
		return address_parse(text, upstream, fault);
	}
	if (strcmp(name, "port") == 0) {
		return port_parse(text, upstream, fault);
	}
	if (strcmp(name, "rate") == 0) {
		return plx_setting_count(text, 0, RATE_MAX, &upstream->rate_qps) == 0
			       ? 0
			       : plx_setting_fault_set(
					 fault,
					 "\"%s\" is not a rate; write queries per second "
					 "such as 500, 10k or 1M, or 0 for no limit",
					 text);
	}
	if (strcmp(name, "in_flight") == 0) {
		return plx_setting_count(text, 1, IN_FLIGHT_MAX, &upstream->in_flight_max) == 0
			       ? 0
			       : plx_setting_fault_set(fault, "\"%s\" is not a number from 1 to %u",
						       text, IN_FLIGHT_MAX);
	}
	int error = switch_parse(name, text, upstream, fault);
	if (error != -ENOENT) {
		return error;
	}
	const char *nearest = option_nearest(name, upstream_part_at, upstream_part_count);
	return plx_setting_fault_set(fault, "unknown key \"%s\"%s%s%s", name,
				     nearest != NULL ? "; did you mean \"" : "",
				     nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
}

// `part` is "trusted", "rate=10k" or the like.
static int short_part_parse(char *part, struct upstream_config *upstream,
			    struct plx_setting_fault *fault)
{
	char *equals = strchr(part, '=');
	const char *value = "true";
	if (equals != NULL) {
		*equals = '\0';
		value = equals + 1;
	} else if (strcmp(part, "trusted") != 0 && strcmp(part, "steady") != 0) {
		return plx_setting_fault_set(
			fault,
			"\"%s\" is not understood; after the address come trusted, "
			"rate=RATE, in_flight=COUNT, steady, edns=, dnssec_ok= and cookies=false",
			part);
	}
	int error = upstream_part_parse(part, value, upstream, fault);
	return error != 0 ? plx_setting_fault_prefix(fault, "%s", part) : 0;
}

int options_parse_upstream(const char *text, struct upstream_config *ret_config,
			   struct plx_setting_fault *fault)
{
	struct upstream_config upstream;
	upstream_part_defaults(&upstream);
	char part[PART_TEXT_MAX];
	bool is_first = true;
	for (const char *next = text; next != NULL; is_first = false) {
		size_t length = strcspn(next, ",");
		if (length >= sizeof(part)) {
			return plx_setting_fault_set(fault, "a part of \"%.40s...\" is too long",
						     text);
		}
		memcpy(part, next, length);
		part[length] = '\0';
		if (is_first && plx_endpoint_parse(part, DNS_PORT, &upstream.endpoint) != 0) {
			return plx_setting_fault_set(fault,
						     "\"%s\" is not a server; write 192.0.2.53, "
						     "192.0.2.53:5353 or [2001:db8::53]:5353",
						     part);
		}
		int error = is_first ? server_check(&upstream.endpoint.ip, part, fault)
				     : short_part_parse(part, &upstream, fault);
		if (error != 0) {
			return error;
		}
		next = next[length] == ',' ? next + length + 1 : NULL;
	}
	*ret_config = upstream;
	return 0;
}
