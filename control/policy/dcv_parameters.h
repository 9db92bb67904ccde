// SPDX-License-Identifier: BSD-3-Clause
// What a caller asks a DCV check to look for (Open MPIC's dcv_check_parameters and ours), and whether that is lawful
// and well-formed for the method, the identifier and the date. Nothing is sent before this says OK.

#pragma once

#include "policy/dcv_method.h"
#include "policy/dcv_switches.h"

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DCV_CHALLENGE_MAX                                                                          \
	1024 // octets of a Random Value or Request Token; a TXT set stays below one UDP answer
#define DCV_TOKEN_CHARACTERS_MIN 22  // 128 bits in base64url (RFC 8555 8.1)
#define DCV_TOKEN_MAX 255            // octets; it becomes one segment of a path
#define DCV_THUMBPRINT_CHARACTERS 43 // SHA-256 in base64url without padding (RFC 7638)
#define DCV_PATH_MAX 512             // octets of http_token_path
#define DCV_REGEX_MAX 512            // octets of match_regex
#define DCV_URI_MAX 1024             // octets of an account URI
#define DCV_ISSUER_NAMES_MAX 16      // the dns-persist draft lists 1 to 10
#define DCV_HTTP_HEADERS_MAX 16
#define DCV_HTTP_HEADER_NAME_MAX 64
#define DCV_HTTP_HEADER_VALUE_MAX 1024
#define DCV_MEMBER_MAX 40 // of the fault's JSON pointer, NUL included
// A Random Value may be this much younger than now: clocks of the CA's own hosts differ.
#define DCV_CLOCK_SKEW_S 300

struct dcv_http_header {
	const char *name;
	const char *value;
};

// All strings are NUL-terminated and borrowed; NULL: not given. Members that the method does not use are ignored.
struct dcv_parameters {
	enum dcv_method method;
	const char *
		challenge_value; // website-change, dns-change, contact-*, ip-address, reverse-address-lookup
	const char *token;                  // acme-http-01
	const char *key_authorization;      // acme-http-01
	const char *key_authorization_hash; // dns-01, dns-account-01: base64url; tls-alpn-01: hex
	const char *http_token_path;        // website-change: below /.well-known/pki-validation/
	const char *url_scheme;             // website-change: "http" (when not given) or "https"
	const char *match_regex;            // website-change
	const char *
		dns_name_prefix; // dns-change, ip-address: one label with a leading "_"; "" is none
	const char *account_uri; // dns-account-01; dns-persistent: the expected one
	uint16_t dns_record_type; // dns-change: TXT, CNAME, CAA; ip-address: A, AAAA; 0: not given
	bool require_exact_match; // dns-change; off: the record contains the challenge
	bool require_exact_case;  // website-change, dns-change with TXT
	const char *const *issuer_domain_names; // dns-persistent
	size_t issuer_domain_name_count;
	const struct dcv_http_header *http_headers; // website-change, acme-http-01
	size_t http_header_count;
	int64_t issued_at; // unix time at which the Random Value or token was made; 0: not given, its age is not judged
};

// What is asked for.
struct dcv_identifier {
	bool is_ip;
	bool is_wildcard;
	bool is_onion;
};

enum dcv_parameters_verdict {
	DCV_PARAMETERS_NOT_EVALUATED = 0,
	DCV_PARAMETERS_OK,
	DCV_PARAMETERS_METHOD_UNKNOWN,
	DCV_PARAMETERS_METHOD_RETIRED,
	DCV_PARAMETERS_METHOD_NOT_FOR_IP,
	DCV_PARAMETERS_METHOD_NOT_FOR_DOMAIN,
	DCV_PARAMETERS_METHOD_NOT_FOR_WILDCARD,
	DCV_PARAMETERS_METHOD_NOT_FOR_ONION,
	DCV_PARAMETERS_MISSING,
	DCV_PARAMETERS_EMPTY,
	DCV_PARAMETERS_TOO_SHORT,
	DCV_PARAMETERS_TOO_LONG,
	DCV_PARAMETERS_TOO_MANY,
	DCV_PARAMETERS_CONTROL_CHARACTER,
	DCV_PARAMETERS_NOT_BASE64URL,
	DCV_PARAMETERS_NOT_KEY_AUTHORIZATION,
	DCV_PARAMETERS_NOT_HASH_BASE64URL,
	DCV_PARAMETERS_NOT_HASH_HEX,
	DCV_PARAMETERS_PATH,
	DCV_PARAMETERS_SCHEME,
	DCV_PARAMETERS_REGEX,
	DCV_PARAMETERS_PREFIX,
	DCV_PARAMETERS_RECORD_TYPE,
	DCV_PARAMETERS_URI,
	DCV_PARAMETERS_ADDRESS,
	DCV_PARAMETERS_ISSUER_NAME,
	DCV_PARAMETERS_HEADER_NAME,
	DCV_PARAMETERS_HEADER_RESERVED,
	DCV_PARAMETERS_EXPIRED,
	DCV_PARAMETERS_FROM_THE_FUTURE,
	DCV_PARAMETERS_VERDICT_COUNT
};

struct dcv_parameters_finding {
	enum dcv_parameters_verdict verdict;
	char member
		[DCV_MEMBER_MAX]; // JSON pointer below the parameters ("/http_headers/2"); "" when OK
};

// Judges all of it: the first fault found, or DCV_PARAMETERS_OK. `unix_time` is the time of the decision. Touches no
// clock. Any thread.
struct dcv_parameters_finding dcv_parameters_check(const struct dcv_parameters *parameters,
						   const struct dcv_identifier *identifier,
						   int64_t unix_time,
						   const struct dcv_switches *switches);

// The age of the Random Value or token alone, which dcv_parameters_check judges too: for a decision by the rules of
// another time, at the present. DCV_PARAMETERS_OK also when issued_at is not given. Any thread.
enum dcv_parameters_verdict dcv_parameters_age_verdict(const struct dcv_parameters *parameters,
						       int64_t unix_time);

// "ok", "expired" ...: stable code text. Static storage.
const char *dcv_parameters_verdict_name(enum dcv_parameters_verdict verdict);
// One sentence that says how to mend it, without the member. Static storage.
const char *dcv_parameters_verdict_text(enum dcv_parameters_verdict verdict);
