// SPDX-License-Identifier: BSD-3-Clause
// A listener without TLS, real clients (libcurl, and plain sockets for those that misbehave) on loopback.

#include "cunit_runner.h"
#include "http_call.h"

#include "http_server/http_exchange.h"
#include "http_server/http_listener.h"
#include "http_server/http_reply.h"
#include "http_server/http_stream.h"

#include <event2/event.h>
#include <jansson.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <sys/socket.h>

static struct event_base *base;
static struct http_listener *listener;
static struct http_exchange *later[8];
static unsigned later_count;
static unsigned hangups;
static unsigned drained;
static struct http_call call;
static char url[64];

static void echo(struct http_exchange *exchange, void *context)
{
	size_t length = 0;
	const char *body = http_exchange_body(exchange, &length);
	http_reply_text(exchange, 200, "text/plain", body, length);
}

static void show(struct http_exchange *exchange, void *context)
{
	http_reply_json(exchange, 200, json_pack("{s:s}", "id", http_exchange_parameter(exchange)));
}

static void refuse(struct http_exchange *exchange, void *context)
{
	http_reply_problem(exchange,
			   &(struct http_problem) {
				   .status = 429, .pointer = "/identifiers/3", .retry_after_s = 7},
			   "%u orders are in flight", 2000u);
}

static void note_hangup(void *context)
{
	hangups++;
}

static void keep(struct http_exchange *exchange, void *context)
{
	http_exchange_set_hangup(exchange, note_hangup, NULL);
	later[later_count++] = exchange;
}

static void stream(struct http_exchange *exchange, void *context)
{
	http_stream_begin(exchange, "application/x-ndjson");
	keep(exchange, context);
}

static const struct http_route routes[] = {
	{"POST", "/echo", echo, NULL},    {"GET", "/show/{id}", show, NULL},
	{"GET", "/busy", refuse, NULL},   {"GET", "/later", keep, NULL},
	{"GET", "/stream", stream, NULL},
};

static void start(struct http_limits limits)
{
	static const char *const addresses[] = {"127.0.0.1:0"};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigaction(SIGPIPE, &ignore, NULL);
	later_count = hangups = drained = 0;
	memset(&call, 0, sizeof(call));
	base = event_base_new();
	struct http_listener_config config = {.base = base,
					      .addresses = addresses,
					      .address_count = 1,
					      .limits = limits,
					      .routes = routes,
					      .route_count = 5};
	int error = 0;
	struct http_fault fault = {.text = ""};
	listener = http_listener_open(&config, &error, &fault);
	CU_ASSERT_PTR_NOT_NULL_FATAL(listener);
}

static void stop(void)
{
	http_listener_close(listener);
	event_base_free(base);
}

static void get(const char *path)
{
	snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", http_listener_port(listener, 0), path);
	call.url = url;
	http_call_run(&call, base);
}

static int connect_socket(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(http_listener_port(listener, 0)),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_EQUAL_FATAL(
		connect(fd, (const struct sockaddr *)(const void *)&address, sizeof(address)), 0);
	return fd;
}

