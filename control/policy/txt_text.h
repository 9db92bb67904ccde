// SPDX-License-Identifier: BSD-3-Clause
// The text of a TXT record: its character-strings one after the other, without separators (BR 3.2.2.4.22; the way every
// ACME server reads RFC 8555 8.4).

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/exchange/result.h>

#include <stddef.h>

#define TXT_TEXT_MAX 65535 // RDATA cannot be longer

// Writes the joined text, not terminated, any octets. PLX_ERR_DNS_RDATA when the RDATA is cut short or empty.
PLX_MUST_CHECK int txt_text_join(const struct plx_result_record *record,
				 char ret_text[static TXT_TEXT_MAX], size_t *ret_length);
