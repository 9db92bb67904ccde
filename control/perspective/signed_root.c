// SPDX-License-Identifier: BSD-3-Clause
// Signs roots, and verifies each once.

#include "perspective/signed_root.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define CONTEXT "parallax-perspective-tree-v1"
// The context, a name, two digits, a root in hexadecimal, four LF.
#define SIGNED_TEXT_MAX (sizeof(CONTEXT) + PERSPECTIVE_NAME_MAX + 2 + 2 * HASH_TREE_HASH_BYTES + 4)

int signing_key_read(const char *path, bool is_private, EVP_PKEY **ret_key)
{
	FILE *file = fopen(path, "re");
	if (file == NULL) {
		return -errno;
	}
	EVP_PKEY *key = is_private ? PEM_read_PrivateKey(file, NULL, NULL, NULL)
				   : PEM_read_PUBKEY(file, NULL, NULL, NULL);
	fclose(file);
	if (key == NULL || EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519) {
		EVP_PKEY_free(key);
		ERR_clear_error();
		return -EINVAL;
	}
	*ret_key = key;
	return 0;
}

// What the signature covers; 0 when it cannot be: a name or a size past its limit.
static size_t write_text(const struct signed_root *root, const char *perspective,
			 char text[static SIGNED_TEXT_MAX])
{
	static const char hexadecimal[] = "0123456789abcdef";
	char digits[2 * HASH_TREE_HASH_BYTES + 1] = "";
	for (unsigned i = 0; i < HASH_TREE_HASH_BYTES; i++) {
		digits[2 * i] = hexadecimal[root->root.octets[i] >> 4];
		digits[2 * i + 1] = hexadecimal[root->root.octets[i] & 15];
	}
	int length = snprintf(text, SIGNED_TEXT_MAX, CONTEXT "\n%s\n%u\n%s\n", perspective,
			      root->size, digits);
	bool is_whole = length > 0 && (size_t)length < SIGNED_TEXT_MAX && root->size >= 1 &&
			root->size <= HASH_TREE_LEAVES_MAX;
	return is_whole ? (size_t)length : 0;
}

bool signed_root_make(struct signed_root *root, const char *perspective, EVP_PKEY *key)
{
	char text[SIGNED_TEXT_MAX];
	size_t text_length = write_text(root, perspective, text);
	size_t length = sizeof(root->signature);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is_signed = text_length > 0 && context != NULL &&
			 EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
			 EVP_DigestSign(context, root->signature, &length,
					(const unsigned char *)text, text_length) == 1;
	EVP_MD_CTX_free(context);
	return is_signed && length == sizeof(root->signature);
}

static bool verify(const struct signed_root *root, const char *perspective, EVP_PKEY *key)
{
	char text[SIGNED_TEXT_MAX];
	size_t text_length = write_text(root, perspective, text);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is_valid = text_length > 0 && context != NULL &&
			EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
			EVP_DigestVerify(context, root->signature, sizeof(root->signature),
					 (const unsigned char *)text, text_length) == 1;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return is_valid;
}

void root_verifier_init(struct root_verifier *verifier, const char *perspective, EVP_PKEY *key)
{
	*verifier = (struct root_verifier) {.perspective = perspective, .key = key};
}

static bool is_same(const struct signed_root *one, const struct signed_root *other)
{
	return one->size == other->size &&
	       memcmp(&one->root, &other->root, sizeof(one->root)) == 0 &&
	       memcmp(one->signature, other->signature, sizeof(one->signature)) == 0;
}

bool root_verifier_accepts(struct root_verifier *verifier, const struct signed_root *root)
{
	for (unsigned i = 0; i < verifier->count; i++) {
		if (is_same(&verifier->kept[i], root)) {
			return true;
		}
	}
	verifier->verified_count++;
	if (!verify(root, verifier->perspective, verifier->key)) {
		return false;
	}
	verifier->kept[verifier->next] = *root;
	verifier->next = (verifier->next + 1) % SIGNED_ROOTS_KEPT;
	if (verifier->count < SIGNED_ROOTS_KEPT) {
		verifier->count++;
	}
	return true;
}
