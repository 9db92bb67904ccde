// SPDX-License-Identifier: BSD-3-Clause
// What kind of answer a query gets: `caa:3` on the command line, or `caa3` as the first label of a name. Pure.

#pragma once

#include <parallax/base/attributes.h>

#include <stddef.h>
#include <stdint.h>

// So many that one answer of 1232 octets has room for them; the next size up would only ever be cut off.
#define REFLECT_CAA_MAX 32
#define REFLECT_TXT_MAX 4096 // octets; what does not fit gets TC
#define REFLECT_REFERRAL_MAX 13

enum reflect_kind {
	REFLECT_NODATA,
	REFLECT_CAA,      // size: records
	REFLECT_TXT,      // size: octets of text
	REFLECT_REFERRAL, // size: name servers, each with an A and an AAAA record
	REFLECT_TRUNCATED,
	REFLECT_NXDOMAIN,
	REFLECT_SERVFAIL,
	REFLECT_REFUSED,
	REFLECT_KINDS,
};

struct reflect_profile {
	enum reflect_kind kind;
	uint16_t size; // 0 for kinds without one
};

// "nodata", "caa:3", "caa3", "txt:1000", "referral:4", "ref4", "truncated", "tc", "nxdomain", "nx", "servfail",
// "refused", in any case. -EINVAL for anything else, and for a size that is 0 or above the kind's maximum.
PLX_MUST_CHECK int reflect_profile_parse(const char *text, size_t length,
					 struct reflect_profile *ret_profile);
const char *reflect_kind_name(enum reflect_kind kind);
// The largest size; 0 for kinds without one.
uint16_t reflect_kind_size_max(enum reflect_kind kind);
