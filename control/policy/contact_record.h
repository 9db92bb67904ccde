// SPDX-License-Identifier: BSD-3-Clause
// Contacts published in DNS (BR 3.2.2.4.13, .14, .16, .17; Appendix A): a record is a contact only when the whole of its
// text is an e-mail address (RFC 6532 3.2) or a global telephone number (RFC 3966), with nothing before or after.

#pragma once

#include "policy/dcv_method.h"
#include "rules/verdict.h"

#include <parallax/exchange/result.h>

#include <stdbool.h>
#include <stddef.h>

#define CONTACT_EMAIL_MAX 254       // octets, RFC 5321 4.5.3.1.3 less the angle brackets
#define CONTACT_EMAIL_LOCAL_MAX 64  // octets, RFC 5321 4.5.3.1.1
#define CONTACT_PHONE_DIGITS_MAX 15 // ITU-T E.164
#define CONTACT_PHONE_MAX 64        // octets, separators included

enum contact_reason {
	CONTACT_NOT_EVALUATED = 0,
	CONTACT_FOUND,
	CONTACT_NO_RECORDS,   // none of the type, or no property with the tag
	CONTACT_NONE_USABLE,  // there are some, and each has more or less than an address
	CONTACT_OTHER,        // there are contacts, and not the selected one
	CONTACT_BAD_SELECTED, // what the caller selected is no contact itself
	CONTACT_REASON_COUNT
};

// addr-spec without comments, folding or obsolete forms: dot-atom or quoted-string, "@", a domain of LDH or UTF-8
// labels; no domain-literal. `text` may hold any octets.
PLX_PURE bool contact_email_is_valid(const char *text, size_t length);
// "+", country code, digits; visual separators - . ( ) and single spaces between them.
PLX_PURE bool contact_phone_is_valid(const char *text, size_t length);
// Same contact: addresses with ASCII case folded, numbers by their digits alone. Both are valid.
bool contact_equal(bool is_phone, const char *a, size_t a_length, const char *b, size_t b_length);

// Is the contact that the CA selected among the records (TXT, or the relevant CAA set, as the method says)?
// `ret_index` is untouched unless FOUND. Remotes must see the same selected contact; the others may differ.
enum contact_reason contact_records_judge(enum dcv_method method, const char *selected,
					  const struct plx_result_record *records, size_t count,
					  size_t *ret_index);

enum check_outcome contact_reason_outcome(enum contact_reason reason);
const char *contact_reason_name(enum contact_reason reason);
const char *contact_reason_text(enum contact_reason reason);
