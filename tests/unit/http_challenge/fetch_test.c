// SPDX-License-Identifier: BSD-3-Clause
// Fetches from a server that answers rightly and wrongly (reliability cases 44 to 46).

#include "fetch_session.h"

#include <errno.h>

static const char long_line[] =
	"X-Pad: "
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
	"890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
	"89\r\n";
static const char hundred[] = "0123456789012345678901234567890123456789"
			      "012345678901234567890123456789012345678901234567890123456789";

#define OK "HTTP/1.1 200 OK\r\n"
#define FOUND "HTTP/1.1 302 Found\r\nLocation: "

static const struct web_page pages[] = {
	{.path = "/ok", .text = OK "Content-Length: 5\r\n\r\nhello"},
	{.path = "/empty", .text = OK "Content-Length: 0\r\n\r\n"},
	{.path = "/halves", .text = OK "Content-Length: 10\r\n\r\nhelloworld", .fault = WEB_HALVES},
	{.path = "/503", .text = "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno"},
	{.path = "/short", .text = OK "Content-Length: 500\r\n\r\nbroken off"},
	{.path = "/reset", .text = OK "Content-Length: 500\r\n\r\nx", .fault = WEB_RESET},
	{.path = "/hang", .text = OK "Content-Length: 500\r\n\r\nx", .fault = WEB_HANG},
	{.path = "/mute", .text = "", .fault = WEB_HANG},
	{.path = "/gone", .text = "", .fault = WEB_SILENT_ACCEPT},
	{.path = "/trickle", .text = OK "Content-Length: 99\r\n\r\n", .fault = WEB_TRICKLE},
	{.path = "/endless-body", .text = OK "\r\n", .fault = WEB_REPEAT, .more = hundred},
	{.path = "/endless-header", .text = OK, .fault = WEB_REPEAT, .more = long_line},
	{.path = "/endless-line", .text = OK "X: ", .fault = WEB_REPEAT, .more = hundred},
	{.path = "/many-lines", .text = OK, .fault = WEB_REPEAT, .more = "A: b\r\n"},
	{.path = "/informational",
	 .text = "HTTP/1.1 103 Early Hints\r\n\r\n",
	 .fault = WEB_REPEAT,
	 .more = "HTTP/1.1 103 Early Hints\r\n\r\n"},
	{.path = "/continue",
	 .text = "HTTP/1.1 100 Continue\r\n\r\n" OK "Content-Length: 2\r\n\r\nok"},
	{.path = "/switch", .text = "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nhello"},
	{.path = "/gzip",
	 .text = OK "Content-Encoding: gzip, gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x01"},
	{.path = "/lower-case", .text = "http/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"},
	{.path = "/odd-status", .text = "HTTP/1.1 2x0 OK\r\nContent-Length: 2\r\n\r\nok"},
	{.path = "/status-600", .text = "HTTP/1.1 600 OK\r\nContent-Length: 2\r\n\r\nok"},
	{.path = "/http-2", .text = "HTTP/2 200\r\nContent-Length: 2\r\n\r\nok"},
	{.path = "/http09", .text = "hello, this is no header"},
	{.path = "/chunked-endless",
	 .text = OK "Transfer-Encoding: chunked\r\n\r\n",
	 .fault = WEB_REPEAT,
	 .more = "5\r\nhello\r\n"},
	{.path = "/to-ok", .text = FOUND "/ok\r\n\r\n"},
	{.path = "/to-host", .text = FOUND "http://web.test/ok\r\n\r\n"},
	{.path = "/to-303", .text = "HTTP/1.1 303 See Other\r\nLocation: /ok\r\n\r\n"},
	{.path = "/to-300", .text = "HTTP/1.1 300 Choices\r\nLocation: /ok\r\n\r\n"},
	{.path = "/to-304", .text = "HTTP/1.1 304 Not Modified\r\n\r\n"},
	{.path = "/to-nowhere", .text = "HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n"},
	{.path = "/to-both", .text = FOUND "/ok\r\nLocation: /ok\r\n\r\n"},
	{.path = "/to-itself", .text = FOUND "/to-itself\r\n\r\n"},
	{.path = "/to-fragment", .text = FOUND "/to-fragment#x\r\n\r\n"},
	{.path = "/to-hang", .text = FOUND "/ok\r\nContent-Length: 9\r\n\r\n", .fault = WEB_HANG},
	{.path = "/to-endless", .text = FOUND "/ok\r\n\r\n", .fault = WEB_REPEAT, .more = hundred},
	{.path = "/hidden",
	 .text = OK "Location: /x\r\nHTTP/1.1 302 X\r\nContent-Length: 2\r\n\r\nok"},
	{.path = "/r1", .text = FOUND "/r2\r\n\r\n"},
	{.path = "/r2", .text = FOUND "/r3\r\n\r\n"},
	{.path = "/r3", .text = FOUND "/r4\r\n\r\n"},
	{.path = "/r4", .text = FOUND "/r5\r\n\r\n"},
	{.path = "/r5", .text = FOUND "/r6\r\n\r\n"},
	{.path = "/r6", .text = FOUND "/r7\r\n\r\n"},
	{.path = "/r7", .text = FOUND "/r8\r\n\r\n"},
	{.path = "/r8", .text = FOUND "/r9\r\n\r\n"},
	{.path = "/r9", .text = FOUND "/r10\r\n\r\n"},
	{.path = "/r10", .text = FOUND "/r11\r\n\r\n"},
	{.path = "/r11", .text = FOUND "/ok\r\n\r\n"},
	{0},
};