static void send_text(int fd, const char *text)
{
	CU_ASSERT_EQUAL(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

static bool has_later(void *context)
{
	return later_count > 0;
}

static bool has_hangup(void *context)
{
	return hangups > 0;
}

static bool is_empty(void *context)
{
	return http_listener_counters(listener).accepted > 0 &&
	       http_listener_counters(listener).connections == 0;
}

TEST(requests_of_one_connection_are_answered)
{
	start(http_limits_default());
	call.count = 5;
	get("/show/01J");
	CU_ASSERT_EQUAL(call.status, 200);
	CU_ASSERT_STRING_EQUAL(call.text, "{\"id\":\"01J\"}");
	CU_ASSERT_EQUAL(call.connections, 0);
	CU_ASSERT_EQUAL(http_listener_counters(listener).accepted, 1);
	CU_ASSERT_EQUAL(http_listener_counters(listener).requests, 5);
	CU_ASSERT_EQUAL(http_listener_counters(listener).exchanges, 0);
	stop();
}

TEST(faults_are_problem_documents)
{
	start(http_limits_default());
	get("/none");
	CU_ASSERT_EQUAL(call.status, 404);
	CU_ASSERT_PTR_NOT_NULL(strstr(call.headers, "application/problem+json"));
	get("/echo");
	CU_ASSERT_EQUAL(call.status, 405);
	CU_ASSERT_PTR_NOT_NULL(strstr(call.headers, "Allow: POST\r\n"));
	get("/busy");
	CU_ASSERT_EQUAL(call.status, 429);
	CU_ASSERT_PTR_NOT_NULL(strstr(call.headers, "Retry-After: 7\r\n"));
	json_t *problem = json_loads(call.text, 0, NULL);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(problem, "detail")),
			       "2000 orders are in flight");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(problem, "pointer")),
			       "/identifiers/3");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(problem, "title")),
			       "Too Many Requests");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(problem, "status")), 429);
	json_decref(problem);
	stop();
}

static void post(size_t length)
{
	static char body[3 * 65536];
	memset(body, 'b', sizeof(body));
	call.body = body;
	call.body_length = length;
	get("/echo");
}

TEST(a_body_past_the_limit_is_413)
{
	struct http_limits limits = http_limits_default();
	limits.body_bytes_max = 65536;
	start(limits);
	post(65536);
	CU_ASSERT_EQUAL(call.status, 200);
	CU_ASSERT_EQUAL(call.length, 65536);
	post(65537);
	CU_ASSERT_EQUAL(call.status, 413);
	CU_ASSERT_PTR_NOT_NULL(strstr(call.headers, "application/problem+json"));
	post(sizeof(char[3 * 65536]));
	CU_ASSERT_EQUAL(call.status, 413);
	call.header = "Transfer-Encoding: chunked";
	post(65537);
	CU_ASSERT_EQUAL(call.status, 413);
	stop();
}

TEST(a_body_framed_in_two_ways_is_refused)
{
	start(http_limits_default());
	int fd = connect_socket();
	send_text(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
		      "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
	CU_ASSERT_TRUE(loop_until(base, is_empty, NULL));
	char text[2048] = "";
	CU_ASSERT(recv(fd, text, sizeof(text) - 1, 0) > 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, " 400 "));
	close(fd);
	stop();
}

TEST(a_client_that_trickles_or_says_nothing_is_closed)
{
	struct http_limits limits = http_limits_default();
	limits.request_timeout_ms = limits.idle_timeout_ms = 100;
	start(limits);
	int silent = connect_socket();
	int slow = connect_socket();
	send_text(slow, "GET /show/1 HT");
	CU_ASSERT_TRUE(loop_until(base, is_empty, NULL));
	CU_ASSERT_EQUAL(http_listener_counters(listener).timed_out, 2);
	char byte;
	CU_ASSERT_EQUAL(recv(silent, &byte, 1, 0), 0);
	close(silent);
	close(slow);
	get("/show/1"); // then kept alive, idle
	CU_ASSERT_EQUAL(call.status, 200);
	stop();
}

TEST(connections_past_the_limit_wait_in_the_queue)
{
	struct http_limits limits = http_limits_default();
	limits.connections_max = 2;
	limits.request_timeout_ms = 300;
	start(limits);
	int first = connect_socket();
	int second = connect_socket();
	get("/show/1"); // gets its turn when those two have timed out
	CU_ASSERT_EQUAL(call.status, 200);
	CU_ASSERT_EQUAL(http_listener_counters(listener).timed_out, 2);
	close(first);
	close(second);
	stop();
}

