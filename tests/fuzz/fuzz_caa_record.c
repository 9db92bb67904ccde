// SPDX-License-Identifier: BSD-3-Clause
// CAA RDATA. Oracle: what parses is flags, an alphanumeric tag of at least one octet and a value, and these together
// are the RDATA; what does not leaves the output alone.

#include <parallax/dns/record.h>

#include "fuzz_target.h"

#include <ctype.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plx_caa caa = {.tag_length = 0};
	if (plx_caa_parse(data, size, &caa) < 0) {
		must(caa.tag_length == 0);
		return 0;
	}
	must(caa.flags == data[0]);
	must(caa.tag_length > 0 && caa.tag_length == data[1]);
	must((const uint8_t *)caa.tag == data + 2);
	must(caa.value == data + 2 + caa.tag_length);
	must(2u + caa.tag_length + caa.value_length == size);
	for (unsigned i = 0; i < caa.tag_length; i++) {
		must(isascii(caa.tag[i]) && isalnum(caa.tag[i]));
	}
	return 0;
}
