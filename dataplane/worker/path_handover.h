// SPDX-License-Identifier: BSD-3-Clause
// Asks for the ways to servers (network/server_paths.h) go from each worker to the control thread and answers come
// back, by rings with one producer and one consumer.
//
//   worker ── path_ask ──► path_asks ──► control thread: path_asks_take, link/, path_answer ──► path_answers ──► worker

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include "network/header_template.h"

#include <stdbool.h>
#include <stdint.h>

#define PATH_RING_SIZE 1024

struct worker;

struct path_ask {
	struct plx_ip server;
	uint8_t padding[3]; // elements of a ring are whole words
};

struct path_answer {
	struct plx_ip server;
	struct plx_ip source; // our address that the header has
	bool is_open;         // else there is no way, and no header
	struct header_template header;
};

// Worker. False when the ring is full: ask again later. The caller notifies the control thread.
bool path_ask(struct worker *worker, const struct plx_ip *server);
// Worker. Takes all answers into its table; true when there were some.
bool path_answers_learn(struct worker *worker, uint64_t now_ns);

// Control thread. At most `max` asks, and no more than there is room for answers.
unsigned path_asks_take(struct worker *worker, struct path_ask *ret_asks, unsigned max);
PLX_PURE bool path_asks_wait(const struct worker *worker);
// Control thread: to an ask that was taken. Wakes the worker.
void path_answer(struct worker *worker, const struct path_answer *answer);
