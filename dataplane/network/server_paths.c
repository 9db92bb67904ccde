// SPDX-License-Identifier: BSD-3-Clause

#include "network/server_paths.h"

#include "base/table_memory.h"

#include <assert.h>
#include <stdlib.h>

#define WAYS 8 // of one set
#define SETS (SERVER_PATHS_MAX / WAYS)

struct server_path {
	struct plx_ip server; // family 0: free
	bool is_known;        // was answered at learnt_ns; with a header of length 0: no way
	struct header_template header;
	uint64_t learnt_ns;
	uint64_t asked_ns; // 0: never
	uint64_t used_ns;
};

struct server_paths {
	struct plx_siphash_key key;
	struct server_path *entries; // SETS times WAYS
};

struct server_paths *server_paths_create(const struct plx_siphash_key *key)
{
	struct server_paths *paths = calloc(1, sizeof(*paths));
	if (paths == NULL) {
		return NULL;
	}
	paths->key = *key;
	paths->entries = table_memory_map(SERVER_PATHS_MAX * sizeof(*paths->entries));
	if (paths->entries == NULL) {
		free(paths);
		return NULL;
	}
	return paths;
}

void server_paths_destroy(struct server_paths *paths)
{
	if (paths == NULL) {
		return;
	}
	table_memory_unmap(paths->entries, SERVER_PATHS_MAX * sizeof(*paths->entries));
	free(paths);
}

static struct server_path *set_of(const struct server_paths *paths, const struct plx_ip *server)
{
	uint64_t words[2];
	static_assert(sizeof(words) == sizeof(server->bytes), "an address is two words");
	memcpy(words, server->bytes, sizeof(words));
	struct plx_siphash_state state = plx_siphash_start(&paths->key);
	plx_siphash_absorb(&state, words[0]);
	plx_siphash_absorb(&state, words[1]);
	plx_siphash_absorb(&state, server->family);
	return &paths->entries[plx_siphash_end(&state) % SETS * WAYS];
}

static struct server_path *find(const struct server_paths *paths, const struct plx_ip *server)
{
	struct server_path *set = set_of(paths, server);
	for (unsigned i = 0; i < WAYS; i++) {
		if (plx_ip_equal(&set[i].server, server)) {
			return &set[i];
		}
	}
	return NULL;
}

static struct server_path *find_or_enter(struct server_paths *paths, const struct plx_ip *server)
{
	struct server_path *set = set_of(paths, server);
	struct server_path *oldest = &set[0];
	for (unsigned i = 0; i < WAYS; i++) {
		if (plx_ip_equal(&set[i].server, server)) {
			return &set[i];
		}
		if (set[i].used_ns < oldest->used_ns) {
			oldest = &set[i];
		}
	}
	*oldest = (struct server_path) {.server = *server};
	return oldest;
}

enum server_path_use server_paths_use(struct server_paths *paths, const struct plx_ip *server,
				      uint64_t now_ns, const struct header_template **ret_header,
				      bool *ret_must_ask)
{
	struct server_path *path = find_or_enter(paths, server);
	path->used_ns = now_ns;
	uint64_t age_ns = now_ns - path->learnt_ns;
	bool is_open = path->is_known && path->header.length > 0 && age_ns < SERVER_PATH_VALID_NS;
	bool is_none = path->is_known && path->header.length == 0 && age_ns < SERVER_PATH_NONE_NS;
	bool is_fresh = is_none || (is_open && age_ns < SERVER_PATH_REFRESH_NS);
	*ret_must_ask =
		!is_fresh && (path->asked_ns == 0 || now_ns - path->asked_ns >= SERVER_PATH_ASK_NS);
	if (*ret_must_ask) {
		path->asked_ns = now_ns;
	}
	if (is_open) {
		*ret_header = &path->header;
		return SERVER_PATH_OPEN;
	}
	return is_none ? SERVER_PATH_NONE : SERVER_PATH_WAIT;
}

void server_paths_learn(struct server_paths *paths, const struct plx_ip *server,
			const struct header_template *header, uint64_t now_ns)
{
	struct server_path *path = find(paths, server);
	if (path == NULL) {
		return;
	}
	path->is_known = true;
	path->learnt_ns = now_ns;
	path->header = header != NULL ? *header : (struct header_template) {0};
}
