// SPDX-License-Identifier: BSD-3-Clause
// A contact as text. Oracle: an accepted address or number has only what its grammar allows, is its own equal, is found
// in a TXT record that holds it, and is not found once a character stands before it.

#include "policy/contact_record.h"

#include "fuzz_target.h"

#include <string.h>

// Contacts are shorter than a string of TXT.
static void check_records(enum dcv_method method, const uint8_t *data, size_t size)
{
	char selected[256] = {0};
	uint8_t rdata[2 * 256] = {(uint8_t)size};
	size_t index = 9;
	memcpy(selected, data, size);
	memcpy(rdata + 1, data, size);
	struct plx_result_record record = {.rdata = rdata, .rdata_length = (uint16_t)(size + 1)};
	must(contact_records_judge(method, selected, &record, 1, &index) == CONTACT_FOUND);
	must(index == 0);
	// A string of one blank, then the contact.
	memmove(rdata + 2, rdata, size + 1);
	rdata[0] = 1;
	rdata[1] = ' ';
	record.rdata_length = (uint16_t)(size + 3);
	must(contact_records_judge(method, selected, &record, 1, &index) == CONTACT_NONE_USABLE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	bool is_email = size > 0 && contact_email_is_valid(text, size);
	bool is_phone = size > 0 && contact_phone_is_valid(text, size);
	must(!is_email || !is_phone);
	if (!is_email && !is_phone) {
		return 0;
	}
	must(size <= CONTACT_EMAIL_MAX);
	for (size_t i = 0; i < size; i++) {
		must(data[i] >= 0x20 && data[i] != 0x7f);
		must(!is_phone || strchr("+0123456789-.() ", text[i]) != NULL);
	}
	must(contact_equal(is_phone, text, size, text, size));
	must(!is_email || memchr(text, '@', size) != NULL);
	check_records(is_phone ? DCV_CONTACT_PHONE_TXT : DCV_CONTACT_EMAIL_TXT, data, size);
	return 0;
}
