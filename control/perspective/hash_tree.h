// SPDX-License-Identifier: BSD-3-Clause
// A small Merkle tree (RFC 9162 section 2.1): one signature over its root covers every leaf, and a leaf with its path
// shows by itself that it is covered. Leaves and nodes are hashed with different first octets, so that neither can be
// passed off as the other. Pure.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_TREE_LEAVES_MAX 64u
#define HASH_TREE_PATH_MAX 6u // log2 of the leaves
#define HASH_TREE_HASH_BYTES 32u

struct tree_hash {
	uint8_t octets[HASH_TREE_HASH_BYTES];
};

struct hash_tree {
	unsigned size;
	struct tree_hash nodes[HASH_TREE_PATH_MAX + 1][HASH_TREE_LEAVES_MAX]; // leaves first
};

// SHA-256(0x00 || data). False without memory.
PLX_MUST_CHECK bool tree_hash_leaf(const char *data, size_t length, struct tree_hash *ret_hash);

// `tree->nodes[0]` holds the leaves, `tree->size` is their number: the nodes above are made. False without memory, or
// when the size is not 1 to HASH_TREE_LEAVES_MAX.
PLX_MUST_CHECK bool hash_tree_build(struct hash_tree *tree);
const struct tree_hash *hash_tree_root(const struct hash_tree *tree);

// How many hashes the path of a leaf has; 0 also for a leaf that there is not.
unsigned hash_tree_path_length(unsigned size, unsigned index);
// From the leaf's neighbour up. Writes hash_tree_path_length hashes; `index` is below the tree's size.
void hash_tree_path(const struct hash_tree *tree, unsigned index,
		    struct tree_hash ret_path[static HASH_TREE_PATH_MAX]);

// The root of the tree in which this leaf has this place and path (RFC 9162 section 2.1.3.2). False: no tree has such a
// place (size 0 or past the limit, index not below it) or such a path (longer or shorter), or no memory.
PLX_MUST_CHECK bool hash_tree_climb(const struct tree_hash *leaf, unsigned size, unsigned index,
				    const struct tree_hash *path, size_t path_length,
				    struct tree_hash *ret_root);
