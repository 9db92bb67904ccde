// SPDX-License-Identifier: BSD-3-Clause

#include "readiness/readiness_orders.h"

#include <parallax/base/error.h>
#include <parallax/protocol/rpc_error.h>

#include "readiness/json_keep.h"
#include "readiness/order_list.h"
#include "readiness/readiness_tally.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ORDER_PLACE "/params/order" // the order in a request

int readiness_orders_init(struct readiness_orders *orders, int daemon_fd,
			  struct readiness_tally *tally, int64_t now_ms)
{
	*orders = (struct readiness_orders) {.tally = tally, .heard_ms = now_ms, .window.fd = -1};
	return call_window_init(&orders->window, daemon_fd);
}

static void forget(struct readiness_orders *orders, struct readiness_order *order)
{
	json_decref(order->params);
	*order = (struct readiness_order) {0};
	orders->count--;
}

static void settle_not_run(struct readiness_orders *orders, struct readiness_order *order,
			   const char *cause)
{
	readiness_tally_not_run(orders->tally, order->line, cause);
	forget(orders, order);
}

static void settle_faulty(struct readiness_orders *orders, struct readiness_order *order,
			  const char *pointer, const char *text)
{
	struct order_fault fault;
	snprintf(fault.pointer, sizeof(fault.pointer), "%s", pointer);
	snprintf(fault.text, sizeof(fault.text), "%s", text);
	readiness_tally_fault(orders->tally, order->line, &fault);
	forget(orders, order);
}

void readiness_orders_fini(struct readiness_orders *orders, const char *cause)
{
	for (unsigned i = 0; i < CALL_WINDOW_SIZE; i++) {
		if (orders->orders[i].line != 0) {
			settle_not_run(orders, &orders->orders[i], cause);
		}
	}
	call_window_fini(&orders->window);
}

bool readiness_orders_have_room(const struct readiness_orders *orders)
{
	return orders->count < CALL_WINDOW_SIZE && !call_window_wants_write(&orders->window);
}

void readiness_orders_drop(json_t *order)
{
	json_decref(order);
}

static void send_order(struct readiness_orders *orders, struct readiness_order *order,
		       int64_t now_ms)
{
	if (orders->window.open_count == 0) {
		orders->heard_ms = now_ms; // until now it had nothing to say
	}
	order->retry_at_ms = 0;
	order->tries++;
	uint64_t tag = (uint64_t)(order - orders->orders) + 1;
	int error = call_window_send(&orders->window, READINESS_METHOD, order->params, tag);
	if (error == -EMSGSIZE) {
		settle_faulty(orders, order, "", "the order is longer than the daemon takes");
	} else if (error != 0) {
		settle_not_run(orders, order, plx_error_text(error));
	} else {
		error = call_window_write(&orders->window);
		(void)error; // reading tells of a lost connection, after what came before
	}
}

void readiness_orders_add(struct readiness_orders *orders, uint64_t line, json_t *order,
			  int64_t now_ms)
{
	struct readiness_order *slot = orders->orders;
	while (slot->line != 0) {
		slot++;
	}
	slot->line = line;
	slot->params =
		json_keep(json_pack("{s:o, s:s}", "order", order, "purpose", READINESS_PURPOSE));
	orders->count++;
	send_order(orders, slot, now_ms);
}

void readiness_orders_retry(struct readiness_orders *orders, int64_t now_ms)
{
	for (unsigned i = 0; i < CALL_WINDOW_SIZE; i++) {
		struct readiness_order *order = &orders->orders[i];
		if (order->line != 0 && order->retry_at_ms != 0 && order->retry_at_ms <= now_ms) {
			send_order(orders, order, now_ms);
		}
	}
}

int readiness_orders_wait_ms(const struct readiness_orders *orders, int64_t now_ms, int longest_ms)
{
	int64_t wait_ms = longest_ms;
	for (unsigned i = 0; i < CALL_WINDOW_SIZE; i++) {
		const struct readiness_order *order = &orders->orders[i];
		if (order->line != 0 && order->retry_at_ms != 0 &&
		    order->retry_at_ms - now_ms < wait_ms) {
			wait_ms = order->retry_at_ms - now_ms;
		}
	}
	return wait_ms > 0 ? (int)wait_ms : 0;
}

