// SPDX-License-Identifier: BSD-3-Clause
// Signs and checks the lines of perspectives.

#include "perspective/signed_line.h"

#include "check/json_writer.h"
#include "perspective/canonical_json.h"

#include <jansson.h>
#include <openssl/evp.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Index, size and signature; then the path.
#define PROOF_BYTES_MIN (2 + ROOT_SIGNATURE_BYTES)
#define PROOF_BYTES_MAX (PROOF_BYTES_MIN + HASH_TREE_PATH_MAX * HASH_TREE_HASH_BYTES)
#define BASE64_BYTES(octets) (((octets) + 2) / 3 * 4)
#define PROOF_TEXT_MAX BASE64_BYTES(PROOF_BYTES_MAX)

// How an answer shows that it is covered by a root.
struct proof {
	unsigned index;
	struct signed_root root;
	size_t path_length;
	struct tree_hash path[HASH_TREE_PATH_MAX];
};

// Points into the line.
struct part {
	const char *text;
	size_t length;
};

char *signed_payload_write(const json_t *payload)
{
	size_t length = 0;
	char *text = json_text_write(payload, JSON_CANONICAL, &length);
	if (text == NULL || length > SIGNED_PAYLOAD_MAX ||
	    !canonical_json_is_object(text, length)) {
		free(text);
		return NULL;
	}
	return text;
}

static void proof_write(const struct proof *proof, char ret_text[static PROOF_TEXT_MAX + 1])
{
	uint8_t octets[PROOF_BYTES_MAX] = {(uint8_t)proof->index, (uint8_t)proof->root.size};
	size_t path_bytes = proof->path_length * HASH_TREE_HASH_BYTES;
	memcpy(octets + 2, proof->root.signature, ROOT_SIGNATURE_BYTES);
	memcpy(octets + PROOF_BYTES_MIN, proof->path, path_bytes);
	EVP_EncodeBlock((unsigned char *)ret_text, octets, (int)(PROOF_BYTES_MIN + path_bytes));
}

// EVP_DecodeBlock overlooks what a strict reader refuses, and counts padding as octets; one signature has one spelling.
static size_t decode(const struct part *text, uint8_t ret_octets[static PROOF_BYTES_MAX + 2])
{
	unsigned char again[PROOF_TEXT_MAX + 1];
	if (text->length == 0 || text->length > PROOF_TEXT_MAX || text->length % 4 != 0) {
		return 0;
	}
	int decoded =
		EVP_DecodeBlock(ret_octets, (const unsigned char *)text->text, (int)text->length);
	for (size_t i = text->length; decoded > 0 && text->text[i - 1] == '='; i--) {
		decoded--;
	}
	if (decoded <= 0 || EVP_EncodeBlock(again, ret_octets, decoded) != (int)text->length ||
	    memcmp(again, text->text, text->length) != 0) {
		return 0;
	}
	return (size_t)decoded;
}

static bool proof_read(const struct part *text, struct proof *ret_proof)
{
	uint8_t octets[PROOF_BYTES_MAX + 2];
	size_t length = decode(text, octets);
	if (length < PROOF_BYTES_MIN || (length - PROOF_BYTES_MIN) % HASH_TREE_HASH_BYTES != 0) {
		return false;
	}
	ret_proof->index = octets[0];
	ret_proof->root.size = octets[1];
	memcpy(ret_proof->root.signature, octets + 2, ROOT_SIGNATURE_BYTES);
	ret_proof->path_length = (length - PROOF_BYTES_MIN) / HASH_TREE_HASH_BYTES;
	memcpy(ret_proof->path, octets + PROOF_BYTES_MIN, length - PROOF_BYTES_MIN);
	return true;
}

static char *line_write(const char *payload, const char *perspective, const struct proof *proof)
{
	char text[PROOF_TEXT_MAX + 1];
	char *line = NULL;
	proof_write(proof, text);
	int length =
		asprintf(&line, "{\"perspective\":\"%s\",\"signature\":\"%s\",\"payload\":%s}\n",
			 perspective, text, payload);
	return length > 0 ? line : NULL;
}

static bool tree_make(const char *const *payloads, unsigned count, struct hash_tree *tree)
{
	tree->size = count;
	for (unsigned i = 0; i < count; i++) {
		if (!tree_hash_leaf(payloads[i], strlen(payloads[i]), &tree->nodes[0][i])) {
			return false;
		}
	}
	return hash_tree_build(tree);
}

int signed_lines_make(const char *const *payloads, unsigned count, const char *perspective,
		      EVP_PKEY *key, char **ret_lines)
{
	struct hash_tree tree;
	struct proof proof = {.root.size = count};
	char *lines[HASH_TREE_LEAVES_MAX] = {NULL};
	if (count < 1 || count > HASH_TREE_LEAVES_MAX) {
		return -EINVAL;
	}
	if (!tree_make(payloads, count, &tree)) {
		return -ENOMEM;
	}
	proof.root.root = *hash_tree_root(&tree);
	if (!signed_root_make(&proof.root, perspective, key)) {
		return -ENOMEM;
	}
	for (unsigned i = 0; i < count; i++) {
		proof.index = i;
		proof.path_length = hash_tree_path_length(count, i);
		hash_tree_path(&tree, i, proof.path);
		lines[i] = line_write(payloads[i], perspective, &proof);
		if (lines[i] == NULL) {
			while (i > 0) {
				free(lines[--i]);
			}
			return -ENOMEM;
		}
	}
	memcpy(ret_lines, lines, count * sizeof(lines[0]));
	return 0;
}

