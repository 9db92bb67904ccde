// SPDX-License-Identifier: BSD-3-Clause
// The loop: input, daemon, interrupt.

#include "readiness/readiness_run.h"

#include <parallax/base/error.h>

#include "readiness/order_list.h"
#include "readiness/readiness_orders.h"
#include "readiness/readiness_progress.h"
#include "readiness/readiness_tally.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/stat.h>

#define READ_BYTES ((size_t)64 * 1024)

struct run {
	const struct readiness_run_config *config;
	struct readiness_tally *tally;
	struct readiness_orders orders;
	struct order_list list;
	off_t input_size; // of a file; -1: of anything else
	bool wants_input; // no whole line is left, and there is room for more orders
	enum readiness_end end;
	char *fault;
	unsigned fault_size;
};

const char *readiness_end_name(enum readiness_end end)
{
	switch (end) {
	case READINESS_NOT_RUN:
		break;
	case READINESS_DONE:
		return "done";
	case READINESS_INTERRUPTED:
		return "interrupted";
	case READINESS_LOST:
		return "daemon-lost";
	case READINESS_REFUSED:
		return "refused";
	case READINESS_INPUT_FAILED:
		return "input-failed";
	}
	return "not-run";
}

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void end_run(struct run *run, enum readiness_end end, const char *fault)
{
	if (run->end == READINESS_NOT_RUN) {
		run->end = end;
		snprintf(run->fault, run->fault_size, "%s", fault);
	}
}

// Lines to orders at the daemon, as long as there is room.
static void take_lines(struct run *run, int64_t now)
{
	struct order_line line;
	run->wants_input = false;
	while (readiness_orders_have_room(&run->orders)) {
		switch (order_list_next(&run->list, &line)) {
		case ORDER_LINE_NONE:
			run->wants_input = !run->list.is_ended;
			return;
		case ORDER_LINE_FAULTY:
			readiness_tally_fault(run->tally, line.number, &line.fault);
			break;
		case ORDER_LINE_ORDER:
			readiness_orders_add(&run->orders, line.number, line.order, now);
			break;
		}
	}
}

static void read_input(struct run *run)
{
	char octets[READ_BYTES];
	ssize_t count = read(run->config->input_fd, octets, sizeof(octets));
	if (count > 0 && order_list_add(&run->list, octets, (size_t)count) == 0) {
		return;
	}
	if (count < 0 && (errno == EINTR || errno == EAGAIN)) {
		return;
	}
	if (count == 0) {
		order_list_end(&run->list);
	} else {
		end_run(run, READINESS_INPUT_FAILED, plx_error_text(count < 0 ? -errno : -ENOMEM));
	}
}

static uint64_t count_done(const struct readiness_tally *tally)
{
	return tally->orders_passed + tally->orders_failed + tally->orders_faulty +
	       tally->orders_not_run;
}

// Of a file the number of lines is estimated by those that were read.
static void show_progress(struct run *run, int64_t now)
{
	struct readiness_state state = {
		.done = count_done(run->tally),
		.identifiers_failed = run->tally->identifiers_failed,
	};
	uint64_t taken = state.done + run->orders.count;
	if (order_list_is_done(&run->list)) {
		state.total = taken;
	} else if (run->input_size > 0 && run->list.taken > 0) {
		double share = (double)run->list.taken / (double)run->input_size;
		state.total = (uint64_t)((double)taken / (share < 1 ? share : 1));
		state.total_is_estimated = true;
	}
	readiness_progress_turn(run->config->progress, &state, now);
}

