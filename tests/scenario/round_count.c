// SPDX-License-Identifier: BSD-3-Clause

#include "round_count.h"

#include <errno.h>
#include <string.h>

const char *round_count_name(enum round_count count)
{
	static const char *const names[COUNT_COUNT] = {
#define ROUND_COUNT_NAME(name) [COUNT_##name] = #name,
		ROUND_COUNTS(ROUND_COUNT_NAME)
#undef ROUND_COUNT_NAME
#define ROUND_COUNT_NAME(name) [COUNT_COUNTER_##name] = #name,
			PLX_WORKER_COUNTERS(ROUND_COUNT_NAME)
#undef ROUND_COUNT_NAME
	};
	if (count >= COUNT_FIRST_REASON && count < COUNT_FIRST_COUNTER) {
		return plx_drop_reason_name((enum plx_drop_reason)(count - COUNT_FIRST_REASON));
	}
	return names[count];
}

int round_count_find(const char *name, size_t length)
{
	for (int count = 0; count < COUNT_COUNT; count++) {
		const char *candidate = round_count_name((enum round_count)count);
		if (strlen(candidate) == length && memcmp(candidate, name, length) == 0) {
			return count;
		}
	}
	return -ENOENT;
}