static const struct scripted_host hosts[] = {
	{"web.test", {WEB_STUB_ADDRESS}},
	{"rebind.test", {WEB_STUB_ADDRESS, "10.0.0.1"}},
	{"mixed.test", {"10.0.0.1 192.168.0.1 " WEB_STUB_ADDRESS}},
	{"private.test", {"10.0.0.1 fd00::1"}},
	{"dual.test", {"::1 ::1 " WEB_STUB_ADDRESS}},
	{"empty.test", {"-"}},
	{0},
};

static void plain_session(struct fetch_session *session)
{
	session_open(session, &(struct web_stub_config) {.pages = pages, .has_ipv4 = true}, hosts);
}

TEST(whole_answer_is_given_with_its_digest)
{
	static const uint8_t hello_sha256[4] = {0x2c, 0xf2, 0x4d, 0xba};
	static struct fetch_session session;
	plain_session(&session);
	static const char *const headers[] = {"X-Probe: 1"};
	struct fetch_request request = {
		.user_agent = "probe/1", .headers = headers, .header_count = 1};
	CU_ASSERT_EQUAL(session_fetch(&session, "http://web.test:%P/ok", request),
			FETCH_CAUSE_NONE);
	CU_ASSERT_EQUAL(session.result.status, 200);
	CU_ASSERT_EQUAL(session.result.body_length, 5);
	CU_ASSERT_STRING_EQUAL(session.body, "hello");
	CU_ASSERT_EQUAL(memcmp(session.result.body_sha256, hello_sha256, 4), 0);
	CU_ASSERT_EQUAL(session.result.hop_count, 1);
	CU_ASSERT_EQUAL(session.result.hops[0].attempt_count, 1);
	const char *sent = web_stub_request(session.stub);
	CU_ASSERT_PTR_NOT_NULL(strstr(sent, "\r\nHost: web.test:"));
	CU_ASSERT_PTR_NOT_NULL(strstr(sent, "\r\nUser-Agent: probe/1\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(sent, "\r\nX-Probe: 1\r\n"));
	CU_ASSERT_PTR_NULL(strstr(sent, "Encoding"));
	CU_ASSERT_PTR_NULL(strstr(sent, "Cookie"));
	session_close(&session);
}

TEST(each_fault_of_the_server_has_its_cause)
{
	static const struct {
		const char *path;
		enum fetch_cause cause;
		unsigned status;
	} cases[] = {
		{"ok", FETCH_CAUSE_NONE, 200},
		{"empty", FETCH_CAUSE_NONE, 200},
		{"halves", FETCH_CAUSE_NONE, 200},
		{"503", FETCH_CAUSE_NONE, 503},
		{"absent", FETCH_CAUSE_NONE, 404},
		{"continue", FETCH_CAUSE_NONE, 200},
		{"gzip", FETCH_CAUSE_NONE, 200},         // as it came, never unpacked
		{"hidden", FETCH_CAUSE_BAD_RESPONSE, 0}, // a status line among the fields
		{"short", FETCH_CAUSE_BAD_RESPONSE, 0},
		{"reset", FETCH_CAUSE_BAD_RESPONSE, 0},
		{"gone", FETCH_CAUSE_BAD_RESPONSE, 0},
		{"http09", FETCH_CAUSE_BAD_RESPONSE, 0},
		{"lower-case", FETCH_CAUSE_BAD_RESPONSE, 0},
		{"odd-status", FETCH_CAUSE_BAD_RESPONSE, 0},
		{"status-600", FETCH_CAUSE_BAD_RESPONSE, 0},
		{"http-2", FETCH_CAUSE_BAD_RESPONSE, 0},
		{"switch", FETCH_CAUSE_BAD_RESPONSE, 0},
		{"endless-body", FETCH_CAUSE_BODY_LIMIT, 0},
		{"chunked-endless", FETCH_CAUSE_BODY_LIMIT, 0},
		{"endless-header", FETCH_CAUSE_HEADER_LIMIT, 0},
		{"many-lines", FETCH_CAUSE_HEADER_LIMIT, 0},
		{"informational", FETCH_CAUSE_INFORMATIONAL_LIMIT, 0},
		{"to-ok", FETCH_CAUSE_NONE, 200},
		{"to-hang", FETCH_CAUSE_NONE, 200},
		{"to-endless", FETCH_CAUSE_NONE, 200},
		{"to-303", FETCH_CAUSE_REDIRECT_STATUS, 0},
		{"to-300", FETCH_CAUSE_REDIRECT_STATUS, 0},
		{"to-304", FETCH_CAUSE_REDIRECT_STATUS, 0},
		{"to-nowhere", FETCH_CAUSE_REDIRECT_LOCATION, 0},
		{"to-both", FETCH_CAUSE_REDIRECT_LOCATION, 0},
		{"to-itself", FETCH_CAUSE_REDIRECT_LOOP, 0},
		{"to-fragment", FETCH_CAUSE_REDIRECT_LOOP, 0},
	};
	static struct fetch_session session;
	plain_session(&session);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		char url[64];
		snprintf(url, sizeof(url), "http://web.test:%%P/%s", cases[i].path);
		enum fetch_cause cause = session_fetch(&session, url, (struct fetch_request) {0});
		if (cause != cases[i].cause || session.result.status != cases[i].status) {
			printf("\n%s: %s, status %u", cases[i].path, fetch_cause_name(cause),
			       session.result.status);
		}
		CU_ASSERT_EQUAL(cause, cases[i].cause);
		CU_ASSERT_EQUAL(session.result.status, cases[i].status);
	}
	CU_ASSERT_EQUAL(session.hosts.refused_sockets, 0);
	session_close(&session);
}

TEST(endless_line_of_a_header_ends_early)
{
	static struct fetch_session session;
	plain_session(&session);
	enum fetch_cause cause = session_fetch(&session, "http://web.test:%P/endless-line",
					       (struct fetch_request) {0});
	CU_ASSERT_TRUE(cause == FETCH_CAUSE_HEADER_LIMIT || cause == FETCH_CAUSE_BAD_RESPONSE ||
		       cause == FETCH_CAUSE_INTERNAL);
	CU_ASSERT_TRUE(session.result.duration_ms < 5000);
	session_close(&session);
}

TEST(silence_and_trickle_end_at_the_deadline)
{
	static const char *const paths[] = {"mute", "hang", "trickle"};
	static struct fetch_session session;
	plain_session(&session);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(paths); i++) {
		char url[64];
		snprintf(url, sizeof(url), "http://web.test:%%P/%s", paths[i]);
		enum fetch_cause cause =
			session_fetch(&session, url, (struct fetch_request) {.deadline_ms = 250});
		CU_ASSERT_TRUE(cause == FETCH_CAUSE_DEADLINE || cause == FETCH_CAUSE_TOO_SLOW);
		CU_ASSERT_TRUE(session.result.duration_ms >= 200);
		CU_ASSERT_TRUE(session.result.duration_ms < 5000);
	}
	session.hosts.is_silent = true; // the deadline covers the look-up as well
	CU_ASSERT_EQUAL(session_fetch(&session, "http://web.test:%P/ok",
				      (struct fetch_request) {.deadline_ms = 100}),
			FETCH_CAUSE_DEADLINE);
	session_close(&session);
}

