// SPDX-License-Identifier: BSD-3-Clause
// The tree level by level: neighbours are joined, a last node without neighbour moves up as it is. This is the tree that
// RFC 9162 defines by halving at the largest power of two.

#include "perspective/hash_tree.h"

#include <openssl/evp.h>

#include <string.h>

#define LEAF_PREFIX 0x00
#define NODE_PREFIX 0x01

static unsigned width_above(unsigned width)
{
	return (width + 1) / 2;
}

static bool is_place(unsigned size, unsigned index)
{
	return size >= 1 && size <= HASH_TREE_LEAVES_MAX && index < size;
}

bool tree_hash_leaf(const char *data, size_t length, struct tree_hash *ret_hash)
{
	static const uint8_t prefix = LEAF_PREFIX;
	struct tree_hash hash;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is_done = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
		       EVP_DigestUpdate(context, &prefix, sizeof(prefix)) == 1 &&
		       EVP_DigestUpdate(context, data, length) == 1 &&
		       EVP_DigestFinal_ex(context, hash.octets, NULL) == 1;
	EVP_MD_CTX_free(context);
	if (is_done) {
		*ret_hash = hash;
	}
	return is_done;
}

static bool join(const struct tree_hash *left, const struct tree_hash *right,
		 struct tree_hash *ret_hash)
{
	uint8_t text[1 + 2 * HASH_TREE_HASH_BYTES] = {NODE_PREFIX};
	memcpy(text + 1, left->octets, HASH_TREE_HASH_BYTES);
	memcpy(text + 1 + HASH_TREE_HASH_BYTES, right->octets, HASH_TREE_HASH_BYTES);
	return EVP_Digest(text, sizeof(text), ret_hash->octets, NULL, EVP_sha256(), NULL) == 1;
}

bool hash_tree_build(struct hash_tree *tree)
{
	if (!is_place(tree->size, 0)) {
		return false;
	}
	unsigned level = 0;
	for (unsigned width = tree->size; width > 1; width = width_above(width), level++) {
		const struct tree_hash *below = tree->nodes[level];
		struct tree_hash *above = tree->nodes[level + 1];
		for (unsigned i = 0; i + 1 < width; i += 2) {
			if (!join(&below[i], &below[i + 1], &above[i / 2])) {
				return false;
			}
		}
		if (width % 2 == 1) {
			above[width / 2] = below[width - 1];
		}
	}
	return true;
}

const struct tree_hash *hash_tree_root(const struct hash_tree *tree)
{
	unsigned level = 0;
	for (unsigned width = tree->size; width > 1; width = width_above(width)) {
		level++;
	}
	return &tree->nodes[level][0];
}

unsigned hash_tree_path_length(unsigned size, unsigned index)
{
	unsigned length = 0;
	if (!is_place(size, index)) {
		return 0;
	}
	for (unsigned width = size; width > 1; width = width_above(width), index /= 2) {
		length += (index ^ 1u) < width;
	}
	return length;
}

void hash_tree_path(const struct hash_tree *tree, unsigned index,
		    struct tree_hash ret_path[static HASH_TREE_PATH_MAX])
{
	unsigned level = 0, length = 0;
	for (unsigned width = tree->size; width > 1; width = width_above(width), index /= 2) {
		unsigned neighbour = index ^ 1u;
		if (neighbour < width) {
			ret_path[length++] = tree->nodes[level][neighbour];
		}
		level++;
	}
}

bool hash_tree_climb(const struct tree_hash *leaf, unsigned size, unsigned index,
		     const struct tree_hash *path, size_t path_length, struct tree_hash *ret_root)
{
	if (!is_place(size, index) || path_length != hash_tree_path_length(size, index)) {
		return false;
	}
	struct tree_hash hash = *leaf;
	for (unsigned width = size; width > 1; width = width_above(width), index /= 2) {
		if ((index ^ 1u) >= width) {
			continue;
		}
		bool is_right = index % 2 == 1;
		if (!join(is_right ? path : &hash, is_right ? &hash : path, &hash)) {
			return false;
		}
		path++;
	}
	*ret_root = hash;
	return true;
}
