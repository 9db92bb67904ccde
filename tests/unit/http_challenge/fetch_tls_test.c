// SPDX-License-Identifier: BSD-3-Clause
// Fetches by https (reliability case 47), and what a fetch costs.

#include "fetch_session.h"
#include "tls_server.h"

#include <malloc.h>
#include <signal.h>

#define BODY "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define FETCH_BYTES_MAX (256 * 1024) // of one fetch, for 4096 of them in 1 GB

static const struct web_page pages[] = {
	{.path = "/ok", .text = BODY},
	{.path = "/hang",
	 .text = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx",
	 .fault = WEB_HANG},
	{0},
};

static const struct scripted_host hosts[] = {{"web.test", {WEB_STUB_ADDRESS}}, {0}};

static void tls_session(struct fetch_session *session, SSL_CTX *tls)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigaction(SIGPIPE, &ignore, NULL);
	session_open(session,
		     &(struct web_stub_config) {.pages = pages, .has_ipv4 = true, .tls = tls},
		     hosts);
}

static enum fetch_cause fetch_of_version(int max_version, struct fetch_session *session)
{
	SSL_CTX *tls = tls_server_context(NULL, max_version, NULL);
	tls_session(session, tls);
	enum fetch_cause cause =
		session_fetch(session, "https://web.test:%P/ok", (struct fetch_request) {0});
	session_close(session);
	SSL_CTX_free(tls);
	return cause;
}

TEST(expired_self_signed_certificate_of_another_name_is_accepted)
{
	static struct fetch_session session;
	CU_ASSERT_EQUAL(fetch_of_version(TLS1_3_VERSION, &session), FETCH_CAUSE_NONE);
	CU_ASSERT_STRING_EQUAL(session.body, "ok");
	CU_ASSERT_STRING_EQUAL(session.result.hops[0].tls_version, "TLSv1.3");
	CU_ASSERT_EQUAL(fetch_of_version(TLS1_2_VERSION, &session), FETCH_CAUSE_NONE);
	CU_ASSERT_STRING_EQUAL(session.result.hops[0].tls_version, "TLSv1.2");
}

TEST(tls_before_1_2_is_refused)
{
	static struct fetch_session session;
	CU_ASSERT_EQUAL(fetch_of_version(TLS1_1_VERSION, &session), FETCH_CAUSE_TLS_FAILED);
	CU_ASSERT_EQUAL(session.result.hops[0].attempts[0].cause, FETCH_CAUSE_TLS_FAILED);
}

TEST(server_that_speaks_no_tls_has_its_cause)
{
	static struct fetch_session session;
	tls_session(&session, NULL);
	CU_ASSERT_EQUAL(session_fetch(&session, "https://web.test:%P/ok",
				      (struct fetch_request) {.connect_ms = 100}),
			FETCH_CAUSE_TLS_FAILED);
	session_close(&session);
}

// Counted with its server's half, in this same process, which only makes it more.
TEST(fetch_costs_at_most_256_kib)
{
	enum { FETCHES = 64 };
	static struct fetch_session session;
	SSL_CTX *tls = tls_server_context(NULL, TLS1_3_VERSION, NULL);
	tls_session(&session, tls);
	session_fetch(&session, "https://web.test:%P/ok", (struct fetch_request) {0});
	char url[64];
	session_expand(&session, "https://web.test:%P/hang", url, sizeof(url));
	struct fetch *fetches[FETCHES];
	struct mallinfo2 before = mallinfo2();
	for (unsigned i = 0; i < FETCHES; i++) {
		const struct fetch_request request = {.url = url, .body_limit = 128};
		CU_ASSERT_EQUAL_FATAL(fetch_start(session.service, &request, session_ended,
						  &session, &fetches[i]),
				      0);
	}
	for (unsigned i = 0; i < 2000 && web_stub_answered(session.stub) < FETCHES + 1; i++) {
		event_base_loop(session.base, EVLOOP_ONCE);
	}
	CU_ASSERT_EQUAL(web_stub_answered(session.stub), FETCHES + 1);
	struct mallinfo2 after = mallinfo2();
	size_t bytes = after.uordblks + after.hblkhd - before.uordblks - before.hblkhd;
	CU_ASSERT_TRUE(bytes / FETCHES <= FETCH_BYTES_MAX);
	for (unsigned i = 0; i < FETCHES; i++) {
		fetch_cancel(fetches[i]);
	}
	session_close(&session);
	SSL_CTX_free(tls);
}

TEST_MAIN(fetch_tls, T(expired_self_signed_certificate_of_another_name_is_accepted),
	  T(tls_before_1_2_is_refused), T(server_that_speaks_no_tls_has_its_cause),
	  T(fetch_costs_at_most_256_kib))
