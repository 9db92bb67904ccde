// SPDX-License-Identifier: BSD-3-Clause
// How to reach any server: what a worker knows of the ways to the servers that iterative look-ups ask, millions in the
// course of time, of which it remembers SERVER_PATHS_MAX. It finds none out by itself: whoever uses the table hands its
// asks to the control thread, which answers (link/link_path.h), and lets queries wait meanwhile.
//
//            asked, answered                 SERVER_PATH_REFRESH_NS in use
//   unknown ────────────────► OPEN or NONE ───────────────────────────────► asked again, used meanwhile
//      ▲                          │ SERVER_PATH_VALID_NS, SERVER_PATH_NONE_NS
//      └──────────────────────────┘
//
// Addresses come from strangers' zones: the hash is keyed, a set of the table holds few, and of those the one not used
// for the longest time makes room. One thread. Pure: time is an argument.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>
#include <parallax/base/siphash.h>

#include "network/header_template.h"

#include <stdbool.h>
#include <stdint.h>

#define SERVER_PATHS_MAX 65536 // of 128 octets each, taken when touched
#define SERVER_PATH_REFRESH_NS (5ull * 1000000000)
#define SERVER_PATH_VALID_NS (20ull * 1000000000)
#define SERVER_PATH_NONE_NS (1ull * 1000000000) // no way: looked for again after it
#define SERVER_PATH_ASK_NS (2ull * 1000000)     // between two asks for one server

struct server_paths;

// NULL when there is no memory.
struct server_paths *server_paths_create(const struct plx_siphash_key *key);
void server_paths_destroy(struct server_paths *paths); // or NULL

enum server_path_use {
	SERVER_PATH_WAIT, // not known yet
	SERVER_PATH_OPEN, // the header is to be used at once
	SERVER_PATH_NONE, // no way leads there
};

// Whether and how to send to `server` now. `ret_must_ask`: the control thread is to be asked for it, and an ask that
// could not be handed over is repeated at the next use after SERVER_PATH_ASK_NS. ret_header is set for OPEN and good
// until the next call of any function.
enum server_path_use server_paths_use(struct server_paths *paths, const struct plx_ip *server,
				      uint64_t now_ns, const struct header_template **ret_header,
				      bool *ret_must_ask);

// An answer to an ask. `header` NULL: there is no way. For a server that made room meanwhile it is dropped.
void server_paths_learn(struct server_paths *paths, const struct plx_ip *server,
			const struct header_template *header, uint64_t now_ns);
