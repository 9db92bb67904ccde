// SPDX-License-Identifier: BSD-3-Clause
// SipHash with a published key: the input is the operator's own, stability is what counts.

#include "sweep/shard.h"

#include <parallax/base/siphash.h>

#include <errno.h>
#include <stdlib.h>

static const struct plx_siphash_key shard_key = {0x7061726c6c617831, 0x736861726473f00d};

int shard_parse(const char *text, struct shard *ret_shard)
{
	char *end;
	errno = 0;
	unsigned long index = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '/' || end[1] < '0' || end[1] > '9') {
		return -EINVAL;
	}
	unsigned long count = strtoul(end + 1, &end, 10);
	if (*end != '\0' || errno != 0 || index < 1 || index > count || count > SHARD_COUNT_MAX) {
		return -EINVAL;
	}
	*ret_shard = (struct shard) {.index = (uint32_t)index, .count = (uint32_t)count};
	return 0;
}

bool shard_has_octets(const struct shard *shard, const void *octets, size_t length)
{
	if (shard->count == 1) {
		return true;
	}
	return plx_siphash(&shard_key, octets, length) % shard->count == shard->index - 1;
}

bool shard_has_name(const struct shard *shard, const struct plx_name *name)
{
	if (shard->count == 1) {
		return true;
	}
	struct plx_name lower = *name;
	plx_name_lower(&lower);
	return shard_has_octets(shard, lower.wire, lower.length);
}