TEST(body_is_cut_only_where_that_is_asked_for)
{
	static struct fetch_session session;
	plain_session(&session);
	struct fetch_request cut = {.body_limit = 1000, .body_excess = FETCH_EXCESS_IS_CUT};
	CU_ASSERT_EQUAL(session_fetch(&session, "http://web.test:%P/endless-body", cut),
			FETCH_CAUSE_NONE);
	CU_ASSERT_TRUE(session.result.is_body_cut);
	CU_ASSERT_EQUAL(session.result.body_length, 1000);
	CU_ASSERT_EQUAL(session_fetch(&session, "http://web.test:%P/ok",
				      (struct fetch_request) {.body_limit = 5}),
			FETCH_CAUSE_NONE);
	CU_ASSERT_FALSE(session.result.is_body_cut);
	CU_ASSERT_EQUAL(session_fetch(&session, "http://web.test:%P/ok",
				      (struct fetch_request) {.body_limit = 4}),
			FETCH_CAUSE_BODY_LIMIT);
	CU_ASSERT_EQUAL(session.result.body_length, 4);
	session_close(&session);
}

TEST(ten_redirects_are_followed_and_an_eleventh_is_not)
{
	static struct fetch_session session;
	plain_session(&session);
	CU_ASSERT_EQUAL(
		session_fetch(&session, "http://web.test:%P/r2", (struct fetch_request) {0}),
		FETCH_CAUSE_NONE);
	CU_ASSERT_EQUAL(session.result.hop_count, 11);
	CU_ASSERT_EQUAL(session.hosts.asked[0], 0);
	CU_ASSERT_EQUAL(
		session_fetch(&session, "http://web.test:%P/r1", (struct fetch_request) {0}),
		FETCH_CAUSE_REDIRECT_LIMIT);
	CU_ASSERT_EQUAL(session.result.hop_count, 11);
	session_close(&session);
}

