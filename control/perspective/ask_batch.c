// SPDX-License-Identifier: BSD-3-Clause
// One request of many checks on its way, and the answers that come back for it.

#include "perspective/client_internal.h"

#include <event2/event.h>
#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_TIMEOUT_MS 5000
// Beyond the last deadline, so that asks end by their own timers and know their cause.
#define SPARE_MS 2000
// Below the remote's idle timeout: a connection that is about to be closed is not used.
#define CONNECTION_AGE_S 60

static struct perspective_ask *find_ask(const struct ask_batch *batch, int64_t id)
{
	size_t low = 0;
	size_t high = batch->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (batch->slots[middle].id < id) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < batch->count && batch->slots[low].id == id ? batch->slots[low].ask : NULL;
}

static bool is_text(const json_t *payload, const char *member, const char *expected)
{
	const char *text = json_string_value(json_object_get(payload, member));
	return text != NULL && strcmp(text, expected) == 0;
}

// The answer is for this check, asked by us, this time (case 57).
static enum perspective_cause judge_payload(const struct perspective_ask *ask,
					    const json_t *payload)
{
	const struct perspective_client *client = ask->client;
	if (!is_text(payload, "nonce", ask->ticket.nonce)) {
		return PERSPECTIVE_REPLAYED;
	}
	if (!is_text(payload, "check_sha256", ask->ticket.digest) ||
	    !is_text(payload, "perspective", client->name) ||
	    !is_text(payload, "rir", client->rir)) {
		return PERSPECTIVE_MISLABELLED;
	}
	return json_is_object(json_object_get(payload, "answer")) ? PERSPECTIVE_ANSWERED
								  : PERSPECTIVE_MALFORMED;
}

static void deliver(struct ask_batch *batch, json_t *envelope, const char *line, size_t length)
{
	const json_t *payload = json_object_get(envelope, "payload");
	struct perspective_client *client = batch->generation->client;
	struct perspective_ask *ask =
		find_ask(batch, json_integer_value(json_object_get(payload, "id")));
	if (ask == NULL) {
		client->status.unasked++;
		return;
	}
	struct perspective_answer answer = {.cause = judge_payload(ask, payload),
					    .latency_ms = client_now_ms() - ask->asked_ms,
					    .detail = ""};
	if (answer.cause == PERSPECTIVE_ANSWERED) {
		answer.answer = json_object_get(payload, "answer");
		answer.envelope = envelope;
		answer.line = line;
		answer.line_length = length;
		batch->has_answered = true;
		channel_health_note_answer(&client->status.health, answer.latency_ms);
	}
	perspective_ask_finish(ask, &answer);
}

static enum perspective_cause cause_of_line(enum signed_line_verdict verdict)
{
	switch (verdict) {
	case SIGNED_LINE_VALID:
		return PERSPECTIVE_ANSWERED;
	case SIGNED_LINE_BAD_SIGNATURE:
		return PERSPECTIVE_BAD_SIGNATURE;
	case SIGNED_LINE_FOREIGN_NAME:
		return PERSPECTIVE_MISLABELLED;
	case SIGNED_LINE_NOT_EVALUATED:
	case SIGNED_LINE_TOO_LONG:
	case SIGNED_LINE_MALFORMED:
		break;
	}
	return PERSPECTIVE_MALFORMED;
}

// A line that is not to be trusted cannot be told from any ask's answer: the whole batch is broken off.
static int on_line(const char *line, size_t length, void *context)
{
	struct ask_batch *batch = context;
	json_t *envelope = NULL;
	enum signed_line_verdict verdict =
		signed_line_read(line, length, &batch->generation->verifier, &envelope);
	if (verdict != SIGNED_LINE_VALID) {
		batch->cause = cause_of_line(verdict);
		snprintf(batch->detail, sizeof(batch->detail), "a line of the answer is %s",
			 signed_line_verdict_name(verdict));
		return -EBADMSG;
	}
	deliver(batch, envelope, line, length);
	json_decref(envelope);
	return 0;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct ask_batch *batch = context;
	long status = 0;
	curl_easy_getinfo(batch->transfer, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200) {
		return 0; // ask_batch_on_done says why
	}
	int error = line_splitter_feed(&batch->splitter, bytes, size * count, on_line, batch);
	if (error != 0 && batch->cause == PERSPECTIVE_NOT_EVALUATED) {
		batch->cause = PERSPECTIVE_MALFORMED;
		snprintf(batch->detail, sizeof(batch->detail), "a line of the answer is too long");
	}
	return error == 0 ? size * count : 0;
}

