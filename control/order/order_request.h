// SPDX-License-Identifier: BSD-3-Clause
// What a client orders, read from its JSON and judged whole before anything is asked: names, methods, parameters and
// dates. A fault names its place as a JSON pointer; nothing has been run then.
//
//	{"profile":"tls","account_uri":"https://ca.test/acct/1","issuer_domains":["ca.test"],"decide_at":null,
//	 "max_attempts":1,"reference":"order 4711",
//	 "identifiers":[{"type":"dns","value":"*.example.test","authorization_domain":null,
//	                 "dcv":{"validation_method":"acme-dns-01","key_authorization_hash":"..."}}]}

#pragma once

#include <parallax/base/attributes.h>

#include "check/json_members.h"
#include "mode/mode.h"
#include "names/identifier.h"
#include "policy/dcv_method.h"
#include "policy/dcv_switches.h"
#include "rules/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_t;

#define ORDER_IDENTIFIERS_MAX                                                                      \
	1000 // a body of 4 MiB holds more; each is 12 checks with five remotes
#define ORDER_ATTEMPTS_MAX 3
#define ORDER_REFERENCE_MAX 128 // octets

// What an order asks. Only a whole one can say that a certificate may be issued.
enum order_scope {
	ORDER_SCOPE_WHOLE = 0, // DCV and CAA, as far as the identifiers need them
	ORDER_SCOPE_DCV,       // DCV alone: one half, for callers that put the halves together
	ORDER_SCOPE_CAA,       // CAA alone
};
// Of an order as its records and answer have it: "issuance", "readiness", "dcv-check", "caa-check".
struct order_request;
const char *order_request_purpose(const struct order_request *request);
// "issue" and "refuse" for a whole order. "check-passed" and "check-refused" for one half, which is no permission.
const char *order_request_decision_name(const struct order_request *request,
					enum decision decision);

// One identifier, with what its checks need. Owned by the request.
struct order_item {
	enum identifier_type type;
	bool is_wildcard;
	bool is_onion;
	enum dcv_method method;              // DCV_METHOD_NONE in an order for CAA alone
	char *text;                          // canonical, see identifier.h
	struct json_t *dcv;                  // as it came; null as above
	struct json_t *authorization_domain; // a string or null
};

struct order_request {
	enum profile profile;
	enum order_scope scope;
	bool is_hypothetical;  // decide_at was given, or for readiness: the answer is no permission
	bool is_for_readiness; // decided in report-only mode, whatever the mode of the day
	int64_t decide_at_s;   // the rules of this moment hold
	unsigned attempts_max; // 1 to ORDER_ATTEMPTS_MAX
	struct json_t *account_uri;    // a string or null
	struct json_t *issuer_domains; // strings, at least one, spelled as in the rules
	struct json_t *reference; // a string or null: the client's own name for the order, echoed
	size_t item_count;
	struct order_item items[];
};

// By what a request is judged. All memory is the caller's.
struct order_request_rules {
	struct identifier_rules
		identifiers; // now_s: the present; names are judged by decide_at when that is given
	struct dcv_switches dcv;
	enum order_scope scope;
	size_t identifiers_max; // at most ORDER_IDENTIFIERS_MAX
	// The CA's own: all hold when the order names none, and it may name no other.
	const char *const *issuer_domains;
	size_t issuer_domain_count;
};

// NULL, ret_error and the fault: -EINVAL the request is wrong, -E2BIG it has too many identifiers, -ENOMEM. `value` is
// not kept whole. Free with order_request_free. Any thread.
struct order_request *order_request_read(struct json_t *value,
					 const struct order_request_rules *rules, int *ret_error,
					 struct json_fault *fault);
// Asks only who would fail under enforcement: the answer and the records say so, and nothing may be issued on it.
void order_request_make_readiness(struct order_request *request);
void order_request_free(struct order_request *request);
