// SPDX-License-Identifier: BSD-3-Clause
// The hash that chains audit records: SHA-256 over a length-prefixed serialisation of one record and the hash of the
// record before it. docs/audit-log.md gives it octet by octet, so that an auditor can check it in another language.
// Pure.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUDIT_HASH_BYTES 32u
#define AUDIT_HASH_TEXT_BYTES (2u * AUDIT_HASH_BYTES + 1u)
#define AUDIT_CHAIN_TAG "parallax-audit-1"

// One record as it is stored. Texts are not terminated and belong to whoever filled the struct.
struct audit_entry {
	uint64_t sequence; // from 1
	int64_t time_us;   // Unix, UTC
	const char *kind;
	size_t kind_length;
	const char *body;
	size_t body_length;
	uint8_t previous_hash[AUDIT_HASH_BYTES]; // zeros: none
	uint8_t hash[AUDIT_HASH_BYTES];
};

// What the hash of a record must be, whatever `entry->hash` says. -ENOMEM when libcrypto fails.
PLX_MUST_CHECK int audit_chain_hash(const struct audit_entry *entry,
				    uint8_t ret_hash[static AUDIT_HASH_BYTES]);

// Lower-case hexadecimal digits, terminated.
void audit_hash_format(const uint8_t hash[static AUDIT_HASH_BYTES],
		       char ret_text[static AUDIT_HASH_TEXT_BYTES]);
// Exactly 64 lower-case digits, of `length` octets of text.
PLX_MUST_CHECK bool audit_hash_parse(const char *text, size_t length,
				     uint8_t ret_hash[static AUDIT_HASH_BYTES]);