TEST(rebound_host_is_never_connected_to)
{
	static struct fetch_session session;
	plain_session(&session);
	// The second hop asks again, and gets a private address.
	CU_ASSERT_EQUAL(
		session_fetch(&session, "http://rebind.test:%P/to-ok", (struct fetch_request) {0}),
		FETCH_CAUSE_ADDRESS_REFUSED);
	CU_ASSERT_EQUAL(session.result.hop_count, 2);
	CU_ASSERT_EQUAL(session.hosts.socket_count, 1);
	CU_ASSERT_EQUAL(session.hosts.refused_sockets, 0);
	session_close(&session);
}

TEST(refused_addresses_are_left_out_and_counted)
{
	static struct fetch_session session;
	plain_session(&session);
	CU_ASSERT_EQUAL(
		session_fetch(&session, "http://mixed.test:%P/ok", (struct fetch_request) {0}),
		FETCH_CAUSE_NONE);
	CU_ASSERT_EQUAL(session.result.hops[0].refused_count, 2);
	CU_ASSERT_EQUAL(session_fetch(&session, "http://private.test/", (struct fetch_request) {0}),
			FETCH_CAUSE_ADDRESS_REFUSED);
	CU_ASSERT_STRING_EQUAL(session.result.reason, "special-purpose address");
	CU_ASSERT_EQUAL(session_fetch(&session, "http://empty.test/", (struct fetch_request) {0}),
			FETCH_CAUSE_NO_ADDRESS);
	CU_ASSERT_EQUAL(session_fetch(&session, "http://other.test/", (struct fetch_request) {0}),
			FETCH_CAUSE_RESOLVE_FAILED);
	CU_ASSERT_EQUAL(session.hosts.socket_count, 1);
	session_close(&session);
}

