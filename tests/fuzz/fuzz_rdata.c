// SPDX-License-Identifier: BSD-3-Clause
// RDATA of any type (2 octets, then the RDATA) as text, as clients do with what another process sent. Oracle: the text
// is printable ASCII of the length told, a short buffer gets its beginning, and nothing is written past either.

#include <parallax/base/byte_reader.h>
#include <parallax/dns/record.h>

#include "fuzz_target.h"

#include <string.h>

static void read_txt(const uint8_t *rdata, size_t length)
{
	size_t offset = 0;
	const uint8_t *string;
	uint8_t string_length;
	size_t before = 0;
	while (plx_txt_next(rdata, length, &offset, &string, &string_length) == 1) {
		must(offset == before + 1 + string_length && offset <= length);
		must(string == rdata + before + 1);
		before = offset;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plx_reader reader = plx_reader_init(data, size);
	uint16_t type = plx_read_u16(&reader);
	size_t length = plx_reader_left(&reader);
	const uint8_t *rdata = plx_read_bytes(&reader, length);
	if (rdata == NULL || length > UINT16_MAX) {
		return 0;
	}
	size_t needed = plx_rdata_format(type, rdata, length, NULL, 0);
	char *text = malloc(needed + 1);
	char *half = malloc(needed / 2 + 1);
	must(text != NULL && half != NULL);
	must(plx_rdata_format(type, rdata, length, text, needed + 1) == needed);
	must(strlen(text) == needed);
	for (size_t i = 0; i < needed; i++) {
		must(text[i] >= ' ' && text[i] <= '~');
	}
	must(needed > 0 && text[needed - 1] != ' ');
	must(plx_rdata_format(type, rdata, length, half, needed / 2 + 1) == needed);
	must(strlen(half) == needed / 2 && memcmp(half, text, needed / 2) == 0);
	read_txt(rdata, length);
	free(half);
	free(text);
	return 0;
}
