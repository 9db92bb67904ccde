// SPDX-License-Identifier: BSD-3-Clause
// A client with a numbered set of jobs, each of which must come back exactly once with the right body.

#pragma once

#include <parallax/exchange/client.h>

#include "cunit_runner.h"
#include "exchange_host.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// A socket path in a directory of its own.
struct session_socket {
	char directory[64];
	char path[80];
};

struct session {
	struct plx_client *client;
	uint32_t job_count;
	struct plx_job *jobs; // as submitted; tag is the index + a constant
	uint8_t *results;     // per job: how many results came
	uint32_t answered;    // jobs with PLX_STATUS_ANSWERED
	uint32_t lost;        // jobs with PLX_STATUS_LOST
	uint32_t wrong;       // results that are not what they must be
	uint32_t timeouts;    // waits that took their whole deadline
};

#define SESSION_TAG_BASE 0xabcdef0000000000ull

static inline struct session_socket session_socket_create(void)
{
	struct session_socket socket;
	snprintf(socket.directory, sizeof(socket.directory), "/tmp/plx-exchange-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(socket.directory));
	snprintf(socket.path, sizeof(socket.path), "%s/dataplane", socket.directory);
	return socket;
}

static inline void session_socket_remove(const struct session_socket *socket)
{
	unlink(socket->path);
	rmdir(socket->directory);
}

static inline void session_open(struct session *session, const struct session_socket *socket,
				uint32_t window, uint32_t job_count)
{
	const struct plx_client_config config = {.socket_path = socket->path,
						 .name = "test",
						 .priority = PLX_PRIORITY_BULK,
						 .window = window};
	int error = 0;
	*session = (struct session) {.job_count = job_count};
	session->jobs = calloc(job_count, sizeof(*session->jobs));
	session->results = calloc(job_count, 1);
	session->client = plx_client_open(&config, &error);
	CU_ASSERT_EQUAL(error, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(session->client);
	CU_ASSERT_TRUE(plx_client_is_attached(session->client));
}

static inline void session_close(struct session *session)
{
	plx_client_close(session->client);
	free(session->jobs);
	free(session->results);
}

static inline struct plx_job session_job(struct session *session, uint32_t index, uint16_t qtype,
					 uint32_t body_length)
{
	struct plx_job job = {.tag = SESSION_TAG_BASE + index,
			      .kind = PLX_JOB_LOOKUP,
			      .qtype = qtype,
			      .timeout_ms = body_length};
	char text[40];
	int length = snprintf(text, sizeof(text), "n%u.example.test", index);
	CU_ASSERT_EQUAL(plx_name_parse(text, (size_t)length, &job.name), 0);
	session->jobs[index] = job;
	return job;
}

static inline void session_result(void *context, const struct plx_result *result,
				  const uint8_t *body)
{
	struct session *session = context;
	uint64_t index = result->tag - SESSION_TAG_BASE;
	if (index >= session->job_count || session->results[index]++ > 0 ||
	    result->qtype != session->jobs[index].qtype) {
		session->wrong++;
	} else if (result->status == PLX_STATUS_LOST) {
		session->lost++;
		session->wrong += result->cause != PLX_CAUSE_DATAPLANE_LOST ||
				  result->body_length != 0 || result->time_ns == 0;
	} else {
		session->answered++;
		session->wrong += !exchange_host_body_is_right(&session->jobs[index], body,
							       result->body_length);
	}
}

static inline unsigned session_collect(struct session *session, unsigned max)
{
	return plx_client_collect(session->client, max, session_result, session);
}

static inline uint64_t session_now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

// Collects; when there is nothing, waits. A wait that takes its whole deadline ends in `timeouts`.
static inline void session_turn(struct session *session)
{
	if (session_collect(session, 100) > 0) {
		return;
	}
	uint64_t start_ms = session_now_ms();
	int error = plx_client_wait(session->client, EXCHANGE_HOST_DEADLINE_MS / 4);
	CU_ASSERT_EQUAL(error, 0);
	session->timeouts += session_now_ms() - start_ms >= EXCHANGE_HOST_DEADLINE_MS / 4;
}

static inline void session_submit(struct session *session, uint32_t index, uint16_t qtype,
				  uint32_t body_length)
{
	struct plx_job job = session_job(session, index, qtype, body_length);
	int error = plx_client_submit(session->client, &job);
	while (error == -EAGAIN && session->timeouts == 0) {
		session_turn(session);
		error = plx_client_submit(session->client, &job);
	}
	CU_ASSERT_EQUAL(error, 0);
}

static inline void session_wait_answered(struct session *session, uint32_t count)
{
	while (session->answered < count && session->timeouts == 0) {
		session_turn(session);
	}
	CU_ASSERT_EQUAL(session->answered, count);
}

// Until nothing is outstanding.
static inline void session_finish(struct session *session)
{
	while (plx_client_outstanding(session->client) > 0 && session->timeouts == 0) {
		session_turn(session);
	}
	CU_ASSERT_EQUAL(plx_client_outstanding(session->client), 0);
}
