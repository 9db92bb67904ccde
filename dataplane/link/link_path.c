// SPDX-License-Identifier: BSD-3-Clause

#include "link/link_path.h"

bool link_path_equal(const struct link_path *a, const struct link_path *b)
{
	return a->state == b->state && mac_equal(&a->source_mac, &b->source_mac) &&
	       mac_equal(&a->destination_mac, &b->destination_mac) &&
	       plx_ip_equal(&a->source, &b->source) && plx_ip_equal(&a->next_hop, &b->next_hop);
}

const char *link_path_state_name(enum link_path_state state)
{
	static const char *const names[] = {
#define LINK_PATH_NAME(name, word, text) [LINK_PATH_##name] = word,
		LINK_PATH_STATES(LINK_PATH_NAME)
#undef LINK_PATH_NAME
	};
	return (unsigned)state < LINK_PATH_STATE_COUNT ? names[state] : "unknown";
}

const char *link_path_state_text(enum link_path_state state)
{
	static const char *const texts[] = {
#define LINK_PATH_TEXT(name, word, text) [LINK_PATH_##name] = text,
		LINK_PATH_STATES(LINK_PATH_TEXT)
#undef LINK_PATH_TEXT
	};
	return (unsigned)state < LINK_PATH_STATE_COUNT ? texts[state] : "not known";
}