static bool take_literal(struct part *rest, const char *literal)
{
	size_t length = strlen(literal);
	if (rest->length < length || memcmp(rest->text, literal, length) != 0) {
		return false;
	}
	rest->text += length;
	rest->length -= length;
	return true;
}

// Up to the next quotation mark, which stays.
static bool take_text(struct part *rest, size_t length_max, struct part *ret_text)
{
	size_t limit = rest->length < length_max + 1 ? rest->length : length_max + 1;
	const char *end = memchr(rest->text, '"', limit);
	if (end == NULL) {
		return false;
	}
	*ret_text = (struct part) {rest->text, (size_t)(end - rest->text)};
	rest->text = end;
	rest->length -= ret_text->length;
	return true;
}

struct line_parts {
	struct part perspective;
	struct part signature;
	struct part payload; // not empty, otherwise anything
};

static bool cut(const char *text, size_t length, struct line_parts *ret_parts)
{
	struct part rest = {text, length};
	if (!take_literal(&rest, "{\"perspective\":\"") ||
	    !take_text(&rest, PERSPECTIVE_NAME_MAX, &ret_parts->perspective) ||
	    !take_literal(&rest, "\",\"signature\":\"") ||
	    !take_text(&rest, PROOF_TEXT_MAX, &ret_parts->signature) ||
	    !take_literal(&rest, "\",\"payload\":") || rest.length < 2 ||
	    rest.text[rest.length - 1] != '}') {
		return false;
	}
	ret_parts->payload = (struct part) {rest.text, rest.length - 1};
	return true;
}

static bool is_signed(const struct line_parts *parts, struct root_verifier *verifier)
{
	struct proof proof;
	struct tree_hash leaf;
	return proof_read(&parts->signature, &proof) &&
	       tree_hash_leaf(parts->payload.text, parts->payload.length, &leaf) &&
	       hash_tree_climb(&leaf, proof.root.size, proof.index, proof.path, proof.path_length,
			       &proof.root.root) &&
	       root_verifier_accepts(verifier, &proof.root);
}

// NULL: not canonical, so that it could not be shown later; not JSON; or no memory.
static json_t *read_payload(const struct part *text)
{
	return canonical_json_is_object(text->text, text->length)
		       ? json_loadb(text->text, text->length, 0, NULL)
		       : NULL;
}

enum signed_line_verdict signed_line_read(const char *text, size_t length,
					  struct root_verifier *verifier, json_t **ret_envelope)
{
	struct line_parts parts;
	if (length > SIGNED_LINE_MAX) {
		return SIGNED_LINE_TOO_LONG;
	}
	if (!cut(text, length, &parts)) {
		return SIGNED_LINE_MALFORMED;
	}
	const char *name = verifier->perspective;
	if (parts.perspective.length != strlen(name) ||
	    memcmp(parts.perspective.text, name, parts.perspective.length) != 0) {
		return SIGNED_LINE_FOREIGN_NAME;
	}
	if (!is_signed(&parts, verifier)) {
		return SIGNED_LINE_BAD_SIGNATURE;
	}
	json_t *payload = read_payload(&parts.payload);
	json_t *envelope = payload != NULL ? json_pack("{s:o, s:s, s:s%}", "payload", payload,
						       "perspective", name, "signature",
						       parts.signature.text, parts.signature.length)
					   : NULL;
	if (envelope == NULL) {
		return SIGNED_LINE_MALFORMED;
	}
	*ret_envelope = envelope;
	return SIGNED_LINE_VALID;
}

enum signed_line_verdict signed_payload_judge(const json_t *payload, const char *signature,
					      struct root_verifier *verifier)
{
	char *text = signed_payload_write(payload);
	if (text == NULL) {
		return SIGNED_LINE_MALFORMED;
	}
	const struct line_parts parts = {.signature = {signature, strlen(signature)},
					 .payload = {text, strlen(text)}};
	bool is_valid = is_signed(&parts, verifier);
	free(text);
	return is_valid ? SIGNED_LINE_VALID : SIGNED_LINE_BAD_SIGNATURE;
}

const char *signed_line_verdict_name(enum signed_line_verdict verdict)
{
	switch (verdict) {
	case SIGNED_LINE_NOT_EVALUATED:
		return "not-evaluated";
	case SIGNED_LINE_VALID:
		return "valid";
	case SIGNED_LINE_TOO_LONG:
		return "too-long";
	case SIGNED_LINE_MALFORMED:
		return "malformed";
	case SIGNED_LINE_FOREIGN_NAME:
		return "foreign-name";
	case SIGNED_LINE_BAD_SIGNATURE:
		return "bad-signature";
	}
	return "unknown";
}
