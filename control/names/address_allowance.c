// SPDX-License-Identifier: BSD-3-Clause
// The last look at an address before a connection.

#include "names/address_allowance.h"

#include "names/special_address.h"

#include <errno.h>

int address_allowance_add(struct address_allowance *allowance, const struct address_prefix *prefix)
{
	if (allowance->count >= ADDRESS_ALLOWANCE_MAX) {
		return -ENOSPC;
	}
	allowance->prefixes[allowance->count++] = *prefix;
	return 0;
}

static bool is_opened(const struct plx_ip *ip, const struct address_allowance *allowance)
{
	for (size_t i = 0; i < allowance->count && i < ADDRESS_ALLOWANCE_MAX; i++) {
		if (address_prefix_contains(&allowance->prefixes[i], ip)) {
			return true;
		}
	}
	return false;
}

bool address_may_be_contacted(const struct plx_ip *ip, const struct address_allowance *allowance,
			      const char **ret_reason)
{
	const struct special_range *range = special_range_find(ip);
	bool may = range == NULL ||
		   (!range->is_never_contacted && allowance != NULL && is_opened(ip, allowance));
	if (ret_reason != NULL) {
		*ret_reason = may ? NULL : range->reason;
	}
	return may;
}
