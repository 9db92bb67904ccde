// SPDX-License-Identifier: BSD-3-Clause
// Names of orders: ULIDs, 48 bits of Unix milliseconds and 80 random bits in Crockford's base32, so that they sort by
// time and nobody can guess another client's.

#pragma once

#include <stdbool.h>
#include <stdint.h>

#define ORDER_ID_CHARACTERS 26
#define ORDER_ID_TEXT_MAX (ORDER_ID_CHARACTERS + 1)

struct plx_random;

// A time before 1970 reads as 1970.
void order_id_make(int64_t unix_us, struct plx_random *random,
		   char ret_text[static ORDER_ID_TEXT_MAX]);
// Upper case, as order_id_make writes it. What a client sends as an id is looked at no further when this is false.
bool order_id_is_valid(const char *text);
