// SPDX-License-Identifier: BSD-3-Clause
// Which addresses of a host are connected to: of those that the rules permit one IPv6, then one IPv4. Pure.

#pragma once

#include <parallax/base/ip_address.h>

#include "http_challenge/fetch.h"

#include <stdint.h>

struct address_choice {
	struct plx_ip candidates[FETCH_ATTEMPTS_MAX]; // in the order of trying
	uint8_t candidate_count;
	uint8_t refused_count;
	const char *refusal; // of the first refused; NULL: none was
};

// Judges every address, the superfluous too: refused ones are evidence. `family`: 4 or 6, of no other one; 0: both.
void address_choice_make(const struct fetch_rules *rules, const struct plx_ip *addresses,
			 unsigned count, uint8_t family, struct address_choice *ret_choice);
