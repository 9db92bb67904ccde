// SPDX-License-Identifier: BSD-3-Clause
// Which lines of the input belong to this process: a stable hash of the name decides, so that every shard agrees
// on every machine, and names that differ in case only stay together.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/dns/name.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHARD_COUNT_MAX 65536

struct shard {
	uint32_t index; // 1..count
	uint32_t count; // 1: everything
};

// "2/5". -EINVAL.
PLX_MUST_CHECK int shard_parse(const char *text, struct shard *ret_shard);
bool shard_has_name(const struct shard *shard, const struct plx_name *name);
// For lines that hold no name: by their octets.
bool shard_has_octets(const struct shard *shard, const void *octets, size_t length);
