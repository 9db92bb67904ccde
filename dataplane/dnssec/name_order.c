// SPDX-License-Identifier: BSD-3-Clause

#include "dnssec/name_order.h"

#include <string.h>

// Offsets of the labels' length octets, from the left; returns how many.
static unsigned label_offsets(const struct plx_name *name,
			      uint8_t offsets[static PLX_NAME_LABELS_MAX])
{
	unsigned count = 0;
	for (unsigned at = 0;
	     at < name->length && name->wire[at] != 0 && count < PLX_NAME_LABELS_MAX;
	     at += 1U + name->wire[at]) {
		offsets[count++] = (uint8_t)at;
	}
	return count;
}

static int label_compare(const uint8_t *a, const uint8_t *b)
{
	int order = memcmp(a + 1, b + 1, a[0] < b[0] ? a[0] : b[0]);
	return order != 0 ? order : (int)a[0] - (int)b[0];
}

int name_compare(const struct plx_name *a, const struct plx_name *b)
{
	PLX_UNINITIALIZED uint8_t offsets_a[PLX_NAME_LABELS_MAX];
	PLX_UNINITIALIZED uint8_t offsets_b[PLX_NAME_LABELS_MAX];
	unsigned left_a = label_offsets(a, offsets_a);
	unsigned left_b = label_offsets(b, offsets_b);
	while (left_a > 0 && left_b > 0) {
		int order =
			label_compare(a->wire + offsets_a[--left_a], b->wire + offsets_b[--left_b]);
		if (order != 0) {
			return order;
		}
	}
	return (int)left_a - (int)left_b;
}

void name_suffix(const struct plx_name *name, unsigned labels, struct plx_name *ret_suffix)
{
	PLX_UNINITIALIZED uint8_t offsets[PLX_NAME_LABELS_MAX];
	unsigned count = label_offsets(name, offsets);
	unsigned start = name->length - 1U;
	if (labels > 0 && count > 0) {
		start = offsets[labels < count ? count - labels : 0];
	}
	struct plx_name suffix = {.length = (uint8_t)(name->length - start)};
	memcpy(suffix.wire, name->wire + start, suffix.length);
	*ret_suffix = suffix;
}

unsigned name_common_labels(const struct plx_name *a, const struct plx_name *b)
{
	PLX_UNINITIALIZED uint8_t offsets_a[PLX_NAME_LABELS_MAX];
	PLX_UNINITIALIZED uint8_t offsets_b[PLX_NAME_LABELS_MAX];
	unsigned left_a = label_offsets(a, offsets_a);
	unsigned left_b = label_offsets(b, offsets_b);
	unsigned common = 0;
	while (left_a > 0 && left_b > 0 &&
	       label_compare(a->wire + offsets_a[--left_a], b->wire + offsets_b[--left_b]) == 0) {
		common++;
	}
	return common;
}

bool name_wildcard(const struct plx_name *name, struct plx_name *ret_wildcard)
{
	if (name->length > PLX_NAME_MAX - 2) {
		return false;
	}
	struct plx_name wildcard = {.length = (uint8_t)(name->length + 2), .wire = {1, '*'}};
	memcpy(wildcard.wire + 2, name->wire, name->length);
	*ret_wildcard = wildcard;
	return true;
}

bool name_is_wildcard(const struct plx_name *name)
{
	return name->length > 2 && name->wire[0] == 1 && name->wire[1] == '*';
}

unsigned name_signed_labels(const struct plx_name *name)
{
	return plx_name_label_count(name) - (name_is_wildcard(name) ? 1 : 0);
}

bool name_is_strictly_below(const struct plx_name *name, const struct plx_name *ancestor)
{
	return name->length > ancestor->length && plx_name_is_below(name, ancestor);
}
