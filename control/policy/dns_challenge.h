// SPDX-License-Identifier: BSD-3-Clause
// Looks for a Random Value, Request Token, digest, name or address among the records of an answer (BR 3.2.2.4.7, .8,
// .21; RFC 8555 8.4; BR 3.2.2.5.3). Any record that matches will do; records that cannot be read never match.

#pragma once

#include "policy/dcv_parameters.h"
#include "rules/verdict.h"

#include <parallax/base/attributes.h>
#include <parallax/exchange/result.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What a name has at most: 64 KiB of messages hold 5461 records of 12 octets.
#define DNS_CHALLENGE_RECORDS_MAX 6000

struct dns_challenge {
	uint16_t type;        // TXT, CNAME, PTR, CAA (the value of any tag), A, AAAA
	const char *expected; // not empty; of names a final dot is ignored
	bool is_exact;        // else the text contains it; addresses are always exact
	bool folds_case;      // ASCII
};

enum dns_challenge_reason {
	DNS_CHALLENGE_NOT_EVALUATED = 0,
	DNS_CHALLENGE_FOUND,
	DNS_CHALLENGE_NO_RECORDS,
	DNS_CHALLENGE_ABSENT,    // there are records, and none matches
	DNS_CHALLENGE_TOO_MANY,  // more records than an answer can hold
	DNS_CHALLENGE_BAD_QUERY, // type or expected text make no sense
	DNS_CHALLENGE_REASON_COUNT
};

// What the parameters of acme-dns-01, acme-dns-account-01, dns-change, ip-address and reverse-address-lookup ask for;
// false for the other methods.
bool dns_challenge_of(const struct dcv_parameters *parameters, struct dns_challenge *ret_challenge);

// `ret_index` (untouched unless FOUND) is the record that matched. Any thread; 128 KiB of stack.
enum dns_challenge_reason dns_challenge_judge(const struct dns_challenge *challenge,
					      const struct plx_result_record *records, size_t count,
					      size_t *ret_index);

enum check_outcome dns_challenge_outcome(enum dns_challenge_reason reason);
const char *dns_challenge_reason_name(enum dns_challenge_reason reason);
const char *dns_challenge_reason_text(enum dns_challenge_reason reason);
