// SPDX-License-Identifier: BSD-3-Clause
// The public suffix list by libpsl, and the suffixes of a lab beside it.

#include "names/base_domain.h"

#include <libpsl.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct suffix_table {
	psl_ctx_t *list;
	size_t private_count;
	struct plx_name private_suffixes[SUFFIX_TABLE_PRIVATE_MAX];
};

int suffix_table_create(const char *list_file, const struct plx_name *private_suffixes,
			size_t private_count, struct suffix_table **ret_table)
{
	if (private_count > SUFFIX_TABLE_PRIVATE_MAX) {
		return -E2BIG;
	}
	for (size_t i = 0; i < private_count; i++) {
		if (private_suffixes[i].length <= 1) {
			return -EINVAL;
		}
	}
	struct suffix_table *table = calloc(1, sizeof(*table));
	if (table == NULL) {
		return -ENOMEM;
	}
	table->list = list_file != NULL ? psl_load_file(list_file) : psl_latest(NULL);
	if (table->list == NULL) {
		free(table);
		return -ENOENT;
	}
	table->private_count = private_count;
	for (size_t i = 0; i < private_count; i++) {
		table->private_suffixes[i] = private_suffixes[i];
	}
	*ret_table = table;
	return 0;
}

void suffix_table_destroy(struct suffix_table *table)
{
	if (table != NULL) {
		psl_free(table->list);
		free(table);
	}
}

// `name` is in lower case.
static bool is_suffix(const struct suffix_table *table, const struct plx_name *name)
{
	char text[PLX_NAME_TEXT_MAX];
	for (size_t i = 0; i < table->private_count; i++) {
		if (plx_name_equal(&table->private_suffixes[i], name)) {
			return true;
		}
	}
	plx_name_format(name, text);
	// An escaped dot is no end of a label, which libpsl cannot know: the label a\.ck is not below ck.
	if (strchr(text, '\\') != NULL) {
		return false;
	}
	// Without the list's implied rule "*", by which any unknown top-level name were a suffix.
	return psl_is_public_suffix2(table->list, text, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) !=
	       0;
}

enum base_domain_state base_domain_find(const struct suffix_table *table,
					const struct plx_name *name, struct plx_name *ret_base)
{
	struct plx_name node = *name;
	struct plx_name below = {0};
	plx_name_lower(&node);
	// From the whole name upwards, so that the longest suffix is met first (PLX_NAME_LABELS_MAX steps).
	for (unsigned labels = plx_name_label_count(&node); labels > 0; labels--) {
		if (is_suffix(table, &node)) {
			if (below.length == 0) {
				return BASE_DOMAIN_IS_SUFFIX;
			}
			if (ret_base != NULL) {
				*ret_base = below;
			}
			return BASE_DOMAIN_FOUND;
		}
		below = node;
		plx_name_parent(&node, &node);
	}
	return BASE_DOMAIN_UNKNOWN_SUFFIX;
}

const char *base_domain_state_name(enum base_domain_state state)
{
	switch (state) {
	case BASE_DOMAIN_NOT_EVALUATED:
		return "not-evaluated";
	case BASE_DOMAIN_FOUND:
		return "found";
	case BASE_DOMAIN_IS_SUFFIX:
		return "is-suffix";
	case BASE_DOMAIN_UNKNOWN_SUFFIX:
		return "unknown-suffix";
	}
	return "unknown";
}