TEST(ipv4_is_tried_once_when_ipv6_does_not_connect)
{
	static struct fetch_session session;
	plain_session(&session); // nobody listens at ::1
	session.hosts.allows_ipv6_loopback = true;
	CU_ASSERT_EQUAL(
		session_fetch(&session, "http://dual.test:%P/ok", (struct fetch_request) {0}),
		FETCH_CAUSE_NONE);
	const struct fetch_hop *hop = &session.result.hops[0];
	CU_ASSERT_EQUAL(hop->attempt_count, 2);
	CU_ASSERT_EQUAL(hop->attempts[0].ip.family, 6);
	CU_ASSERT_EQUAL(hop->attempts[0].cause, FETCH_CAUSE_CONNECT_FAILED);
	CU_ASSERT_EQUAL(hop->attempts[1].ip.family, 4);
	CU_ASSERT_EQUAL(session.hosts.socket_count, 2);
	session_close(&session);
}

TEST(no_other_address_is_tried_once_it_answered)
{
	static struct fetch_session session;
	session_open(&session,
		     &(struct web_stub_config) {.pages = pages, .has_ipv4 = true, .has_ipv6 = true},
		     hosts);
	session.hosts.allows_ipv6_loopback = true;
	CU_ASSERT_EQUAL(
		session_fetch(&session, "http://dual.test:%P/gone", (struct fetch_request) {0}),
		FETCH_CAUSE_BAD_RESPONSE);
	CU_ASSERT_EQUAL(session.result.hops[0].attempt_count, 1);
	CU_ASSERT_EQUAL(session.result.hops[0].attempts[0].ip.family, 6);
	CU_ASSERT_EQUAL(session_fetch(&session, "http://[::1]:%P/ok", (struct fetch_request) {0}),
			FETCH_CAUSE_NONE);
	session_close(&session);
}

TEST(nobody_listening_is_a_failed_connection)
{
	static struct fetch_session session;
	session_open(&session, &(struct web_stub_config) {.pages = pages}, hosts);
	CU_ASSERT_EQUAL(
		session_fetch(&session, "http://web.test:%P/ok", (struct fetch_request) {0}),
		FETCH_CAUSE_CONNECT_FAILED);
	CU_ASSERT_EQUAL(session.result.hops[0].attempt_count, 1);
	session_close(&session);
}

TEST(proxy_of_the_environment_is_not_used)
{
	static struct fetch_session session;
	plain_session(&session);
	setenv("http_proxy", "http://127.0.0.1:9/", 1);
	setenv("ALL_PROXY", "socks5h://127.0.0.1:9/", 1);
	CU_ASSERT_EQUAL(
		session_fetch(&session, "http://web.test:%P/ok", (struct fetch_request) {0}),
		FETCH_CAUSE_NONE);
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
	CU_ASSERT_EQUAL(session.hosts.refused_sockets, 0);
	session_close(&session);
}

