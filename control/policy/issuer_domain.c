// SPDX-License-Identifier: BSD-3-Clause

#include "policy/issuer_domain.h"

#include "policy/dcv_text.h"

#include <string.h>

static size_t length_without_dot(const char *text, size_t length)
{
	return length > 0 && text[length - 1] == '.' ? length - 1 : length;
}

const char *issuer_domain_find(const char *text, size_t length, const char *const *ours,
			       size_t count)
{
	size_t wanted = length_without_dot(text, length);
	for (size_t i = 0; i < count && wanted > 0; i++) {
		size_t own = length_without_dot(ours[i], strlen(ours[i]));
		if (dcv_text_equal_folded(text, wanted, ours[i], own)) {
			return ours[i];
		}
	}
	return NULL;
}
