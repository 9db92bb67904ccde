// SPDX-License-Identifier: BSD-3-Clause

#include "pool_fixture.h"

#include <parallax/dns/name.h>
#include <parallax/dns/rr_type.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void wake(void *context, unsigned worker)
{
	struct pool_fixture *fixture = context;
	pthread_mutex_lock(&fixture->mutex);
	fixture->wake_count[worker]++;
	pthread_cond_broadcast(&fixture->woken);
	pthread_mutex_unlock(&fixture->mutex);
}

void pool_fixture_init(struct pool_fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	pthread_mutex_init(&fixture->mutex, NULL);
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&fixture->woken, &attributes);
	pthread_condattr_destroy(&attributes);
	int error = 0;
	fixture->pool = tcp_pool_create(POOL_FIXTURE_WORKERS, wake, fixture, &error);
	if (fixture->pool == NULL) {
		fprintf(stderr, "tcp_pool_create: %s\n", strerror(-error));
		abort();
	}
}

void pool_fixture_fini(struct pool_fixture *fixture)
{
	tcp_pool_destroy(fixture->pool);
	pthread_cond_destroy(&fixture->woken);
	pthread_mutex_destroy(&fixture->mutex);
}

uint64_t pool_fixture_now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void pool_fixture_request(const struct plx_endpoint *server, uint32_t slot, int timeout_ms,
			  struct tcp_request *ret_request)
{
	char text[64];
	snprintf(text, sizeof(text), "q%u.example.test", slot);
	struct plx_name name;
	if (plx_name_parse(text, strlen(text), &name) != 0) {
		abort();
	}
	struct plx_query query = {
		.name = name.wire, .name_length = name.length, .id = 0x4242, .type = PLX_TYPE_CAA};
	*ret_request = (struct tcp_request) {
		.server = *server,
		.slot = slot,
		.generation = slot + 7,
		.deadline_ns = pool_fixture_now_ns() + (uint64_t)timeout_ms * 1000000u,
		.resends_max = TCP_RECONNECTS_PER_QUERY,
	};
	ret_request->query_length =
		(uint16_t)plx_query_write(&query, ret_request->query, sizeof(ret_request->query));
}

int pool_fixture_ask(struct pool_fixture *fixture, unsigned worker,
		     const struct plx_endpoint *server, uint32_t slot, int timeout_ms)
{
	struct tcp_request request;
	pool_fixture_request(server, slot, timeout_ms, &request);
	return tcp_pool_submit(fixture->pool, worker, &request);
}

static bool collect(struct pool_fixture *fixture, unsigned worker, struct pool_answer *ret_answer)
{
	const struct tcp_answer *answer = tcp_pool_collect(fixture->pool, worker);
	if (answer == NULL) {
		return false;
	}
	ret_answer->slot = answer->slot;
	ret_answer->generation = answer->generation;
	ret_answer->error = answer->error;
	ret_answer->rtt_us = answer->rtt_us;
	ret_answer->length = answer->length;
	ret_answer->resends = answer->resends;
	ret_answer->was_connected = answer->was_connected;
	if (answer->length > 0) {
		memcpy(ret_answer->message, answer->message, answer->length);
	}
	tcp_pool_release(fixture->pool, worker, answer);
	return true;
}

_Bool pool_fixture_await(struct pool_fixture *fixture, unsigned worker, int timeout_ms,
			 struct pool_answer *ret_answer)
{
	uint64_t until_ns = pool_fixture_now_ns() + (uint64_t)timeout_ms * 1000000u;
	struct timespec until = {.tv_sec = (time_t)(until_ns / 1000000000u),
				 .tv_nsec = (long)(until_ns % 1000000000u)};
	for (;;) {
		pthread_mutex_lock(&fixture->mutex);
		uint64_t wakes_before = fixture->wake_count[worker];
		pthread_mutex_unlock(&fixture->mutex);
		if (collect(fixture, worker, ret_answer)) {
			return true;
		}
		pthread_mutex_lock(&fixture->mutex);
		int error = 0;
		while (fixture->wake_count[worker] == wakes_before && error != ETIMEDOUT) {
			error = pthread_cond_timedwait(&fixture->woken, &fixture->mutex, &until);
		}
		pthread_mutex_unlock(&fixture->mutex);
		if (error == ETIMEDOUT) {
			return collect(fixture, worker, ret_answer);
		}
	}
}