TEST(request_that_breaks_a_limit_is_refused)
{
	static const char *const folded[] = {"X: a\r\nEvil: b"};
	static const char *const nameless[] = {": b"};
	static const struct fetch_request bad[] = {
		{.url = "http://web.test/", .body_limit = 0},
		{.url = "http://web.test/", .body_limit = FETCH_BODY_MAX + 1},
		{.url = "http://web.test/", .body_limit = 1, .deadline_ms = 60001},
		{.url = "http://web.test/", .body_limit = 1, .headers = folded, .header_count = 1},
		{.url = "http://web.test/",
		 .body_limit = 1,
		 .headers = nameless,
		 .header_count = 1},
		{.url = "http://web.test/", .body_limit = 1, .header_count = 17},
		{.url = "http://web.test/", .body_limit = 1, .user_agent = "a\nb"},
		{.url = "ftp://web.test/", .body_limit = 1},
		{.url = "web.test", .body_limit = 1},
		{.url = "", .body_limit = 1},
	};
	static struct fetch_session session;
	plain_session(&session);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad); i++) {
		struct fetch *fetch = NULL;
		CU_ASSERT_EQUAL(
			fetch_start(session.service, &bad[i], session_ended, &session, &fetch),
			-EINVAL);
		CU_ASSERT_PTR_NULL(fetch);
	}
	session_close(&session);
}

TEST(cancelled_fetch_calls_nobody_at_any_stage)
{
	static struct fetch_session session;
	plain_session(&session);
	char url[64];
	session_expand(&session, "http://web.test:%P/trickle", url, sizeof(url));
	for (unsigned turns = 0; turns < 12; turns++) {
		const struct fetch_request request = {.url = url, .body_limit = 64};
		struct fetch *fetch = NULL;
		CU_ASSERT_EQUAL_FATAL(
			fetch_start(session.service, &request, session_ended, &session, &fetch), 0);
		for (unsigned i = 0; i < turns; i++) {
			event_base_loop(session.base, EVLOOP_NONBLOCK);
		}
		fetch_cancel(fetch);
	}
	fetch_cancel(NULL);
	CU_ASSERT_EQUAL(session.ended, 0);
	CU_ASSERT_TRUE(web_stub_connections(session.stub) > 0);
	session_close(&session);
}

TEST(every_cause_and_outcome_has_a_name_of_its_own)
{
	for (unsigned i = 0; i < FETCH_CAUSE_COUNT; i++) {
		CU_ASSERT_TRUE(strlen(fetch_cause_name(i)) > 0);
		CU_ASSERT_TRUE(i == 0 || strlen(fetch_cause_text(i)) > 0);
		for (unsigned j = 0; j < i; j++) {
			CU_ASSERT_STRING_NOT_EQUAL(fetch_cause_name(i), fetch_cause_name(j));
		}
	}
	CU_ASSERT_STRING_EQUAL(fetch_outcome_name(FETCH_NOT_EVALUATED), "not-evaluated");
	CU_ASSERT_STRING_EQUAL(fetch_outcome_name(FETCH_COMPLETE), "complete");
	CU_ASSERT_STRING_EQUAL(fetch_outcome_name(FETCH_FAILED), "failed");
}

TEST_MAIN(fetch, T(whole_answer_is_given_with_its_digest),
	  T(each_fault_of_the_server_has_its_cause), T(endless_line_of_a_header_ends_early),
	  T(silence_and_trickle_end_at_the_deadline), T(body_is_cut_only_where_that_is_asked_for),
	  T(ten_redirects_are_followed_and_an_eleventh_is_not),
	  T(rebound_host_is_never_connected_to), T(refused_addresses_are_left_out_and_counted),
	  T(ipv4_is_tried_once_when_ipv6_does_not_connect),
	  T(no_other_address_is_tried_once_it_answered), T(nobody_listening_is_a_failed_connection),
	  T(proxy_of_the_environment_is_not_used), T(request_that_breaks_a_limit_is_refused),
	  T(cancelled_fetch_calls_nobody_at_any_stage),
	  T(every_cause_and_outcome_has_a_name_of_its_own))
