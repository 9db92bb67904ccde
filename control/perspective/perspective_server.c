// SPDX-License-Identifier: BSD-3-Clause
// Requests of many checks in, signed answers out.

#include "perspective/perspective_server.h"

#include "http_server/http_exchange.h"
#include "http_server/http_reply.h"
#include "http_server/http_stream.h"
#include "perspective/answer_outbox.h"
#include "perspective/check_batch.h"
#include "perspective/service_name.h"
#include "perspective/signed_line.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUSY_RETRY_S 1

struct perspective_server {
	struct perspective_server_config config;
	char name[PERSPECTIVE_NAME_MAX + 1];
	char rir[PERSPECTIVE_NAME_MAX + 1];
	char primaries[PERSPECTIVE_PRIMARIES_MAX][SERVICE_NAME_MAX + 1];
	unsigned primary_count;
	struct answer_outbox *outbox;
	struct perspective_server_counters counters;
};

struct perspective_reply {
	struct batch_run *run;
	struct check_ticket *ticket;
	void (*on_cancel)(void *context);
	void *cancel_context;
	bool is_sent;
};

// One request's checks while some are without answer.
struct batch_run {
	struct perspective_server *server;
	struct http_exchange *exchange;
	struct check_batch batch;
	size_t outstanding;
	bool is_gone;
	struct perspective_reply replies[];
};

static void release(struct batch_run *run)
{
	if (--run->outstanding > 0) {
		return;
	}
	http_stream_end(run->exchange);
	check_batch_clear(&run->batch);
	free(run);
}

// The reply's part in the run is over.
static void finish(struct perspective_reply *reply)
{
	struct batch_run *run = reply->run;
	run->server->counters.checks_running--;
	release(run);
}

static void on_line(const char *line, size_t length, void *context)
{
	struct perspective_reply *reply = context;
	struct batch_run *run = reply->run;
	if (line != NULL && !run->is_gone && http_stream_write(run->exchange, line, length) == 0) {
		run->server->counters.answers++;
	}
	finish(reply);
}

int perspective_server_set_primaries(struct perspective_server *server,
				     const char *const primaries[PERSPECTIVE_PRIMARIES_MAX])
{
	char uris[PERSPECTIVE_PRIMARIES_MAX][SERVICE_NAME_MAX + 1];
	unsigned count = 0;
	while (count < PERSPECTIVE_PRIMARIES_MAX && primaries[count] != NULL) {
		if (service_name_format(primaries[count], NULL, uris[count]) != 0) {
			return -EINVAL;
		}
		count++;
	}
	memcpy(server->primaries, uris, count * sizeof(uris[0]));
	server->primary_count = count;
	return 0;
}

static bool take_names(struct perspective_server *server,
		       const struct perspective_server_config *config)
{
	char own[SERVICE_NAME_MAX + 1];
	if (service_name_format(config->name, config->rir, own) != 0) {
		return false;
	}
	snprintf(server->name, sizeof(server->name), "%s", config->name);
	snprintf(server->rir, sizeof(server->rir), "%s", config->rir);
	return perspective_server_set_primaries(server, config->primaries) == 0;
}

struct perspective_server *perspective_server_create(const struct perspective_server_config *config)
{
	struct perspective_server *server = calloc(1, sizeof(*server));
	if (server == NULL || !take_names(server, config)) {
		free(server);
		return NULL;
	}
	server->config = *config;
	const struct answer_outbox_config outbox = {.base = config->base,
						    .perspective = server->name,
						    .key = config->key,
						    .on_line = on_line};
	server->outbox = answer_outbox_create(&outbox);
	if (server->outbox == NULL) {
		free(server);
		return NULL;
	}
	return server;
}

void perspective_server_destroy(struct perspective_server *server)
{
	if (server != NULL) {
		answer_outbox_destroy(server->outbox);
		free(server);
	}
}

bool perspective_server_admits(const struct http_exchange *exchange, void *context)
{
	const struct perspective_server *server = context;
	struct peer_identity identity;
	if (http_exchange_peer_identity(exchange, &identity) != 0) {
		return false;
	}
	for (unsigned i = 0; i < server->primary_count; i++) {
		if (service_name_judge(&identity, server->primaries[i]) == SERVICE_MATCHES) {
			return true;
		}
	}
	return false;
}

static void on_hangup(void *context)
{
	struct batch_run *run = context;
	size_t count = run->batch.count;
	run->is_gone = true;
	run->outstanding++; // a reply that is sent from within on_cancel must not free the run
	for (size_t i = 0; i < count; i++) {
		struct perspective_reply *reply = &run->replies[i];
		void (*on_cancel)(void *) = reply->on_cancel;
		reply->on_cancel = NULL;
		if (!reply->is_sent) {
			run->server->counters.cancelled++;
		}
		if (!reply->is_sent && on_cancel != NULL) {
			on_cancel(reply->cancel_context);
		}
	}
	release(run);
}

