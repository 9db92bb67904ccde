// SPDX-License-Identifier: BSD-3-Clause
// Drives the resolver with scripted servers and time: a test submits jobs, takes the queries that come out, forges
// whatever answer it likes and looks at the results. The same calls that a worker makes, in the same order.

#pragma once

#include <parallax/base/byte_writer.h>
#include <parallax/base/random_source.h>
#include <parallax/dns/message_reader.h>
#include <parallax/dns/rr_type.h>

#include "resolver/resolver.h"

#include <stdbool.h>
#include <stdint.h>

#define FIXTURE_RESULTS_MAX 256
#define FIXTURE_MESSAGE_MAX 65535
#define MS (1000ull * 1000)
#define SECOND (1000ull * MS)

struct fixture_result {
	unsigned client;
	struct plx_result result;
	uint8_t *body;
};

// A query as a server sees it.
struct fixture_query {
	uint8_t wire[PLX_QUERY_MAX];
	uint16_t length;
	uint16_t source_port; // 0 by TCP
	uint8_t upstream;
	struct plx_endpoint server;
	struct plx_message message;
	struct plx_name name; // case as sent
	char name_text[PLX_NAME_TEXT_MAX];
	struct tcp_request tcp;
};

struct fixture {
	struct plx_random random;
	struct query_identity identity;
	struct plx_worker_counters counters;
	struct resolver *resolver;
	uint64_t now_ns;
	struct fixture_result results[FIXTURE_RESULTS_MAX];
	unsigned result_count;
	bool is_client_stalled; // the sink refuses
};

// One worker, `upstream_count` reachable servers 192.0.2.1, 192.0.2.2, ...
void fixture_start(struct fixture *fixture, unsigned upstream_count);
void fixture_start_config(struct fixture *fixture, unsigned upstream_count, bool is_trusted,
			  uint32_t rate_qps, uint32_t in_flight_max);
// One of several workers (at most 4), one reachable server.
void fixture_start_worker(struct fixture *fixture, uint16_t worker, uint16_t worker_count,
			  uint32_t rate_qps, uint32_t in_flight_max);
void fixture_stop(struct fixture *fixture);
// Makes room for more results than FIXTURE_RESULTS_MAX in a test.
void fixture_forget_results(struct fixture *fixture);

// Submits; the tag counts up from 1. Fails the test when the resolver refuses.
uint64_t fixture_lookup(struct fixture *fixture, const char *name, uint16_t type);
uint64_t fixture_caa(struct fixture *fixture, const char *name);
uint64_t fixture_submit(struct fixture *fixture, unsigned client, enum plx_priority priority,
			struct plx_job *job, const char *name);

// The next query by UDP or TCP, parsed; false when none comes at this time.
bool fixture_next_udp(struct fixture *fixture, struct fixture_query *ret_query);
bool fixture_next_tcp(struct fixture *fixture, struct fixture_query *ret_query);
// Lets time pass in steps of 5 ms, running what is due.
void fixture_pass(struct fixture *fixture, uint64_t duration_ns);

// An answer in the making: header with QR, RD, RA and the query's ID and question.
struct fixture_reply {
	uint8_t wire[FIXTURE_MESSAGE_MAX];
	struct plx_writer writer;
	struct plx_endpoint source;
	uint16_t port; // ours
};
void reply_begin(struct fixture_reply *reply, const struct fixture_query *query, uint16_t flags,
		 uint16_t rcode);
// Records; an owner of NULL is the question's name. Counts in the header are kept.
void reply_cname(struct fixture_reply *reply, const char *owner, const char *target);
void reply_caa(struct fixture_reply *reply, const char *owner, uint8_t flags, const char *tag,
	       const char *value);
void reply_txt(struct fixture_reply *reply, const char *owner, const char *text);
void reply_soa(struct fixture_reply *reply, const char *zone);
void reply_ns(struct fixture_reply *reply, const char *zone, const char *target);
// Appends raw bytes and leaves the counts alone.
void reply_opt(struct fixture_reply *reply, uint8_t extended_rcode, const uint8_t *options,
	       uint16_t length);

enum plx_drop_reason reply_send(struct fixture *fixture, struct fixture_reply *reply);
void reply_send_tcp(struct fixture *fixture, const struct fixture_query *query,
		    struct fixture_reply *reply);
void reply_fail_tcp(struct fixture *fixture, const struct fixture_query *query, int error);

// Shorthands for the commonest answers.
enum plx_drop_reason reply_nodata(struct fixture *fixture, const struct fixture_query *query);
enum plx_drop_reason reply_rcode(struct fixture *fixture, const struct fixture_query *query,
				 uint16_t rcode);

// The result with this tag, or NULL; fails the test when there are two.
const struct fixture_result *fixture_result_of(const struct fixture *fixture, uint64_t tag);
// The result that must be there, with this status and cause.
const struct plx_result *fixture_expect_result(const struct fixture *fixture, uint64_t tag,
					       enum plx_status status, enum plx_cause cause);
// An answer with one TXT record, which must be accepted.
void reply_hello(struct fixture *fixture, const struct fixture_query *query);
