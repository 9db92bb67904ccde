// SPDX-License-Identifier: BSD-3-Clause
// One answer of a perspective as a line that proves who said it:
//
//	{"perspective":"fra-1","signature":"base64","payload":{...}}
//
// The signature is of a tree of answers (signed_root.h), and with it goes the answer's own place: base64 (RFC 4648, with
// padding) of the answer's index, the tree's size (an octet each), 64 octets of Ed25519 and the path (hash_tree.h) of 32
// octets each. The leaf is the payload's octets as they stand in the line. Whoever keeps payload and signature, an
// audit log say, can show later what was said by whom, of this answer alone. A line has one spelling, and its payload is
// canonical (canonical_json.h), so that it can be put together again from its members.

#pragma once

#include <parallax/base/attributes.h>

#include "perspective/signed_root.h"

#include <stddef.h>

#include <openssl/types.h>

// An answer carries at most a web page's first octets and some records; more is an attack on our memory.
#define SIGNED_LINE_MAX (1024 * 1024)
// Without the rest of the line, which has less than 512 octets.
#define SIGNED_PAYLOAD_MAX (SIGNED_LINE_MAX - 512)

struct json_t;

enum signed_line_verdict {
	SIGNED_LINE_NOT_EVALUATED = 0,
	SIGNED_LINE_VALID,
	SIGNED_LINE_TOO_LONG,
	SIGNED_LINE_MALFORMED,
	SIGNED_LINE_FOREIGN_NAME,  // speaks for another perspective
	SIGNED_LINE_BAD_SIGNATURE, // not base64, not a place in a tree, or not signed by this key
};

// The payload as it is signed, to be freed. NULL without memory, past SIGNED_PAYLOAD_MAX, or when it has no canonical form
// (a number that is no integer, a name outside of ASCII).
PLX_MUST_CHECK char *signed_payload_write(const struct json_t *payload);

// Signs all payloads at once, 1 to HASH_TREE_LEAVES_MAX; each is made by signed_payload_write. ret_lines holds as many lines,
// with their LF, each to be freed. 0, -EINVAL (their number), -ENOMEM (or a key that cannot sign).
PLX_MUST_CHECK int signed_lines_make(const char *const *payloads, unsigned count,
				     const char *perspective, EVP_PKEY *key, char **ret_lines);

// `text` is without its LF. ret_envelope (the line as an object of payload, perspective and signature, owned by the
// caller) is set when VALID only.
enum signed_line_verdict signed_line_read(const char *text, size_t length,
					  struct root_verifier *verifier,
					  struct json_t **ret_envelope);

// The same for an answer whose line is gone: its payload, put together again, and the signature as the line had it. VALID,
// MALFORMED (no canonical form, or no memory) or BAD_SIGNATURE.
enum signed_line_verdict signed_payload_judge(const struct json_t *payload, const char *signature,
					      struct root_verifier *verifier);

const char *signed_line_verdict_name(enum signed_line_verdict verdict);
