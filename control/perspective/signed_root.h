// SPDX-License-Identifier: BSD-3-Clause
// What a perspective signs: the root of a tree of answers (hash_tree.h), with its own name. Ed25519 (RFC 8032) over
// these lines, each ended by LF:
//
//	parallax-perspective-tree-v1
//	fra-1                            the perspective
//	3                                the number of answers, in decimal
//	63a1...                          the root, 64 hexadecimal digits

#pragma once

#include <parallax/base/attributes.h>

#include "perspective/hash_tree.h"

#include <stdbool.h>
#include <stdint.h>

#include <openssl/types.h>

#define PERSPECTIVE_NAME_MAX 63
#define ROOT_SIGNATURE_BYTES 64

struct signed_root {
	unsigned size;
	struct tree_hash root;
	uint8_t signature[ROOT_SIGNATURE_BYTES];
};

// A PEM file with an Ed25519 key. 0, -ENOENT and the like, -EINVAL (no such key in it). The caller frees the key.
PLX_MUST_CHECK int signing_key_read(const char *file, bool is_private, EVP_PKEY **ret_key);

// Signs size and root. False without memory, or with a key that cannot.
PLX_MUST_CHECK bool signed_root_make(struct signed_root *root, const char *perspective,
				     EVP_PKEY *key);

// The answers of one tree come on as many connections as their checks, but at about the same time.
#define SIGNED_ROOTS_KEPT 16

// Verifies by one key, and remembers what it verified last: all answers of a tree cost one verification. Only what this
// key was found to have signed is remembered, and only a letter for letter repetition of it, the signature's octets
// included, is found again.
struct root_verifier {
	const char *perspective; // borrowed
	EVP_PKEY *key;           // borrowed
	unsigned count;
	unsigned next; // to be overwritten
	uint64_t verified_count;
	struct signed_root kept[SIGNED_ROOTS_KEPT];
};

// `perspective` and `key` outlive it. There is nothing to be freed; a new key needs a new verifier.
void root_verifier_init(struct root_verifier *verifier, const char *perspective, EVP_PKEY *key);
PLX_MUST_CHECK bool root_verifier_accepts(struct root_verifier *verifier,
					  const struct signed_root *root);