static void wait_events(struct run *run, int64_t now)
{
	struct pollfd fds[] = {
		{.fd = run->orders.window.fd, .events = POLLIN},
		{.fd = run->wants_input ? run->config->input_fd : -1, .events = POLLIN},
		{.fd = run->config->interrupt_fd, .events = POLLIN},
	};
	if (call_window_wants_write(&run->orders.window)) {
		fds[0].events |= POLLOUT;
	}
	int timeout_ms = readiness_orders_wait_ms(&run->orders, now, READINESS_DRAW_MS);
	if (poll(fds, PLX_ARRAY_SIZE(fds), timeout_ms) < 0) {
		return; // EINTR
	}
	// What was answered before an interrupt counts.
	if (fds[0].revents != 0 || fds[2].revents != 0) {
		enum readiness_end end = readiness_orders_exchange(&run->orders, now_ms(),
								   run->fault, run->fault_size);
		run->end = end != READINESS_NOT_RUN ? end : run->end;
	}
	if (fds[2].revents != 0) {
		end_run(run, READINESS_INTERRUPTED, "interrupted");
	} else if (fds[1].revents != 0) {
		read_input(run);
	}
}

static const char *cause_of(enum readiness_end end)
{
	switch (end) {
	case READINESS_LOST:
		return "the daemon was lost before it answered";
	case READINESS_REFUSED:
		return "the daemon does not run orders for readiness";
	case READINESS_INTERRUPTED:
		return "interrupted before it was answered";
	case READINESS_INPUT_FAILED:
		return "the input failed before it was answered";
	case READINESS_NOT_RUN:
	case READINESS_DONE:
		break;
	}
	return "it was not answered";
}

// The rest of a file, so that the report tells each order that has no answer. A pipe may never end.
static void pass_rest(struct run *run)
{
	struct order_line line;
	enum order_line_kind kind;
	bool goes_on = true;
	while (goes_on) {
		while ((kind = order_list_next(&run->list, &line)) != ORDER_LINE_NONE) {
			if (kind == ORDER_LINE_FAULTY) {
				readiness_tally_fault(run->tally, line.number, &line.fault);
				continue;
			}
			readiness_orders_drop(line.order);
			readiness_tally_not_run(run->tally, line.number, cause_of(run->end));
		}
		goes_on = !run->list.is_ended && run->input_size >= 0 && run->end == READINESS_LOST;
		if (goes_on) {
			read_input(run);
			struct pollfd interrupt = {.fd = run->config->interrupt_fd,
						   .events = POLLIN};
			goes_on = poll(&interrupt, 1, 0) <= 0;
		}
	}
	if (!order_list_is_done(&run->list)) {
		run->tally->unread_from = run->list.number + 1;
	}
}

static void run_loop(struct run *run)
{
	while (run->end == READINESS_NOT_RUN) {
		int64_t now = now_ms();
		readiness_orders_retry(&run->orders, now);
		take_lines(run, now);
		show_progress(run, now);
		if (order_list_is_done(&run->list) && run->orders.count == 0) {
			run->end = READINESS_DONE;
		} else if (readiness_orders_are_stuck(&run->orders, now)) {
			end_run(run, READINESS_LOST, "the daemon has said nothing for minutes");
		} else {
			wait_events(run, now);
		}
	}
}

enum readiness_end readiness_run(const struct readiness_run_config *config,
				 struct readiness_tally *tally, char *ret_fault,
				 unsigned fault_size)
{
	struct run run = {.config = config,
			  .tally = tally,
			  .input_size = -1,
			  .fault = ret_fault,
			  .fault_size = fault_size};
	struct stat status;
	if (fstat(config->input_fd, &status) == 0 && S_ISREG(status.st_mode)) {
		run.input_size = status.st_size;
	}
	ret_fault[0] = '\0';
	order_list_init(&run.list);
	int error = readiness_orders_init(&run.orders, config->daemon_fd, tally, now_ms());
	if (error != 0) {
		close(config->daemon_fd);
		end_run(&run, READINESS_LOST, plx_error_text(error));
	} else {
		run_loop(&run);
	}
	readiness_orders_fini(&run.orders, cause_of(run.end));
	if (run.end != READINESS_DONE) {
		pass_rest(&run);
	}
	order_list_fini(&run.list);
	readiness_progress_clear(config->progress);
	return run.end;
}
