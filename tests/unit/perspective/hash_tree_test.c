// SPDX-License-Identifier: BSD-3-Clause
// Trees against RFC 9162's own definitions, written here as they stand there.

#include "cunit_runner.h"

#include "perspective/hash_tree.h"

#include <openssl/evp.h>

#include <stdio.h>
#include <string.h>

static struct hash_tree tree;

static struct tree_hash sha256(const void *data, size_t length)
{
	struct tree_hash hash;
	CU_ASSERT_EQUAL_FATAL(EVP_Digest(data, length, hash.octets, NULL, EVP_sha256(), NULL), 1);
	return hash;
}

static bool is_same(const struct tree_hash *one, const struct tree_hash *other)
{
	return memcmp(one, other, sizeof(*one)) == 0;
}

static unsigned largest_power_below(unsigned n)
{
	unsigned k = 1;
	while (2 * k < n) {
		k *= 2;
	}
	return k;
}

static struct tree_hash node(struct tree_hash left, struct tree_hash right)
{
	uint8_t text[65] = {1};
	memcpy(text + 1, left.octets, 32);
	memcpy(text + 33, right.octets, 32);
	return sha256(text, sizeof(text));
}

// Section 2.1.1: MTH.
static struct tree_hash tree_head(const struct tree_hash *leaves, unsigned n)
{
	if (n == 1) {
		return leaves[0];
	}
	unsigned k = largest_power_below(n);
	return node(tree_head(leaves, k), tree_head(leaves + k, n - k));
}

// Section 2.1.3.1: PATH.
static unsigned write_path(const struct tree_hash *leaves, unsigned n, unsigned m,
			   struct tree_hash *path)
{
	if (n == 1) {
		return 0;
	}
	unsigned k = largest_power_below(n);
	unsigned length =
		m < k ? write_path(leaves, k, m, path) : write_path(leaves + k, n - k, m - k, path);
	path[length] = m < k ? tree_head(leaves + k, n - k) : tree_head(leaves, k);
	return length + 1;
}

static void grow(unsigned size)
{
	tree.size = size;
	for (unsigned i = 0; i < size && i < HASH_TREE_LEAVES_MAX; i++) {
		char text[16];
		snprintf(text, sizeof(text), "leaf %u", i);
		CU_ASSERT_FATAL(tree_hash_leaf(text, strlen(text), &tree.nodes[0][i]));
	}
}

TEST(a_leaf_is_hashed_behind_a_zero_octet)
{
	struct tree_hash hash;
	const struct tree_hash expected = sha256("\0abc", 4);
	CU_ASSERT_FATAL(tree_hash_leaf("abc", 3, &hash));
	CU_ASSERT(is_same(&hash, &expected));
}

TEST(roots_and_paths_of_every_size_are_those_of_the_rfc)
{
	for (unsigned size = 1; size <= HASH_TREE_LEAVES_MAX; size++) {
		grow(size);
		CU_ASSERT_FATAL(hash_tree_build(&tree));
		struct tree_hash head = tree_head(tree.nodes[0], size);
		CU_ASSERT(is_same(hash_tree_root(&tree), &head));
		for (unsigned i = 0; i < size; i++) {
			struct tree_hash path[HASH_TREE_PATH_MAX] = {0};
			struct tree_hash expected[HASH_TREE_PATH_MAX] = {0};
			unsigned length = write_path(tree.nodes[0], size, i, expected);
			CU_ASSERT_EQUAL(hash_tree_path_length(size, i), length);
			hash_tree_path(&tree, i, path);
			CU_ASSERT_EQUAL(memcmp(path, expected, sizeof(path)), 0);
			struct tree_hash root;
			CU_ASSERT_FATAL(
				hash_tree_climb(&tree.nodes[0][i], size, i, path, length, &root));
			CU_ASSERT(is_same(&root, &head));
		}
	}
}

// Whether the leaf at `index` can be shown at another place, or by another path.
static void try_other_places(unsigned size, unsigned index)
{
	const struct tree_hash *leaf = &tree.nodes[0][index];
	struct tree_hash path[HASH_TREE_PATH_MAX + 1] = {0};
	struct tree_hash root;
	unsigned length = hash_tree_path_length(size, index);
	hash_tree_path(&tree, index, path);
	for (unsigned other = 0; other < size; other++) {
		bool is_place = hash_tree_climb(leaf, size, other, path, length, &root);
		CU_ASSERT_EQUAL(is_place && is_same(&root, hash_tree_root(&tree)), other == index);
	}
	CU_ASSERT_FALSE(hash_tree_climb(leaf, size, index, path, length + 1, &root));
	CU_ASSERT_FALSE(length > 0 && hash_tree_climb(leaf, size, index, path, length - 1, &root));
	for (unsigned i = 0; i < length; i++) {
		path[i].octets[31] ^= 1;
		CU_ASSERT_FATAL(hash_tree_climb(leaf, size, index, path, length, &root));
		CU_ASSERT_FALSE(is_same(&root, hash_tree_root(&tree)));
		path[i].octets[31] ^= 1;
	}
}

TEST(a_leaf_has_one_place_and_one_path)
{
	for (unsigned size = 1; size <= HASH_TREE_LEAVES_MAX; size += size < 20 ? 1 : 11) {
		grow(size);
		CU_ASSERT_FATAL(hash_tree_build(&tree));
		for (unsigned i = 0; i < size; i++) {
			try_other_places(size, i);
		}
	}
}

TEST(places_that_there_are_not_are_refused)
{
	static const struct {
		unsigned size, index;
	} bad[] = {{0, 0},   {1, 1},   {5, 5},   {64, 64},  {65, 0},
		   {65, 64}, {255, 3}, {3, 255}, {64, ~0u}, {~0u, 0}};
	struct tree_hash leaf = {{1}}, root = {{7}};
	const struct tree_hash path[HASH_TREE_PATH_MAX] = {0};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad); i++) {
		for (size_t length = 0; length <= HASH_TREE_PATH_MAX; length++) {
			CU_ASSERT_FALSE(hash_tree_climb(&leaf, bad[i].size, bad[i].index, path,
							length, &root));
		}
		CU_ASSERT_EQUAL(hash_tree_path_length(bad[i].size, bad[i].index), 0);
	}
	CU_ASSERT_EQUAL(root.octets[0], 7); // untouched
	tree.size = 0;
	CU_ASSERT_FALSE(hash_tree_build(&tree));
	tree.size = HASH_TREE_LEAVES_MAX + 1;
	CU_ASSERT_FALSE(hash_tree_build(&tree));
}

TEST(a_node_cannot_be_shown_as_a_leaf)
{
	grow(2);
	CU_ASSERT_FATAL(hash_tree_build(&tree));
	char text[64];
	struct tree_hash leaf;
	memcpy(text, tree.nodes[0], sizeof(text)); // what the root was made of
	CU_ASSERT_FATAL(tree_hash_leaf(text, sizeof(text), &leaf));
	CU_ASSERT_FALSE(is_same(&leaf, hash_tree_root(&tree)));
}

TEST_MAIN(hash_tree, T(a_leaf_is_hashed_behind_a_zero_octet),
	  T(roots_and_paths_of_every_size_are_those_of_the_rfc),
	  T(a_leaf_has_one_place_and_one_path), T(places_that_there_are_not_are_refused),
	  T(a_node_cannot_be_shown_as_a_leaf))
