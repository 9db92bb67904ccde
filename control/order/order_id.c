// SPDX-License-Identifier: BSD-3-Clause

#include "order/order_id.h"

#include <parallax/base/random_source.h>

#include <string.h>

#define TIME_CHARACTERS 10
#define BITS 5

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void order_id_make(int64_t unix_us, struct plx_random *random,
		   char ret_text[static ORDER_ID_TEXT_MAX])
{
	uint64_t time_ms = unix_us > 0 ? (uint64_t)unix_us / 1000 : 0;
	// 16 characters of 5 bits are 80; each half holds 40.
	uint64_t halves[2] = {plx_random_u64(random), plx_random_u64(random)};
	for (unsigned i = 0; i < TIME_CHARACTERS; i++) {
		ret_text[TIME_CHARACTERS - 1 - i] = alphabet[time_ms >> (BITS * i) & 31];
	}
	for (unsigned i = 0; i < ORDER_ID_CHARACTERS - TIME_CHARACTERS; i++) {
		ret_text[TIME_CHARACTERS + i] = alphabet[halves[i / 8] >> (BITS * (i % 8)) & 31];
	}
	ret_text[ORDER_ID_CHARACTERS] = '\0';
}

bool order_id_is_valid(const char *text)
{
	return strnlen(text, ORDER_ID_TEXT_MAX) == ORDER_ID_CHARACTERS &&
	       strspn(text, alphabet) == ORDER_ID_CHARACTERS;
}