// False: the check stays without an answer.
static bool send_answer(struct perspective_reply *reply, json_t *answer)
{
	struct perspective_server *server = reply->run->server;
	const struct check_ticket *ticket = reply->ticket;
	json_t *payload =
		json_pack("{s:I,s:s,s:s,s:s,s:s,s:O}", "id", (json_int_t)ticket->id, "nonce",
			  ticket->nonce, "check_sha256", ticket->digest, "perspective",
			  server->name, "rir", server->rir, "answer", answer);
	char *text = payload != NULL ? signed_payload_write(payload) : NULL;
	json_decref(payload);
	if (text == NULL || answer_outbox_add(server->outbox, text, reply) != 0) {
		return false;
	}
	if (answer_outbox_waiting(server->outbox) == server->counters.checks_running) {
		answer_outbox_hurry(server->outbox);
	}
	return true;
}

void perspective_reply_send(struct perspective_reply *reply, json_t *answer)
{
	bool is_wanted = answer != NULL && !reply->run->is_gone;
	reply->is_sent = true;
	reply->on_cancel = NULL;
	if (!is_wanted || !send_answer(reply, answer)) {
		finish(reply);
	}
	json_decref(answer);
}

void perspective_reply_set_cancel(struct perspective_reply *reply, void (*on_cancel)(void *context),
				  void *context)
{
	reply->on_cancel = on_cancel;
	reply->cancel_context = context;
}

static void run_batch(struct perspective_server *server, struct http_exchange *exchange,
		      struct check_batch *batch)
{
	struct batch_run *run = calloc(1, sizeof(*run) + batch->count * sizeof(run->replies[0]));
	if (run == NULL) {
		check_batch_clear(batch);
		http_reply_problem(
			exchange,
			&(struct http_problem) {.status = 503, .retry_after_s = BUSY_RETRY_S},
			"not enough memory");
		return;
	}
	size_t count = batch->count;
	run->server = server;
	run->exchange = exchange;
	run->batch = *batch;
	run->outstanding = count + 1;
	server->counters.batches++;
	server->counters.checks += count;
	server->counters.checks_running += (unsigned)count;
	http_exchange_set_hangup(exchange, on_hangup, run);
	http_stream_begin(exchange, "application/x-ndjson");
	for (size_t i = 0; i < count; i++) {
		run->replies[i].run = run;
		run->replies[i].ticket = &run->batch.tickets[i];
	}
	for (size_t i = 0; i < count; i++) {
		const struct check_ticket *ticket = &run->batch.tickets[i];
		server->config.check_run(&run->replies[i], ticket->check, ticket->deadline_ms,
					 server->config.context);
	}
	release(run);
}

void perspective_server_take_checks(struct http_exchange *exchange, void *context)
{
	struct perspective_server *server = context;
	struct check_batch batch;
	struct check_batch_fault fault;
	size_t length = 0;
	if (!perspective_server_admits(exchange, server)) {
		server->counters.refused++;
		http_reply_problem(exchange, &(struct http_problem) {.status = 403},
				   "the client's certificate names no primary that is configured");
		return;
	}
	const char *body = http_exchange_body(exchange, &length);
	int error = check_batch_read(body, length, &batch, &fault);
	if (error != 0) {
		server->counters.refused++;
		http_reply_problem(exchange,
				   &(struct http_problem) {.status = error == -E2BIG ? 413 : 400,
							   .pointer = fault.pointer},
				   "%s", fault.text);
		return;
	}
	if (server->counters.checks_running + batch.count > server->config.checks_max) {
		server->counters.refused++;
		check_batch_clear(&batch);
		http_reply_problem(
			exchange,
			&(struct http_problem) {.status = 503, .retry_after_s = BUSY_RETRY_S},
			"%u checks are running", server->counters.checks_running);
		return;
	}
	run_batch(server, exchange, &batch);
}

void perspective_server_take_health(struct http_exchange *exchange, void *context)
{
	struct perspective_server *server = context;
	http_reply_json(exchange, 200,
			json_pack("{s:s,s:s,s:s,s:i}", "status", "ok", "perspective", server->name,
				  "rir", server->rir, "checks_running",
				  (int)server->counters.checks_running));
}

struct perspective_server_counters
perspective_server_counters(const struct perspective_server *server)
{
	return server->counters;
}
