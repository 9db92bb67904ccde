// SPDX-License-Identifier: BSD-3-Clause

#include "policy/txt_text.h"

#include <parallax/base/error.h>
#include <parallax/dns/record.h>

#include <string.h>

int txt_text_join(const struct plx_result_record *record, char ret_text[static TXT_TEXT_MAX],
		  size_t *ret_length)
{
	size_t offset = 0;
	size_t length = 0;
	const uint8_t *string = NULL;
	uint8_t string_length = 0;
	int more = 0;
	// RFC 1035 3.3.14: one string at least.
	if (record->rdata_length == 0) {
		return PLX_ERR_DNS_RDATA;
	}
	while ((more = plx_txt_next(record->rdata, record->rdata_length, &offset, &string,
				    &string_length)) > 0) {
		memcpy(ret_text + length, string, string_length);
		length += string_length;
	}
	if (more < 0) {
		return more;
	}
	*ret_length = length;
	return 0;
}
