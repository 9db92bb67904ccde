// SPDX-License-Identifier: BSD-3-Clause
// An event loop with a look-up service on it, and what came of the look-ups.

#pragma once

#include "lookup/lookup.h"

#include "../exchange/client_session.h"
#include "cunit_runner.h"

#include <event2/event.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct loop {
	struct event_base *base;
	struct lookup_service *service;
	struct session_socket socket;
};

struct answer {
	unsigned count;
	uint64_t tag;
	uint8_t status;
	uint8_t cause;
	bool is_right; // the body is what the host answers
	struct plx_job job;
};

static inline struct loop loop_open(uint32_t window, uint32_t waiting_max, uint32_t grace_ms)
{
	struct loop loop = {.base = event_base_new(), .socket = session_socket_create()};
	CU_ASSERT_PTR_NOT_NULL_FATAL(loop.base);
	int error = 0;
	loop.service = lookup_service_open(loop.base,
					   &(struct lookup_config) {.socket_path = loop.socket.path,
								    .name = "lookup test",
								    .window = window,
								    .waiting_max = waiting_max,
								    .grace_ms = grace_ms},
					   &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(loop.service);
	return loop;
}

static inline void loop_close(struct loop *loop)
{
	lookup_service_close(loop->service);
	event_base_free(loop->base);
	session_socket_remove(&loop->socket);
}

static inline void answer_arrived(void *context, const struct plx_result *result,
				  const uint8_t *body)
{
	struct answer *answer = context;
	answer->count++;
	answer->tag = result->tag;
	answer->status = result->status;
	answer->cause = result->cause;
	answer->is_right = exchange_host_body_is_right(&answer->job, body, result->body_length);
}

static inline struct lookup *answer_start(struct loop *loop, struct answer *answer, unsigned index,
					  uint16_t qtype, uint32_t timeout_ms)
{
	char text[40];
	int length = snprintf(text, sizeof(text), "n%u.example.test", index);
	*answer = (struct answer) {.job = {.tag = 7000 + index,
					   .kind = PLX_JOB_LOOKUP,
					   .qtype = qtype,
					   .timeout_ms = timeout_ms}};
	CU_ASSERT_EQUAL(plx_name_parse(text, (size_t)length, &answer->job.name), 0);
	struct lookup *lookup = NULL;
	CU_ASSERT_EQUAL(lookup_start(loop->service, &answer->job, answer_arrived, answer, &lookup),
			0);
	CU_ASSERT_EQUAL(answer->count, 0);
	return lookup;
}

static inline void loop_alarm(evutil_socket_t fd, short what, void *context)
{
	*(bool *)context = true;
}

// Turns the loop while `condition`, at most until the deadline of all tests, which is a failure.
#define LOOP_WHILE(loop, condition)                                                                \
	do {                                                                                       \
		bool is_late = false;                                                              \
		struct event *alarm_event = evtimer_new((loop)->base, loop_alarm, &is_late);       \
		const struct timeval limit = {.tv_sec = EXCHANGE_HOST_DEADLINE_MS / 1000};         \
		evtimer_add(alarm_event, &limit);                                                  \
		while ((condition) && !is_late) {                                                  \
			event_base_loop((loop)->base, EVLOOP_ONCE);                                \
		}                                                                                  \
		event_free(alarm_event);                                                           \
		CU_ASSERT_FALSE_FATAL(is_late);                                                    \
	} while (0)

static inline struct lookup_stats loop_stats(const struct loop *loop)
{
	struct lookup_stats stats;
	lookup_service_stats(loop->service, &stats);
	return stats;
}
