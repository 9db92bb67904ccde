// SPDX-License-Identifier: BSD-3-Clause
// Text forms of addresses and endpoints, as users write them in configuration and read them in results.

#include <parallax/base/ip_address.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

#define PORT_DIGITS_MAX 5

static int family_to_af(uint8_t family)
{
	return family == 4 ? AF_INET : AF_INET6;
}

int plx_ip_parse(const char *text, struct plx_ip *ret_ip)
{
	struct plx_ip ip = {.family = strchr(text, ':') != NULL ? 6 : 4};
	if (inet_pton(family_to_af(ip.family), text, ip.bytes) != 1) {
		return -EINVAL;
	}
	*ret_ip = ip;
	return 0;
}

const char *plx_ip_format(const struct plx_ip *ip, char text[static PLX_IP_TEXT_MAX])
{
	static const uint8_t zero[12];
	bool is_v4_compatible = ip->family == 6 && memcmp(ip->bytes, zero, sizeof(zero)) == 0 &&
				(ip->bytes[12] | ip->bytes[13]) != 0;
	if (is_v4_compatible) {
		// glibc still gives these deprecated addresses (RFC 4291 2.5.5.1) dots; kdig and BIND do not.
		snprintf(text, PLX_IP_TEXT_MAX, "::%x:%x", ip->bytes[12] << 8 | ip->bytes[13],
			 ip->bytes[14] << 8 | ip->bytes[15]);
		return text;
	}
	// Otherwise inet_ntop of glibc writes the form of RFC 5952.
	if (plx_ip_length(ip) == 0 ||
	    inet_ntop(family_to_af(ip->family), ip->bytes, text, PLX_IP_TEXT_MAX) == NULL) {
		memcpy(text, "-", 2);
	}
	return text;
}

static int port_parse(const char *text, uint16_t *ret_port)
{
	uint32_t port = 0;
	size_t digits = strspn(text, "0123456789");
	if (digits == 0 || digits > PORT_DIGITS_MAX || text[digits] != '\0') {
		return -EINVAL;
	}
	for (size_t i = 0; i < digits; i++) {
		port = port * 10 + (uint32_t)(text[i] - '0');
	}
	if (port == 0 || port > UINT16_MAX) {
		return -EINVAL;
	}
	*ret_port = (uint16_t)port;
	return 0;
}

// The first `length` characters of `text` as an address.
static int ip_parse_part(const char *text, size_t length, struct plx_ip *ret_ip)
{
	char part[PLX_IP_TEXT_MAX];
	if (length >= sizeof(part)) {
		return -EINVAL;
	}
	memcpy(part, text, length);
	part[length] = '\0';
	return plx_ip_parse(part, ret_ip);
}

int plx_endpoint_parse(const char *text, uint16_t default_port, struct plx_endpoint *ret_endpoint)
{
	struct plx_endpoint endpoint = {.port = default_port};
	const char *port = NULL;
	int error;
	if (text[0] == '[') {
		const char *end = strchr(text, ']');
		if (end == NULL || (end[1] != ':' && end[1] != '\0')) {
			return -EINVAL;
		}
		error = ip_parse_part(text + 1, (size_t)(end - text - 1), &endpoint.ip);
		if (error == 0 && endpoint.ip.family != 6) {
			error = -EINVAL;
		}
		port = end[1] == ':' ? end + 2 : NULL;
	} else {
		// One colon separates the port of an IPv4 address; more are an IPv6 address without one.
		const char *colon = strchr(text, ':');
		if (colon != NULL && strchr(colon + 1, ':') == NULL) {
			port = colon + 1;
			error = ip_parse_part(text, (size_t)(colon - text), &endpoint.ip);
		} else {
			error = plx_ip_parse(text, &endpoint.ip);
		}
	}
	if (error == 0 && port != NULL) {
		error = port_parse(port, &endpoint.port);
	}
	if (error == 0) {
		*ret_endpoint = endpoint;
	}
	return error;
}

const char *plx_endpoint_format(const struct plx_endpoint *endpoint,
				char text[static PLX_ENDPOINT_TEXT_MAX])
{
	char ip[PLX_IP_TEXT_MAX];
	plx_ip_format(&endpoint->ip, ip);
	bool bracketed = endpoint->ip.family == 6;
	if (plx_ip_length(&endpoint->ip) == 0) {
		memcpy(text, "-", 2);
	} else {
		snprintf(text, PLX_ENDPOINT_TEXT_MAX, "%s%s%s:%u", bracketed ? "[" : "", ip,
			 bracketed ? "]" : "", (unsigned)endpoint->port);
	}
	return text;
}
