// SPDX-License-Identifier: BSD-3-Clause
// Whole answers: JSON, text, problem documents.

#include "http_server/http_reply.h"

#include "http_server/http_internal.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <jansson.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reason {
	int status;
	const char *text;
};

// RFC 9110 section 15 and RFC 6585 section 4: those that our servers answer with.
static const struct reason reasons[] = {
	{200, "OK"},
	{201, "Created"},
	{202, "Accepted"},
	{204, "No Content"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{406, "Not Acceptable"},
	{408, "Request Timeout"},
	{409, "Conflict"},
	{413, "Content Too Large"},
	{415, "Unsupported Media Type"},
	{422, "Unprocessable Content"},
	{429, "Too Many Requests"},
	{500, "Internal Server Error"},
	{501, "Not Implemented"},
	{503, "Service Unavailable"},
	{504, "Gateway Timeout"},
};

static const char *reason_text(int status)
{
	for (size_t i = 0; i < PLX_ARRAY_SIZE(reasons); i++) {
		if (reasons[i].status == status) {
			return reasons[i].text;
		}
	}
	return "Status";
}

void http_reply_header(struct http_exchange *exchange, const char *name, const char *value)
{
	struct evhttp_request *request = http_exchange_request(exchange);
	if (request != NULL) {
		evhttp_add_header(evhttp_request_get_output_headers(request), name, value);
	}
}

void http_reply_text(struct http_exchange *exchange, int status, const char *content_type,
		     const char *text, size_t length)
{
	http_reply_header(exchange, "Content-Type", content_type);
	// What a certificate authority decided is for the one who asked.
	http_reply_header(exchange, "Cache-Control", "no-store");
	struct evhttp_request *request = http_exchange_finish(exchange);
	if (request != NULL) {
		evbuffer_add(evhttp_request_get_output_buffer(request), text, length);
		evhttp_send_reply(request, status, reason_text(status), NULL);
	}
}

static void reply_document(struct http_exchange *exchange, int status, const char *content_type,
			   json_t *document)
{
	static const char no_memory[] = "{\"title\":\"Internal Server Error\",\"status\":500}";
	char *text = document != NULL ? json_dumps(document, JSON_COMPACT) : NULL;
	json_decref(document);
	if (text == NULL) {
		http_reply_text(exchange, 500, "application/problem+json", no_memory,
				sizeof(no_memory) - 1);
	} else {
		http_reply_text(exchange, status, content_type, text, strlen(text));
	}
	free(text);
}

void http_reply_json(struct http_exchange *exchange, int status, json_t *document)
{
	reply_document(exchange, status, "application/json", document);
}

void http_reply_problem(struct http_exchange *exchange, const struct http_problem *problem,
			const char *format, ...)
{
	char detail[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(detail, sizeof(detail), format, arguments);
	va_end(arguments);
	if (problem->retry_after_s > 0) {
		char seconds[16];
		snprintf(seconds, sizeof(seconds), "%u", problem->retry_after_s);
		http_reply_header(exchange, "Retry-After", seconds);
	}
	json_t *document = json_pack("{s:s,s:s,s:i,s:s,s:s*}", "type", "about:blank", "title",
				     reason_text(problem->status), "status", problem->status,
				     "detail", detail, "pointer", problem->pointer);
	reply_document(exchange, problem->status, "application/problem+json", document);
}
