// SPDX-License-Identifier: BSD-3-Clause

#include "validation/zone_trust.h"

#include <stdlib.h>

struct zone_keys *zone_keys_create(struct key_set *set)
{
	struct zone_keys *keys = malloc(sizeof(*keys));
	if (keys == NULL) {
		key_set_destroy(set);
		return NULL;
	}
	*keys = (struct zone_keys) {.set = set, .holder_count = 1};
	return keys;
}

struct zone_keys *zone_keys_hold(struct zone_keys *keys)
{
	if (keys != NULL) {
		keys->holder_count++;
	}
	return keys;
}

void zone_keys_release(struct zone_keys *keys)
{
	if (keys != NULL && --keys->holder_count == 0) {
		key_set_destroy(keys->set);
		free(keys);
	}
}