bool readiness_orders_are_stuck(const struct readiness_orders *orders, int64_t now_ms)
{
	return orders->window.open_count > 0 && now_ms - orders->heard_ms > READINESS_SILENCE_MS;
}

// Whether the error is about the order, and where in it.
static const char *place_in_order(const json_t *error)
{
	const char *pointer = json_text(json_object_get(error, "data"), "pointer");
	size_t length = strlen(ORDER_PLACE);
	bool is_inside = strncmp(pointer, ORDER_PLACE, length) == 0 &&
			 (pointer[length] == '\0' || pointer[length] == '/');
	return is_inside ? pointer + length : NULL;
}

// False: no order will fare better.
static bool settle_error(struct readiness_orders *orders, struct readiness_order *order,
			 const json_t *error, int64_t now_ms)
{
	json_int_t code = json_integer_value(json_object_get(error, "code"));
	const char *message = json_text(error, "message");
	const char *pointer = place_in_order(error);
	if (code == PLX_RPC_INVALID_PARAMS && pointer != NULL) {
		settle_faulty(orders, order, pointer, message);
		return true;
	}
	if (code == PLX_RPC_BUSY && order->tries < READINESS_BUSY_TRIES_MAX) {
		order->retry_at_ms = now_ms + READINESS_BUSY_RETRY_MS;
		return true;
	}
	if (code == PLX_RPC_INVALID_PARAMS || code == PLX_RPC_NO_METHOD || code == PLX_RPC_DENIED) {
		return false;
	}
	settle_not_run(orders, order, message);
	return true;
}

static enum readiness_end settle_result(struct readiness_orders *orders,
					struct readiness_order *order, const json_t *result,
					char *ret_fault, unsigned fault_size)
{
	int error = readiness_tally_answer(orders->tally, order->line, result);
	if (error == -EPERM) {
		snprintf(ret_fault, fault_size,
			 "the daemon ran an order in another mode than report-only (\"%s\")",
			 json_text(result, "mode"));
		return READINESS_REFUSED;
	}
	if (error != 0) {
		settle_not_run(orders, order, "the daemon's answer is not an order's");
	} else {
		forget(orders, order);
	}
	return READINESS_NOT_RUN;
}

static enum readiness_end settle_answer(struct readiness_orders *orders, uint64_t tag,
					const json_t *answer, int64_t now_ms, char *ret_fault,
					unsigned fault_size)
{
	const json_t *result = json_object_get(answer, "result");
	const json_t *error = json_object_get(answer, "error");
	if (tag != 0 && result != NULL) {
		return settle_result(orders, &orders->orders[tag - 1], result, ret_fault,
				     fault_size);
	}
	if (tag != 0 && settle_error(orders, &orders->orders[tag - 1], error, now_ms)) {
		return READINESS_NOT_RUN;
	}
	snprintf(ret_fault, fault_size, "%s", json_text(error, "message"));
	return READINESS_REFUSED;
}

enum readiness_end readiness_orders_exchange(struct readiness_orders *orders, int64_t now_ms,
					     char *ret_fault, unsigned fault_size)
{
	int failed = call_window_write(&orders->window);
	int lost = call_window_read(&orders->window);
	enum readiness_end end = READINESS_NOT_RUN;
	uint64_t tag = 0;
	json_t *answer = NULL;
	int found = 0;
	while (end == READINESS_NOT_RUN &&
	       (found = call_window_next(&orders->window, &tag, &answer)) == 1) {
		orders->heard_ms = now_ms;
		end = settle_answer(orders, tag, answer, now_ms, ret_fault, fault_size);
		json_decref(answer);
	}
	lost = found < 0 ? found : lost;
	if (end == READINESS_NOT_RUN && lost != 0) {
		(void)failed; // what reading says is the later news
		snprintf(ret_fault, fault_size, "%s",
			 lost == -EPROTO ? "the answer is not JSON-RPC" : plx_error_text(lost));
		end = READINESS_LOST;
	}
	return end;
}
