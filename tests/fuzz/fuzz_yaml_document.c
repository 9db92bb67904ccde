// SPDX-License-Identifier: BSD-3-Clause
// The tree of a configuration file. Oracle: a refusal is one printable line that names the file; a tree is no deeper than
// its limit, no larger than its file, its mappings are pairs, and every node stands after those before it.

#include <parallax/settings/yaml_document.h>

#include <parallax/base/error.h>

#include "fuzz_target.h"

#include <string.h>

struct walk {
	size_t count;
	size_t text_bytes;
	struct plx_setting_place last;
};

static void check_node(const struct plx_yaml_node *node, unsigned depth, struct walk *walk)
{
	const struct plx_setting_place *place = &node->place, *last = &walk->last;
	must(place->line > last->line ||
	     (place->line == last->line && place->column >= last->column));
	walk->last = *place;
	walk->count++;
	walk->text_bytes += strlen(node->text);
	must(node->kind == PLX_YAML_VALUE || depth < PLX_YAML_DEPTH_MAX);
	must(node->kind != PLX_YAML_VALUE || node->first == NULL);
	must(!node->is_missing || (node->kind == PLX_YAML_VALUE && node->text[0] == '\0'));
	size_t child_count = 0;
	for (const struct plx_yaml_node *child = node->first; child != NULL; child = child->next) {
		check_node(child, depth + 1, walk);
		child_count++;
	}
	must(node->kind != PLX_YAML_MAPPING || child_count % 2 == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plx_setting_fault fault = {.text = ""};
	struct plx_yaml_document document;
	int error = plx_yaml_read("f", data, size, &fault, &document);
	if (error == 0) {
		struct walk walk = {0};
		if (document.root != NULL) {
			check_node(document.root, 0, &walk);
		}
		// A key without a value, and the mapping that "? " or ": " stands for, come of one octet each; \x and
		// \L in quotes are shorter than what they mean only by less than half.
		must(walk.count <= 3 * size + 1 && walk.text_bytes <= 2 * size);
		plx_yaml_free(&document);
		return 0;
	}
	must(error == PLX_ERR_CONFIG);
	must(strncmp(fault.text, "f:", 2) == 0);
	for (const char *c = fault.text; *c != '\0'; c++) {
		must((unsigned char)*c >= ' ' && *c != 0x7f);
	}
	return 0;
}
