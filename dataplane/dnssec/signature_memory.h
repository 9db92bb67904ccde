// SPDX-License-Identifier: BSD-3-Clause
// Which signatures were found valid before: the opt-out ranges, SOA and DS records of large zones come again and again. What
// is remembered is that this key made this signature over these octets, which is true for ever: validity, zone and
// owner are judged anew each time, so nothing in here can be out of date, or another perspective's. One thread.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/siphash.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The memory's name for a check: a keyed digest, as long as a guess at another one's is hopeless.
#define SIGNATURE_DIGEST_BYTES 16
#define SIGNATURES_REMEMBERED_MAX (1U << 24)

struct zone_key;
struct signature_memory;

struct signature_digest {
	uint8_t octets[SIGNATURE_DIGEST_BYTES];
};

// Room for `count` of them or some more, 16 octets each. NULL when there is no memory, or for 0 and more than the
// maximum. The key is random: nobody shall choose which ones make room for which.
struct signature_memory *signature_memory_create(uint32_t count, const struct plx_siphash_key *key);
void signature_memory_destroy(struct signature_memory *memory); // or NULL

// False when libcrypto fails: then nothing is known of the check.
PLX_MUST_CHECK bool signature_memory_digest(struct signature_memory *memory,
					    const struct zone_key *key, const uint8_t *data,
					    size_t length, const uint8_t *signature,
					    size_t signature_length,
					    struct signature_digest *ret_digest);
PLX_PURE bool signature_memory_has(const struct signature_memory *memory,
				   const struct signature_digest *digest);
// Only of a check that succeeded.
void signature_memory_add(struct signature_memory *memory, const struct signature_digest *digest);
