// SPDX-License-Identifier: BSD-3-Clause
// One answer of a perspective as a line that proves who said it:
//
//	{"payload":{...},"perspective":"fra-1","signature":"base64"}
//
// Ed25519 (RFC 8032) over "parallax-perspective-line-v1", LF, the perspective's name, LF, and the payload's canonical
// dump: JSON_COMPACT | JSON_SORT_KEYS. Whoever keeps the line, an audit log say, can show later what was said by whom.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>

#include <openssl/types.h>

// An answer carries at most a web page's first octets and some records; more is an attack on our memory.
#define SIGNED_LINE_MAX (1024 * 1024)
#define PERSPECTIVE_NAME_MAX 63

struct json_t;

enum signed_line_verdict {
	SIGNED_LINE_NOT_EVALUATED = 0,
	SIGNED_LINE_VALID,
	SIGNED_LINE_TOO_LONG,
	SIGNED_LINE_MALFORMED,
	SIGNED_LINE_FOREIGN_NAME,  // speaks for another perspective
	SIGNED_LINE_BAD_SIGNATURE, // not base64, not 64 octets, or not by this key
};

// A PEM file with an Ed25519 key. 0, -ENOENT and the like, -EINVAL (no such key in it). The caller frees the key.
PLX_MUST_CHECK int signing_key_read(const char *file, bool is_private, EVP_PKEY **ret_key);

// The line with its LF, to be freed; NULL without memory or past SIGNED_LINE_MAX. `payload` is borrowed.
PLX_MUST_CHECK char *signed_line_make(const struct json_t *payload, const char *perspective,
				      EVP_PKEY *key);

// `text` is without its LF. ret_envelope (the line as an object of payload, perspective and signature, owned by the
// caller) is set when VALID only.
enum signed_line_verdict signed_line_read(const char *text, size_t length, const char *perspective,
					  EVP_PKEY *key, struct json_t **ret_envelope);

const char *signed_line_verdict_name(enum signed_line_verdict verdict);
