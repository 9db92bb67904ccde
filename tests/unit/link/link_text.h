// SPDX-License-Identifier: BSD-3-Clause
// Addresses from text, for tests: text that is wrong ends the test program.

#pragma once

#include <parallax/base/ip_address.h>

#include "link/ethernet.h"
#include "link/route.h"

#include <stdio.h>
#include <stdlib.h>

static inline struct plx_ip ip_of(const char *text)
{
	struct plx_ip ip;
	if (plx_ip_parse(text, &ip) < 0) {
		fprintf(stderr, "not an address: %s\n", text);
		exit(EXIT_FAILURE);
	}
	return ip;
}

static inline struct mac_address mac_of(const char *text)
{
	struct mac_address mac;
	if (mac_parse(text, &mac) < 0) {
		fprintf(stderr, "not a MAC address: %s\n", text);
		exit(EXIT_FAILURE);
	}
	return mac;
}

static inline struct link_address prefix_of(const char *text)
{
	struct link_address address;
	if (link_address_parse(text, &address) < 0) {
		fprintf(stderr, "not a prefix: %s\n", text);
		exit(EXIT_FAILURE);
	}
	return address;
}

static inline bool ip_is(const struct plx_ip *ip, const char *text)
{
	struct plx_ip wanted = ip_of(text);
	return plx_ip_equal(ip, &wanted);
}

static inline bool mac_is(const struct mac_address *mac, const char *text)
{
	struct mac_address wanted = mac_of(text);
	return mac_equal(mac, &wanted);
}
