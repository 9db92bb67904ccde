// SPDX-License-Identifier: BSD-3-Clause
// What a fetch or a handshake saw, as JSON: the hops with the addresses that were resolved, tried and refused, statuses and
// Locations, the beginning and the digest of the body, the certificate. Bounded and valid as evidence_json.h says.

#pragma once

#include <parallax/exchange/job.h>

#include "http_challenge/fetch.h"
#include "lookup/address_lookup.h"

#include <stddef.h>

struct json_t;
struct plx_formatter;
struct tls_alpn_result;

#define HTTP_EVIDENCE_BODY_MAX 100 // octets of the body's beginning
#define HTTP_EVIDENCE_NAMES_MAX                                                                    \
	16 // subject alternative names of a certificate that should have one

// NULL: no memory (also below).
struct json_t *http_evidence_fetch(const struct fetch_result *result);
struct json_t *http_evidence_handshake(const struct tls_alpn_result *result);
// Addresses as an array of text; NULL gives an empty one.
struct json_t *http_evidence_address_list(const struct address_list *list);
// The look-ups of the addresses of `host`, A and AAAA, appended to `dns` in the form of evidence_answer but without the
// records' owners and TTLs: eleven hops of a hostile server must fit into one answer of a perspective. -ENOMEM.
int http_evidence_addresses(struct plx_formatter *formatter, const struct plx_name *host,
			    const struct address_list *list, enum plx_resolution resolution,
			    struct json_t *dns);