static void prepare_transfer(struct ask_batch *batch, unsigned deadline_ms)
{
	struct perspective_client *client = batch->generation->client;
	CURL *transfer = batch->transfer;
	batch->headers = curl_slist_append(NULL, "Content-Type: application/json");
	batch->headers = curl_slist_append(batch->headers, "Expect:");
	curl_easy_setopt(transfer, CURLOPT_URL, client->url);
	curl_easy_setopt(transfer, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(transfer, CURLOPT_PROXY, "");
	curl_easy_setopt(transfer, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(transfer, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(transfer, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	curl_easy_setopt(transfer, CURLOPT_TIMEOUT_MS, (long)deadline_ms + SPARE_MS);
	curl_easy_setopt(transfer, CURLOPT_MAXAGE_CONN, (long)CONNECTION_AGE_S);
	curl_easy_setopt(transfer, CURLOPT_HTTPHEADER, batch->headers);
	curl_easy_setopt(transfer, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(batch->body));
	curl_easy_setopt(transfer, CURLOPT_POSTFIELDS, batch->body);
	curl_easy_setopt(transfer, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(transfer, CURLOPT_WRITEDATA, batch);
	curl_easy_setopt(transfer, CURLOPT_PRIVATE, batch);
	curl_easy_setopt(transfer, CURLOPT_ERRORBUFFER, batch->curl_text);
	channel_generation_apply(batch->generation, transfer);
}

static struct ask_batch *create_batch(struct perspective_client *client, size_t count)
{
	struct ask_batch *batch = calloc(1, sizeof(*batch) + count * sizeof(batch->slots[0]));
	if (batch == NULL) {
		return NULL;
	}
	batch->generation = client->current;
	batch->generation->transfers++;
	client->status.transfers++;
	batch->splitter.line_max = SIGNED_LINE_MAX;
	LIST_INSERT_HEAD(&client->batches, batch, entry);
	batch->transfer = curl_easy_init();
	return batch;
}

static size_t count_fitting(const struct perspective_client *client, unsigned *ret_deadline_ms)
{
	const struct perspective_ask *ask;
	size_t count = 0;
	size_t bytes = 0;
	TAILQ_FOREACH(ask, &client->waiting, entry)
	{
		bytes += ask->bytes;
		if (count >= CHECK_BATCH_MAX || (count > 0 && bytes > BATCH_BYTES_MAX)) {
			break;
		}
		count++;
		if (ask->ticket.deadline_ms > *ret_deadline_ms) {
			*ret_deadline_ms = ask->ticket.deadline_ms;
		}
	}
	return count;
}

// What is left of each deadline is what the remote may use.
static char *write_body(struct perspective_client *client, size_t count)
{
	struct check_ticket *tickets = calloc(count, sizeof(*tickets));
	if (tickets == NULL) {
		return NULL;
	}
	int64_t now_ms = client_now_ms();
	struct perspective_ask *ask = TAILQ_FIRST(&client->waiting);
	for (size_t i = 0; i < count; i++, ask = TAILQ_NEXT(ask, entry)) {
		int64_t left_ms = ask->asked_ms + ask->ticket.deadline_ms - now_ms;
		tickets[i] = ask->ticket;
		tickets[i].deadline_ms = left_ms > 1 ? (unsigned)left_ms : 1;
	}
	char *body = check_batch_write(tickets, count);
	free(tickets);
	return body;
}

int ask_batch_start(struct perspective_client *client)
{
	unsigned deadline_ms = 0;
	size_t count = count_fitting(client, &deadline_ms);
	struct ask_batch *batch = create_batch(client, count);
	if (batch == NULL) {
		return -ENOMEM;
	}
	batch->body = write_body(client, count);
	if (batch->body == NULL || batch->transfer == NULL) {
		ask_batch_destroy(batch);
		return -ENOMEM;
	}
	prepare_transfer(batch, deadline_ms);
	if (transfer_loop_add(batch->generation->loop, batch->transfer) != 0) {
		ask_batch_destroy(batch);
		return -ENOMEM;
	}
	for (; batch->count < count; batch->count++) {
		struct perspective_ask *ask = TAILQ_FIRST(&client->waiting);
		TAILQ_REMOVE(&client->waiting, ask, entry);
		ask->batch = batch;
		ask->slot = batch->count;
		batch->slots[batch->count].id = ask->ticket.id;
		batch->slots[batch->count].ask = ask;
	}
	batch->left = count;
	client->status.batches++;
	return 0;
}

void ask_batch_forget(struct ask_batch *batch, size_t slot)
{
	batch->slots[slot].ask = NULL;
	batch->left--;
}

void ask_batch_destroy(struct ask_batch *batch)
{
	struct perspective_client *client = batch->generation->client;
	if (batch->transfer != NULL) {
		transfer_loop_remove(batch->generation->loop, batch->transfer);
		curl_easy_cleanup(batch->transfer);
	}
	curl_slist_free_all(batch->headers);
	line_splitter_clear(&batch->splitter);
	free(batch->body);
	LIST_REMOVE(batch, entry);
	client->status.transfers--;
	if (--batch->generation->transfers == 0 && batch->generation != client->current) {
		event_active(client->reap, EV_TIMEOUT, 1);
	}
	free(batch);
}

static enum perspective_cause cause_of_code(CURLcode code, bool has_identity_fault)
{
	if (code == CURLE_OK) {
		return PERSPECTIVE_MISSING;
	}
	if (code == CURLE_PEER_FAILED_VERIFICATION || has_identity_fault) {
		return PERSPECTIVE_REFUSED_IDENTITY;
	}
	if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
	    code == CURLE_SSL_CONNECT_ERROR) {
		return PERSPECTIVE_UNREACHABLE;
	}
	return code == CURLE_OPERATION_TIMEDOUT ? PERSPECTIVE_TIMEOUT : PERSPECTIVE_DISCONNECTED;
}

static void find_cause(struct ask_batch *batch, CURLcode code)
{
	struct channel_generation *generation = batch->generation;
	long status = 0;
	curl_easy_getinfo(batch->transfer, CURLINFO_RESPONSE_CODE, &status);
	if (batch->cause != PERSPECTIVE_NOT_EVALUATED) {
		return;
	}
	if (status != 0 && status != 200) {
		batch->cause = PERSPECTIVE_REFUSED_REQUEST;
		snprintf(batch->detail, sizeof(batch->detail), "the remote answered HTTP %ld",
			 status);
		return;
	}
	bool has_fault = generation->identity_fault[0] != '\0' && status == 0;
	batch->cause = cause_of_code(code, has_fault);
	snprintf(batch->detail, sizeof(batch->detail), "%s",
		 batch->cause == PERSPECTIVE_REFUSED_IDENTITY && has_fault
			 ? generation->identity_fault
		 : batch->curl_text[0] != '\0' ? batch->curl_text
					       : curl_easy_strerror(code));
	generation->identity_fault[0] = '\0';
}

void ask_batch_on_done(CURL *transfer, CURLcode code, void *context)
{
	struct perspective_client *client = context;
	char *private = NULL;
	curl_easy_getinfo(transfer, CURLINFO_PRIVATE, &private);
	struct ask_batch *batch = (struct ask_batch *)(void *)private;
	find_cause(batch, code);
	if (batch->left > 0 || code != CURLE_OK) {
		client_note_failure(client, batch->detail);
	}
	for (size_t i = 0; i < batch->count; i++) {
		if (batch->slots[i].ask != NULL) {
			perspective_ask_fail(batch->slots[i].ask, batch->cause, batch->detail);
		}
	}
	ask_batch_destroy(batch);
	client_schedule_flush(client, 0);
}
