// SPDX-License-Identifier: BSD-3-Clause
// A range of addresses as text. Oracle: text and bits are each other's fix-point, a range contains its own first
// address, and what is refused leaves no trace.

#include "names/address_prefix.h"

#include "fuzz_target.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct address_prefix prefix = {0};
	struct address_prefix again = {0};
	char text[ADDRESS_PREFIX_TEXT_MAX];
	enum address_prefix_fault fault = address_prefix_parse((const char *)data, size, &prefix);
	if (fault != ADDRESS_PREFIX_FAULT_NONE) {
		must(prefix.ip.family == 0);
		must(strcmp(address_prefix_fault_name(fault), "unknown") != 0);
		return 0;
	}
	must(prefix.length_bits <= plx_ip_length(&prefix.ip) * 8);
	must(address_prefix_contains(&prefix, &prefix.ip));
	address_prefix_format(&prefix, text);
	must(address_prefix_parse(text, strlen(text), &again) == ADDRESS_PREFIX_FAULT_NONE);
	must(plx_ip_equal(&prefix.ip, &again.ip) && prefix.length_bits == again.length_bits);
	return 0;
}
