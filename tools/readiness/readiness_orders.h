// SPDX-License-Identifier: BSD-3-Clause
// The orders that are at the daemon: sent, tried again when it has no room, and what its answers mean.

#pragma once

#include <parallax/base/attributes.h>

#include "readiness/call_window.h"
#include "readiness/readiness_run.h"

#include <stdbool.h>
#include <stdint.h>

struct json_t;
struct readiness_tally;

struct readiness_order {
	uint64_t line; // 0: free
	struct json_t *params;
	unsigned tries;
	int64_t retry_at_ms; // 0: it is at the daemon
};

struct readiness_orders {
	struct call_window window;
	struct readiness_tally *tally;
	unsigned count;
	int64_t heard_ms; // when the daemon last said something, or had nothing to say
	struct readiness_order orders[CALL_WINDOW_SIZE];
};

// -errno: the descriptor is the caller's still, and the orders are empty.
PLX_MUST_CHECK int readiness_orders_init(struct readiness_orders *orders, int daemon_fd,
					 struct readiness_tally *tally, int64_t now_ms);
// Tells the tally those that are left as not run.
void readiness_orders_fini(struct readiness_orders *orders, const char *cause);
// False also while the daemon has not taken what was sent: memory does not grow with its slowness.
bool readiness_orders_have_room(const struct readiness_orders *orders);
// Takes the order's reference and sends it; only with room.
void readiness_orders_add(struct readiness_orders *orders, uint64_t line, struct json_t *order,
			  int64_t now_ms);
void readiness_orders_drop(struct json_t *order);
// Sends again what is due.
void readiness_orders_retry(struct readiness_orders *orders, int64_t now_ms);
// How long to wait for events, at most `longest_ms`.
int readiness_orders_wait_ms(const struct readiness_orders *orders, int64_t now_ms, int longest_ms);
bool readiness_orders_are_stuck(const struct readiness_orders *orders, int64_t now_ms);
// Writes and reads what can be. READINESS_NOT_RUN: goes on; else the end and one line about it.
enum readiness_end readiness_orders_exchange(struct readiness_orders *orders, int64_t now_ms,
					     char *ret_fault, unsigned fault_size);