TEST(a_client_that_hangs_up_is_noticed_while_its_request_is_worked_on)
{
	start(http_limits_default());
	int fd = connect_socket();
	send_text(fd, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
	CU_ASSERT_TRUE(loop_until(base, has_later, NULL));
	CU_ASSERT_FALSE(http_exchange_is_gone(later[0]));
	close(fd);
	CU_ASSERT_TRUE(loop_until(base, has_hangup, NULL));
	CU_ASSERT_TRUE(http_exchange_is_gone(later[0]));
	CU_ASSERT_EQUAL(http_listener_counters(listener).connections, 0);
	CU_ASSERT_EQUAL(http_listener_counters(listener).exchanges, 1);
	http_reply_json(later[0], 200, json_object());
	CU_ASSERT_EQUAL(http_listener_counters(listener).exchanges, 0);
	CU_ASSERT_EQUAL(hangups, 1);
	stop();
}

TEST(a_request_may_be_answered_after_its_listener_closed)
{
	start(http_limits_default());
	int fd = connect_socket();
	send_text(fd, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
	CU_ASSERT_TRUE(loop_until(base, has_later, NULL));
	stop();
	CU_ASSERT_EQUAL(hangups, 1);
	http_reply_json(later[0], 200, json_object());
	close(fd);
}

static bool stream_is_refused(void *context)
{
	static char line[8192];
	memset(line, 'x', sizeof(line));
	int error = http_stream_write(later[0], line, sizeof(line));
	CU_ASSERT(error == 0 || error == -ENOBUFS || error == -EPIPE);
	return error != 0;
}

TEST(a_stream_that_is_not_read_ends_at_its_limit)
{
	struct http_limits limits = http_limits_default();
	limits.stream_bytes_max = 65536;
	start(limits);
	int fd = connect_socket();
	send_text(fd, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
	CU_ASSERT_TRUE(loop_until(base, has_later, NULL));
	CU_ASSERT_TRUE(loop_until(base, stream_is_refused, NULL));
	CU_ASSERT(http_stream_pending_bytes(later[0]) <= 65536 + 16);
	CU_ASSERT_TRUE(loop_until(base, has_hangup, NULL));
	CU_ASSERT_EQUAL(http_listener_counters(listener).overflowed, 1);
	http_stream_end(later[0]);
	close(fd);
	stop();
}

static unsigned lines_written;

static void write_lines(evutil_socket_t fd, short what, void *context)
{
	if (later_count == 0 || lines_written > 3) {
		return;
	}
	if (lines_written++ < 3) {
		CU_ASSERT_EQUAL(http_stream_write(later[0], "{\"n\":1}\n", 8), 0);
	} else {
		http_stream_end(later[0]);
	}
}

TEST(a_stream_arrives_line_by_line_and_whole)
{
	static const struct timeval turn = {.tv_usec = 1000};
	start(http_limits_default());
	lines_written = 0;
	struct event *event = event_new(base, -1, EV_PERSIST, write_lines, NULL);
	event_add(event, &turn);
	get("/stream");
	CU_ASSERT_EQUAL(call.curl_code, 0);
	CU_ASSERT_STRING_EQUAL(call.text, "{\"n\":1}\n{\"n\":1}\n{\"n\":1}\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(call.headers, "application/x-ndjson"));
	event_free(event);
	stop();
}

static char received[4096];

static bool has_last_chunk(void *context)
{
	size_t used = strlen(received);
	ssize_t length = recv(*(const int *)context, received + used, sizeof(received) - 1 - used,
			      MSG_DONTWAIT);
	received[used + (length > 0 ? (size_t)length : 0)] = '\0';
	return strstr(received, "\r\n0\r\n\r\n") != NULL;
}

TEST(what_a_turn_of_the_loop_writes_leaves_together)
{
	start(http_limits_default());
	memset(received, 0, sizeof(received));
	int fd = connect_socket();
	send_text(fd, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
	CU_ASSERT_TRUE_FATAL(loop_until(base, has_later, NULL));
	CU_ASSERT_EQUAL(http_stream_write(later[0], "{\"n\":", 5), 0);
	CU_ASSERT_EQUAL(http_stream_write(later[0], "1}\n", 3), 0);
	CU_ASSERT(http_stream_pending_bytes(later[0]) >= 8);
	event_base_loop(base, EVLOOP_NONBLOCK);
	CU_ASSERT_EQUAL(http_stream_write(later[0], "{\"n\":2}\n", 8), 0);
	http_stream_end(later[0]); // takes the rest along
	CU_ASSERT_TRUE(loop_until(base, has_last_chunk, &fd));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(received, "\r\n8\r\n{\"n\":1}\n\r\n8\r\n{\"n\":2}\n\r\n0\r\n"));
	close(fd);
	stop();
}

static bool has_second(void *context)
{
	return later_count > 1;
}

TEST(a_head_of_a_stream_gets_its_header_and_leaves_nothing_behind)
{
	start(http_limits_default());
	memset(received, 0, sizeof(received));
	int fd = connect_socket();
	send_text(fd, "HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
	CU_ASSERT_TRUE_FATAL(loop_until(base, has_later, NULL));
	CU_ASSERT_EQUAL(http_stream_write(later[0], "{\"n\":1}\n", 8), 0);
	event_base_loop(base, EVLOOP_NONBLOCK);
	http_stream_end(later[0]);
	send_text(fd, "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
	CU_ASSERT_TRUE_FATAL(loop_until(base, has_second, NULL));
	CU_ASSERT_EQUAL(http_stream_write(later[1], "{\"n\":2}\n", 8), 0);
	http_stream_end(later[1]);
	CU_ASSERT_TRUE(loop_until(base, has_last_chunk, &fd));
	CU_ASSERT_PTR_NOT_NULL(strstr(received, "\r\n\r\nHTTP/1.1 200 OK"));
	CU_ASSERT_PTR_NOT_NULL(strstr(received, "\r\n\r\n8\r\n{\"n\":2}\n\r\n0\r\n"));
	close(fd);
	stop();
}

static void note_drained(void *context)
{
	drained++;
}

static bool is_drained(void *context)
{
	return drained > 0;
}

TEST(draining_finishes_what_runs_and_refuses_what_comes)
{
	start(http_limits_default());
	int fd = connect_socket();
	send_text(fd, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
	CU_ASSERT_TRUE(loop_until(base, has_later, NULL));
	CU_ASSERT_EQUAL(http_listener_drain(listener, note_drained, NULL), 0);
	CU_ASSERT_EQUAL(http_listener_drain(listener, note_drained, NULL), -EALREADY);
	get("/show/1");
	CU_ASSERT_EQUAL(call.status, 503);
	CU_ASSERT_PTR_NOT_NULL(strstr(call.headers, "Retry-After: 5\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(call.headers, "Connection: close\r\n"));
	CU_ASSERT_EQUAL(drained, 0);
	http_reply_json(later[0], 200, json_object());
	CU_ASSERT_TRUE(loop_until(base, is_drained, NULL));
	char text[2048] = "";
	CU_ASSERT(recv(fd, text, sizeof(text) - 1, 0) > 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, " 200 OK"));
	close(fd);
	stop();
}

TEST_MAIN(http_listener, T(requests_of_one_connection_are_answered),
	  T(faults_are_problem_documents), T(a_body_past_the_limit_is_413),
	  T(a_body_framed_in_two_ways_is_refused),
	  T(a_client_that_trickles_or_says_nothing_is_closed),
	  T(connections_past_the_limit_wait_in_the_queue),
	  T(a_client_that_hangs_up_is_noticed_while_its_request_is_worked_on),
	  T(a_request_may_be_answered_after_its_listener_closed),
	  T(a_stream_that_is_not_read_ends_at_its_limit),
	  T(a_stream_arrives_line_by_line_and_whole),
	  T(a_head_of_a_stream_gets_its_header_and_leaves_nothing_behind),
	  T(what_a_turn_of_the_loop_writes_leaves_together),
	  T(draining_finishes_what_runs_and_refuses_what_comes))
