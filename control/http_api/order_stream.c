// SPDX-License-Identifier: BSD-3-Clause

#include "http_api/order_stream.h"

#include "http_api/order_intake.h"
#include "http_server/http_exchange.h"
#include "http_server/http_reply.h"
#include "http_server/http_stream.h"
#include "service/service_context.h"

#include <event2/event.h>
#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/queue.h>

// Orders of one stream at a time: a large one leaves room for others.
#define ORDERS_AT_A_TIME 200
#define LINES_PER_TURN 32
#define RETRY_US 20000
// Answers that the client has not taken yet.
#define PENDING_BYTES_MAX (1024 * 1024)

struct order_stream;

struct stream_order {
	LIST_ENTRY(stream_order) entry;
	struct order_stream *stream;
	struct order *order;
	size_t line;
};

struct order_stream {
	struct service_context *service;
	struct http_exchange *exchange;
	struct event *turn;
	char *text; // the request's body
	size_t length, offset;
	size_t line; // the last one that was taken
	unsigned order_count;
	LIST_HEAD(, stream_order) orders;
	char caller[ORDER_CALLER_MAX];
	bool is_broken; // nobody reads any more
};

static void turn_in(struct order_stream *stream, long microseconds)
{
	const struct timeval wait = {.tv_usec = microseconds};
	evtimer_add(stream->turn, &wait);
}

static void stream_free(struct order_stream *stream)
{
	struct stream_order *order;
	while ((order = LIST_FIRST(&stream->orders)) != NULL) {
		LIST_REMOVE(order, entry);
		order_abandon(order->order);
		free(order);
	}
	if (stream->turn != NULL) {
		event_free(stream->turn);
	}
	free(stream->text);
	free(stream);
}

static void on_hangup(void *context)
{
	struct order_stream *stream = context;
	struct http_exchange *exchange = stream->exchange;
	stream_free(stream);
	http_stream_end(exchange);
}

// `object` is one JSON object as text; the number of its line goes in front of its members.
static void send_line(struct order_stream *stream, size_t line, const char *object, size_t length)
{
	char head[48];
	int head_length = snprintf(head, sizeof(head), "{\"line\":%zu,", line);
	int error = http_stream_write(stream->exchange, head, (size_t)head_length);
	if (error == 0) {
		error = http_stream_write(stream->exchange, object + 1, length - 1);
	}
	if (error == 0) {
		error = http_stream_write(stream->exchange, "\n", 1);
	}
	stream->is_broken |= error != 0; // the hang-up follows from the loop
}

static void send_problem(struct order_stream *stream, size_t line, int status, const char *pointer,
			 const char *detail)
{
	json_t *problem = json_pack("{s:s, s:i, s:s, s:s*}", "type", "about:blank", "status",
				    status, "detail", detail, "pointer", pointer);
	char *text = problem == NULL ? NULL : json_dumps(problem, JSON_COMPACT);
	json_decref(problem);
	if (text != NULL) {
		send_line(stream, line, text, strlen(text));
	}
	stream->is_broken |= text == NULL;
	free(text);
}

static void on_end(void *context, const struct order_end *end)
{
	struct stream_order *order = context;
	struct order_stream *stream = order->stream;
	size_t line = order->line;
	LIST_REMOVE(order, entry);
	free(order);
	stream->order_count--;
	if (end->ending == ORDER_DECIDED) {
		send_line(stream, line, end->answer, end->answer_length);
	} else {
		send_problem(stream, line, 503, NULL, order_ending_text(end->ending));
	}
	turn_in(stream, 0);
}

enum line_end {
	LINE_TAKEN,   // started, or answered with a problem
	LINE_TO_WAIT, // no room: the same line again later
};

static enum line_end take_line(struct order_stream *stream, const char *text, size_t length)
{
	struct order_refusal refusal;
	struct stream_order *order = calloc(1, sizeof(*order));
	if (order == NULL) {
		return LINE_TO_WAIT;
	}
	order->stream = stream;
	order->line = stream->line + 1;
	if (order_intake(stream->service, text, length, stream->caller, on_end, order,
			 &order->order, &refusal)) {
		LIST_INSERT_HEAD(&stream->orders, order, entry);
		stream->order_count++;
		return LINE_TAKEN;
	}
	free(order);
	if (refusal.admission == ORDER_REFUSED_BUSY) {
		return LINE_TO_WAIT;
	}
	send_problem(stream, stream->line + 1, refusal.status,
		     refusal.fault.pointer[0] != '\0' ? refusal.fault.pointer : NULL,
		     refusal.fault.text);
	return LINE_TAKEN;
}

static bool is_blank(const char *text, size_t length)
{
	return length == 0 || (length == 1 && text[0] == '\r');
}

static bool may_take(const struct order_stream *stream)
{
	return !stream->is_broken && stream->offset < stream->length &&
	       stream->order_count < ORDERS_AT_A_TIME &&
	       http_stream_pending_bytes(stream->exchange) < PENDING_BYTES_MAX;
}

// False: there is no room, to be tried again later.
static bool take_lines(struct order_stream *stream)
{
	for (unsigned i = 0; i < LINES_PER_TURN && may_take(stream); i++) {
		const char *text = stream->text + stream->offset;
		size_t left = stream->length - stream->offset;
		const char *feed = memchr(text, '\n', left);
		size_t length = feed != NULL ? (size_t)(feed - text) : left;
		if (!is_blank(text, length) && take_line(stream, text, length) == LINE_TO_WAIT) {
			return false;
		}
		stream->line++;
		stream->offset += length + (feed != NULL);
	}
	return true;
}

static void on_turn(evutil_socket_t fd, short what, void *context)
{
	struct order_stream *stream = context;
	bool has_room = take_lines(stream);
	if (stream->is_broken) {
		return; // the hang-up ends it
	}
	if (stream->offset == stream->length && stream->order_count == 0) {
		struct http_exchange *exchange = stream->exchange;
		http_exchange_set_hangup(exchange, NULL, NULL);
		stream_free(stream);
		http_stream_end(exchange);
		return;
	}
	if (!has_room) {
		turn_in(stream, RETRY_US);
	} else if (may_take(stream)) {
		turn_in(stream, 0);
	}
}

static void on_drained(void *context)
{
	turn_in(context, 0);
}

void order_stream_start(struct service_context *service, struct http_exchange *exchange)
{
	size_t length;
	const char *body = http_exchange_body(exchange, &length);
	struct order_stream *stream = calloc(1, sizeof(*stream));
	if (stream != NULL) {
		*stream = (struct order_stream) {
			.service = service, .exchange = exchange, .length = length};
		LIST_INIT(&stream->orders);
		stream->text = malloc(length + 1);
		stream->turn = evtimer_new(service->base, on_turn, stream);
	}
	if (stream == NULL || stream->text == NULL || stream->turn == NULL) {
		const struct http_problem problem = {.status = 503, .retry_after_s = 1};
		if (stream != NULL) {
			stream_free(stream);
		}
		http_reply_problem(exchange, &problem, "not enough memory");
		return;
	}
	if (length > 0) {
		memcpy(stream->text, body, length);
	}
	order_caller(exchange, stream->caller);
	http_exchange_set_hangup(exchange, on_hangup, stream);
	http_stream_begin(exchange, "application/x-ndjson");
	http_stream_set_drained(exchange, on_drained, stream);
	turn_in(stream, 0);
}
