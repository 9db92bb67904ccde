// SPDX-License-Identifier: BSD-3-Clause
// The YAML of a configuration file as a tree that keeps places, so that every fault names its line and column. The file
// is one document, with no aliases: what a line says stands in that line, and the tree is no larger than the file.
// For the start and for reloads; one thread at a time per document.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/settings/setting_fault.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLX_YAML_DEPTH_MAX 16 // collections within collections; the tables of the daemons need 7

enum plx_yaml_kind {
	PLX_YAML_VALUE,
	PLX_YAML_LIST,
	PLX_YAML_MAPPING,
};

struct plx_yaml_node {
	enum plx_yaml_kind kind;
	bool is_missing; // of a value: nothing stands there, not even quotes
	struct plx_setting_place place;
	const struct plx_yaml_node
		*first;                   // items of a list; of a mapping key, value, key, value...
	const struct plx_yaml_node *next; // beside it
	struct plx_yaml_node *older;      // for plx_yaml_free
	char text[];                      // of a value
};

struct plx_yaml_document {
	const char *path;                 // for messages; the caller's
	struct plx_setting_fault *fault;  // where faults go; the caller's
	const struct plx_yaml_node *root; // NULL: the file is empty
	struct plx_yaml_node *newest;
};

// `path` and `fault` must outlive the document, which the caller frees; `bytes` need not. Faults begin with the path, and
// with the place where there is one. PLX_ERR_CONFIG, -ENOMEM.
PLX_MUST_CHECK int plx_yaml_read(const char *path, const void *bytes, size_t length,
				 struct plx_setting_fault *fault,
				 struct plx_yaml_document *ret_document);
void plx_yaml_free(struct plx_yaml_document *document);

// A key of a mapping must be a value, and must not stand earlier in it: which was meant cannot be known.
// PLX_ERR_CONFIG and the fault. Costs the keys before it: stop at the first key that is not known.
PLX_MUST_CHECK int plx_yaml_check_key(const struct plx_yaml_document *document,
				      const struct plx_yaml_node *mapping,
				      const struct plx_yaml_node *key);
// Puts the place of the node in front of the fault, and `key` unless it is NULL. Returns PLX_ERR_CONFIG.
int plx_yaml_fault_at(const struct plx_yaml_document *document, const struct plx_yaml_node *node,
		      const char *key);
// "expected EXPECTED, found a list", with its place. Returns PLX_ERR_CONFIG.
int plx_yaml_wrong_kind(const struct plx_yaml_document *document, const struct plx_yaml_node *node,
			const char *key, const char *expected);
