// SPDX-License-Identifier: BSD-3-Clause
// SipHash (Aumasson, Bernstein 2012), keyed: for hash tables that an attacker fills, for the query identity
// permutation and for DNS cookies (RFC 9018 uses SipHash-2-4 as well). Outputs are of SipHash-2-4.

#pragma once

#include <parallax/base/attributes.h>

#include <stddef.h>
#include <stdint.h>

struct plx_siphash_key {
	uint64_t k0;
	uint64_t k1;
};

PLX_PURE uint64_t plx_siphash(const struct plx_siphash_key *key, const void *bytes, size_t length);
