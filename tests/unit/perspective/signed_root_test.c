// SPDX-License-Identifier: BSD-3-Clause
// A root is believed by its own key and name only, and remembered only as it was verified.

#include "cunit_runner.h"

#include "perspective/signed_root.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static EVP_PKEY *make_key(unsigned char first)
{
	const unsigned char seed[32] = {first};
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	return key;
}

static struct signed_root make_root(unsigned size, uint8_t first, EVP_PKEY *key)
{
	struct signed_root root = {.size = size, .root = {{first}}};
	CU_ASSERT_FATAL(signed_root_make(&root, "fra-1", key));
	return root;
}

TEST(the_signature_is_over_the_documented_lines)
{
	static const char text[] =
		"parallax-perspective-tree-v1\nfra-1\n3\n"
		"0500000000000000000000000000000000000000000000000000000000000000\n";
	EVP_PKEY *key = make_key(1);
	struct signed_root root = make_root(3, 5, key);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	CU_ASSERT_EQUAL(EVP_DigestVerifyInit(context, NULL, NULL, NULL, key), 1);
	CU_ASSERT_EQUAL(EVP_DigestVerify(context, root.signature, sizeof(root.signature),
					 (const unsigned char *)text, strlen(text)),
			1);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
}

TEST(a_root_counts_with_its_key_name_size_and_octets_only)
{
	EVP_PKEY *key = make_key(1), *other_key = make_key(2);
	const struct signed_root root = make_root(3, 5, key);
	struct root_verifier verifier, other;
	root_verifier_init(&verifier, "fra-1", key);
	CU_ASSERT(root_verifier_accepts(&verifier, &root));
	root_verifier_init(&other, "fra-1", other_key);
	CU_ASSERT_FALSE(root_verifier_accepts(&other, &root));
	root_verifier_init(&other, "fra-2", key);
	CU_ASSERT_FALSE(root_verifier_accepts(&other, &root));
	struct signed_root changed = root;
	changed.size = 4;
	CU_ASSERT_FALSE(root_verifier_accepts(&verifier, &changed)); // though root is remembered
	changed = root;
	changed.root.octets[31] = 1;
	CU_ASSERT_FALSE(root_verifier_accepts(&verifier, &changed));
	for (unsigned i = 0; i < sizeof(changed.signature); i++) {
		changed = root;
		changed.signature[i] ^= 1;
		CU_ASSERT_FALSE(root_verifier_accepts(&verifier, &changed));
	}
	EVP_PKEY_free(key);
	EVP_PKEY_free(other_key);
}

TEST(a_root_is_verified_once_and_the_oldest_is_forgotten)
{
	EVP_PKEY *key = make_key(1);
	struct root_verifier verifier;
	root_verifier_init(&verifier, "fra-1", key);
	for (unsigned i = 0; i <= SIGNED_ROOTS_KEPT; i++) {
		struct signed_root root = make_root(1 + i, (uint8_t)i, key);
		CU_ASSERT(root_verifier_accepts(&verifier, &root));
		CU_ASSERT(root_verifier_accepts(&verifier, &root));
		CU_ASSERT_EQUAL(verifier.verified_count, i + 1);
		CU_ASSERT(verifier.count <= SIGNED_ROOTS_KEPT);
	}
	struct signed_root second = make_root(2, 1, key), first = make_root(1, 0, key);
	CU_ASSERT(root_verifier_accepts(&verifier, &second));
	CU_ASSERT_EQUAL(verifier.verified_count, SIGNED_ROOTS_KEPT + 1);
	CU_ASSERT(root_verifier_accepts(&verifier, &first)); // forgotten, still right
	CU_ASSERT_EQUAL(verifier.verified_count, SIGNED_ROOTS_KEPT + 2);
	EVP_PKEY_free(key);
}

TEST(what_is_not_signed_is_not_remembered)
{
	EVP_PKEY *key = make_key(1);
	struct root_verifier verifier;
	root_verifier_init(&verifier, "fra-1", key);
	const struct signed_root root = {.size = 1}, none = {.size = 0};
	for (unsigned i = 0; i < 3; i++) {
		CU_ASSERT_FALSE(root_verifier_accepts(&verifier, &root));
		CU_ASSERT_FALSE(root_verifier_accepts(&verifier, &none)); // as unused memory is
	}
	CU_ASSERT_EQUAL(verifier.count, 0);
	EVP_PKEY_free(key);
}

TEST(sizes_and_names_past_their_limits_are_not_signed)
{
	EVP_PKEY *key = make_key(1);
	char name[PERSPECTIVE_NAME_MAX + 2];
	memset(name, 'a', sizeof(name));
	name[PERSPECTIVE_NAME_MAX] = '\0';
	struct signed_root root = {.size = HASH_TREE_LEAVES_MAX};
	CU_ASSERT(signed_root_make(&root, name, key));
	root.size = 0;
	CU_ASSERT_FALSE(signed_root_make(&root, name, key));
	root.size = HASH_TREE_LEAVES_MAX + 1;
	CU_ASSERT_FALSE(signed_root_make(&root, name, key));
	EVP_PKEY *none = NULL;
	CU_ASSERT_EQUAL(signing_key_read("/nonexistent/key", true, &none), -ENOENT);
	CU_ASSERT_EQUAL(signing_key_read("/dev/null", false, &none), -EINVAL);
	EVP_PKEY_free(key);
}

TEST(keys_of_another_kind_are_none)
{
	char path[] = "/tmp/parallax-key-XXXXXX";
	int fd = mkstemp(path);
	EVP_PKEY *other = EVP_EC_gen("P-256"), *none = NULL;
	FILE *file = fdopen(fd, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_EQUAL(PEM_write_PrivateKey(file, other, NULL, NULL, 0, NULL, NULL), 1);
	CU_ASSERT_EQUAL(PEM_write_PUBKEY(file, other), 1);
	CU_ASSERT_EQUAL(fclose(file), 0);
	CU_ASSERT_EQUAL(signing_key_read(path, true, &none), -EINVAL);
	CU_ASSERT_EQUAL(signing_key_read(path, false, &none), -EINVAL);
	CU_ASSERT_EQUAL(unlink(path), 0);
	EVP_PKEY_free(other);
}

TEST_MAIN(signed_root, T(the_signature_is_over_the_documented_lines),
	  T(a_root_counts_with_its_key_name_size_and_octets_only),
	  T(a_root_is_verified_once_and_the_oldest_is_forgotten),
	  T(what_is_not_signed_is_not_remembered),
	  T(sizes_and_names_past_their_limits_are_not_signed), T(keys_of_another_kind_are_none))
