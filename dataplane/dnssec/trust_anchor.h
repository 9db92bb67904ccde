// SPDX-License-Identifier: BSD-3-Clause
// Where trust begins: DS or DNSKEY records in text, one a line, as in the files of Debian's dns-root-data (root.key,
// root.ds) and as others write them:
//
//	[OWNER] [TTL] [IN] DS TAG ALGORITHM DIGEST-TYPE HEX...       ; comment
//	[OWNER] [TTL] [IN] DNSKEY FLAGS PROTOCOL ALGORITHM BASE64... ; comment
//
// Static: no RFC 5011 state is kept, the package brings new keys.

#pragma once

#include "dnssec/ds.h"
#include "dnssec/policy.h"

#include <parallax/base/attributes.h>
#include <parallax/dns/name.h>

#include <stddef.h>

#define TRUST_ANCHOR_ZONES_MAX 8
#define TRUST_ANCHOR_LINE_MAX 4096

// A DNSKEY counts as its SHA-256 DS.
struct trust_anchors {
	unsigned zone_count;
	struct ds_set zones[TRUST_ANCHOR_ZONES_MAX];
};

// Empty lines and lines of comment are skipped. PLX_ERR_CONFIG for a line that is no anchor, one that `policy` does not
// support or that is no zone key, and for a text without any: ret_line is its number then (0: the whole), and
// ret_anchors is untouched.
PLX_MUST_CHECK int trust_anchors_parse(const char *text, size_t length,
				       const struct dnssec_policy *policy,
				       struct trust_anchors *ret_anchors, unsigned *ret_line);

// The anchors of the closest zone that `name` is in; NULL: there are none, what is below is indeterminate.
const struct ds_set *trust_anchors_find(const struct trust_anchors *anchors,
					const struct plx_name *name);
