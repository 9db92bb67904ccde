// SPDX-License-Identifier: BSD-3-Clause
// What one perspective is asked: validate control of one identifier by one method, or judge its CAA. The coordinator
// sends the same JSON to all perspectives; nothing in it says what others found.
//
//	{"check":"dcv","identifier":{"type":"dns","value":"www.example.test"},"authorization_domain":null,
//	 "dcv":{"validation_method":"acme-dns-01", ...},"profile":"tls","time":"2026-11-23T12:00:00.000000Z"}
//	{"check":"caa","identifier":{...},"issuer_domains":["ca.test"],"account_uri":"https://...",
//	 "validation_method":"acme-dns-01","profile":"tls","time":"..."}
//
// A DCV check may carry "probe" (probe_kind.h): its answer explains, and never counts. "address-family" comes with
// "address_family", 4 or 6. Only methods that fetch know a User-Agent, only those that connect an address family.

#pragma once

#include <parallax/base/attributes.h>

#include "check/dcv_parameters_json.h"
#include "check/json_members.h"
#include "check/probe_kind.h"
#include "mode/mode.h"
#include "names/identifier.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_t;

#define CHECK_ISSUERS_MAX 32       // issuer domain names of one CA
#define CHECK_ACCOUNT_URI_MAX 1024 // octets

enum check_kind {
	CHECK_KIND_NONE = 0,
	CHECK_KIND_DCV,
	CHECK_KIND_CAA,
};

// Strings belong to `source`, of which the request holds a reference.
struct check_request {
	struct json_t *source;
	enum check_kind kind;
	enum profile profile;
	int64_t time_s; // of the decision: which rules hold
	struct identifier identifier;
	// DCV
	const char *authorization_domain; // NULL: the identifier itself
	struct dcv_parameters_store dcv;
	enum probe_kind probe;
	uint8_t address_family; // of PROBE_ADDRESS_FAMILY: 4 or 6; else 0: both
	// CAA
	const char *issuer_domains[CHECK_ISSUERS_MAX];
	size_t issuer_domain_count;
	const char *account_uri;    // NULL: none
	enum dcv_method caa_method; // by which control was or will be validated; NONE: unknown
};

// Reads and checks members and types, and the identifier by `rules` (whose now_s is replaced by the request's time).
// NULL and the fault. Free with check_request_free. Any thread.
struct check_request *check_request_read(struct json_t *value, const struct identifier_rules *rules,
					 struct json_fault *fault);
void check_request_free(struct check_request *request);

const char *check_kind_name(enum check_kind kind); // "dcv", "caa", "none"
