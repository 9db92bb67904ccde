// SPDX-License-Identifier: BSD-3-Clause
// What one perspective found. Travels as JSON, signed by the perspective, and goes into the audit log as it came.
// Zeroed memory is NOT_EVALUATED, which corroborates nothing.
//
//	{"check":"dcv","outcome":"pass","reason":"matched","message":"...","corroboration":"...",
//	 "authorization_domain":"example.test","dnssec":"secure","usable_until":null,"found_at":null,
//	 "time":"2026-11-23T12:00:00.012345Z","duration_us":41000,"evidence":{"dns":[...],"http":{...},"tls":{...}}}

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/exchange/result.h>

#include "check/check_request.h"
#include "check/json_members.h"
#include "rules/verdict.h"

#include <stdint.h>

struct json_t;

#define CHECK_REASON_SIZE 48
#define CHECK_MESSAGE_SIZE 256
// What must be equal at the primary and a remote: a contact, an account URI, a name.
#define CHECK_CORROBORATION_SIZE 1025

struct check_result {
	enum check_kind kind;
	enum check_outcome outcome;
	char reason[CHECK_REASON_SIZE];   // code, see policy/
	char message[CHECK_MESSAGE_SIZE]; // one sentence
	char corroboration
		[CHECK_CORROBORATION_SIZE]; // "": nothing beyond the outcome must be equal
	char authorization_domain[IDENTIFIER_TEXT_MAX];
	char found_at[IDENTIFIER_TEXT_MAX]; // CAA: the name with the relevant RRset; "": none
	enum plx_dnssec dnssec; // the worst state of all look-ups that the outcome rests upon
	int64_t usable_until_s; // CAA; 0: not usable
	int64_t time_us;        // when it was decided, Unix
	uint32_t duration_us;
	struct json_t *evidence; // an object, or NULL; owned
};

// A new reference, or NULL without memory.
struct json_t *check_result_write(const struct check_result *result);
// From a perspective that may be hostile: members, types, sizes, known words. `ret_result` takes a reference of the
// evidence; release it with check_result_fini. -EINVAL and the fault; ret_result is untouched then.
PLX_MUST_CHECK int check_result_read(struct json_t *value, struct check_result *ret_result,
				     struct json_fault *fault);
void check_result_fini(struct check_result *result);

// An ERROR of our own making: the perspective could not be asked, time ran out. `reason` and `message` are copied.
void check_result_set_error(struct check_result *result, enum check_kind kind, const char *reason,
			    const char *message);
