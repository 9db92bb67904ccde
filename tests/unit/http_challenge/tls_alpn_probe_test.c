// SPDX-License-Identifier: BSD-3-Clause
// The tls-alpn-01 handshake with right and wrong servers.

#include "http_challenge/tls_alpn_probe.h"

#include "cunit_runner.h"
#include "scripted_hosts.h"
#include "tls_server.h"
#include "web_stub.h"

#include <errno.h>
#include <signal.h>

static const struct web_page pages[] = {{0}};

static const struct scripted_host hosts[] = {
	{"web.test", {WEB_STUB_ADDRESS}},
	{"dual.test", {WEB_STUB_ADDRESS " ::1"}},
	{"private.test", {"10.0.0.1"}},
	{"empty.test", {"-"}},
	{0},
};

static char acme[] = TLS_ALPN_PROTOCOL;
static char http11[] = "http/1.1";
static char nothing[] = "";

struct probe_session {
	struct event_base *base;
	struct web_stub *stub;
	struct scripted_hosts hosts;
	struct tls_alpn_service *service;
	SSL_CTX *tls;
	X509 *certificate;
	unsigned ended;
	bool is_late;
	bool is_certificate_right;
	char server_name[64]; // as the server saw it
	struct tls_alpn_result result;
};

static int name_seen(SSL *ssl, int *alert, void *context)
{
	struct probe_session *session = context;
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	snprintf(session->server_name, sizeof(session->server_name), "%s",
		 name == NULL ? "" : name);
	return SSL_TLSEXT_ERR_OK;
}

// `alpn` as in tls_server.h; max_version 0: a server without TLS.
static void probe_open(struct probe_session *session, char *alpn, int max_version, bool has_ipv4)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigaction(SIGPIPE, &ignore, NULL);
	*session = (struct probe_session) {.base = event_base_new()};
	if (max_version != 0) {
		session->tls = tls_server_context(alpn, max_version, &session->certificate);
		SSL_CTX_set_tlsext_servername_callback(session->tls, name_seen);
		SSL_CTX_set_tlsext_servername_arg(session->tls, session);
	}
	session->stub = web_stub_start(
		session->base, &(struct web_stub_config) {
				       .pages = pages, .has_ipv4 = has_ipv4, .tls = session->tls});
	session->hosts = (struct scripted_hosts) {
		.base = session->base, .rows = hosts, .permitted = WEB_STUB_ADDRESS};
	const struct fetch_config config = scripted_config(&session->hosts);
	session->service = tls_alpn_service_open(
		session->base,
		&(struct tls_alpn_config) {.resolver = config.resolver, .rules = config.rules});
	CU_ASSERT_PTR_NOT_NULL_FATAL(session->service);
}

static void probe_close(struct probe_session *session)
{
	CU_ASSERT_EQUAL(tls_alpn_service_running(session->service), 0);
	CU_ASSERT_EQUAL(session->hosts.pending, 0);
	tls_alpn_service_close(session->service);
	web_stub_stop(session->stub);
	SSL_CTX_free(session->tls);
	X509_free(session->certificate);
	event_base_free(session->base);
}

static void probe_ended(void *context, const struct tls_alpn_result *result)
{
	struct probe_session *session = context;
	session->ended++;
	session->result = *result;
	unsigned char *der = NULL;
	int length = session->certificate == NULL ? 0 : i2d_X509(session->certificate, &der);
	session->is_certificate_right = length > 0 &&
					result->certificate_length == (size_t)length &&
					memcmp(result->certificate, der, (size_t)length) == 0;
	OPENSSL_free(der);
}

static void probe_alarm(evutil_socket_t fd, short what, void *context)
{
	*(bool *)context = true;
}

static enum tls_alpn_cause probe_run(struct probe_session *session, const char *host,
				     uint32_t deadline_ms)
{
	const struct tls_alpn_request request = {.host = host,
						 .server_name = "name.test",
						 .port = web_stub_port(session->stub),
						 .deadline_ms = deadline_ms};
	struct tls_alpn_probe *probe = NULL;
	session->ended = 0;
	CU_ASSERT_EQUAL_FATAL(
		tls_alpn_start(session->service, &request, probe_ended, session, &probe), 0);
	CU_ASSERT_EQUAL(session->ended, 0);
	struct event *alarm_event = evtimer_new(session->base, probe_alarm, &session->is_late);
	const struct timeval limit = {.tv_sec = 20};
	evtimer_add(alarm_event, &limit);
	while (session->ended == 0 && !session->is_late) {
		event_base_loop(session->base, EVLOOP_ONCE);
	}
	event_free(alarm_event);
	CU_ASSERT_FALSE_FATAL(session->is_late);
	CU_ASSERT_EQUAL(session->result.outcome, session->result.cause == TLS_ALPN_CAUSE_NONE
							 ? TLS_ALPN_HANDSHAKE_COMPLETE
							 : TLS_ALPN_HANDSHAKE_FAILED);
	return session->result.cause;
}

static enum tls_alpn_cause probe_once(char *alpn, int max_version, const char *host,
				      struct probe_session *session)
{
	probe_open(session, alpn, max_version, true);
	enum tls_alpn_cause cause = probe_run(session, host, 0);
	probe_close(session);
	return cause;
}

TEST(right_server_gives_its_certificate)
{
	static struct probe_session session;
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	for (unsigned i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(probe_once(acme, versions[i], "web.test", &session),
				TLS_ALPN_CAUSE_NONE);
		CU_ASSERT_TRUE(session.is_certificate_right);
		CU_ASSERT_STRING_EQUAL(session.result.protocol, "acme-tls/1");
		CU_ASSERT_STRING_EQUAL(session.result.tls_version, i == 0 ? "TLSv1.2" : "TLSv1.3");
		CU_ASSERT_STRING_EQUAL(session.server_name, "name.test");
		CU_ASSERT_EQUAL(session.result.attempt_count, 1);
	}
	CU_ASSERT_EQUAL(probe_once(acme, TLS1_3_VERSION, WEB_STUB_ADDRESS, &session),
			TLS_ALPN_CAUSE_NONE);
	CU_ASSERT_PTR_NULL(session.result.addresses);
}

TEST(server_without_acme_tls_is_refused)
{
	static struct probe_session session;
	CU_ASSERT_EQUAL(probe_once(NULL, TLS1_3_VERSION, "web.test", &session),
			TLS_ALPN_CAUSE_PROTOCOL_REFUSED);
	CU_ASSERT_EQUAL(probe_once(nothing, TLS1_3_VERSION, "web.test", &session),
			TLS_ALPN_CAUSE_PROTOCOL_REFUSED);
	// One that was not offered: OpenSSL itself objects (RFC 7301 3.1).
	CU_ASSERT_NOT_EQUAL(probe_once(http11, TLS1_3_VERSION, "web.test", &session),
			    TLS_ALPN_CAUSE_NONE);
	CU_ASSERT_EQUAL(session.result.outcome, TLS_ALPN_HANDSHAKE_FAILED);
}

TEST(tls_before_1_2_is_refused)
{
	static struct probe_session session;
	CU_ASSERT_EQUAL(probe_once(acme, TLS1_1_VERSION, "web.test", &session),
			TLS_ALPN_CAUSE_HANDSHAKE_FAILED);
	CU_ASSERT_PTR_NOT_NULL(session.result.detail);
	CU_ASSERT_PTR_NULL(session.result.tls_version);
}

TEST(server_that_says_nothing_ends_at_the_deadline)
{
	static struct probe_session session;
	probe_open(&session, NULL, 0, true);
	CU_ASSERT_EQUAL(probe_run(&session, "web.test", 100), TLS_ALPN_CAUSE_DEADLINE);
	CU_ASSERT_TRUE(session.result.duration_ms >= 90);
	CU_ASSERT_EQUAL(session.result.attempts[0].cause, TLS_ALPN_CAUSE_DEADLINE);
	session.hosts.is_silent = true;
	CU_ASSERT_EQUAL(probe_run(&session, "web.test", 100), TLS_ALPN_CAUSE_DEADLINE);
	CU_ASSERT_EQUAL(session.result.attempt_count, 0);
	probe_close(&session);
}

TEST(addresses_are_judged_before_anything_is_connected_to)
{
	static struct probe_session session;
	probe_open(&session, acme, TLS1_3_VERSION, true);
	CU_ASSERT_EQUAL(probe_run(&session, "private.test", 0), TLS_ALPN_CAUSE_ADDRESS_REFUSED);
	CU_ASSERT_STRING_EQUAL(session.result.detail, "special-purpose address");
	CU_ASSERT_EQUAL(probe_run(&session, "127.0.0.1", 0), TLS_ALPN_CAUSE_ADDRESS_REFUSED);
	CU_ASSERT_EQUAL(probe_run(&session, "::1", 0), TLS_ALPN_CAUSE_ADDRESS_REFUSED);
	CU_ASSERT_EQUAL(probe_run(&session, "empty.test", 0), TLS_ALPN_CAUSE_NO_ADDRESS);
	CU_ASSERT_EQUAL(probe_run(&session, "other.test", 0), TLS_ALPN_CAUSE_RESOLVE_FAILED);
	CU_ASSERT_EQUAL(web_stub_connections(session.stub), 0);
	CU_ASSERT_EQUAL(session.result.attempt_count, 0);
	probe_close(&session);
}

TEST(ipv4_is_tried_once_when_ipv6_does_not_connect)
{
	static struct probe_session session;
	probe_open(&session, acme, TLS1_3_VERSION, true);
	session.hosts.allows_ipv6_loopback = true;
	CU_ASSERT_EQUAL(probe_run(&session, "dual.test", 0), TLS_ALPN_CAUSE_NONE);
	CU_ASSERT_EQUAL(session.result.attempt_count, 2);
	CU_ASSERT_EQUAL(session.result.attempts[0].ip.family, 6);
	CU_ASSERT_EQUAL(session.result.attempts[0].cause, TLS_ALPN_CAUSE_CONNECT_FAILED);
	CU_ASSERT_EQUAL(session.result.attempts[1].cause, TLS_ALPN_CAUSE_NONE);
	probe_close(&session);
	probe_open(&session, acme, TLS1_3_VERSION, false);
	CU_ASSERT_EQUAL(probe_run(&session, "web.test", 0), TLS_ALPN_CAUSE_CONNECT_FAILED);
	probe_close(&session);
}

TEST(cancelled_probe_calls_nobody_at_any_stage)
{
	static struct probe_session session;
	probe_open(&session, NULL, 0, true);
	const struct tls_alpn_request request = {
		.host = "web.test", .server_name = "web.test", .port = web_stub_port(session.stub)};
	for (unsigned turns = 0; turns < 8; turns++) {
		struct tls_alpn_probe *probe = NULL;
		CU_ASSERT_EQUAL_FATAL(
			tls_alpn_start(session.service, &request, probe_ended, &session, &probe),
			0);
		for (unsigned i = 0; i < turns; i++) {
			event_base_loop(session.base, EVLOOP_NONBLOCK);
		}
		tls_alpn_cancel(probe);
	}
	tls_alpn_cancel(NULL);
	CU_ASSERT_EQUAL(session.ended, 0);
	probe_close(&session);
}

TEST(request_that_breaks_a_limit_is_refused)
{
	static const struct tls_alpn_request bad[] = {
		{.host = "a..test", .server_name = "a.test"},
		{.host = "a.test", .server_name = ""},
		{.host = "a.test", .server_name = "a b"},
		{.host = "a.test", .server_name = "a.test", .deadline_ms = 60001},
	};
	static struct probe_session session;
	probe_open(&session, acme, TLS1_3_VERSION, true);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad); i++) {
		struct tls_alpn_probe *probe = NULL;
		CU_ASSERT_EQUAL(
			tls_alpn_start(session.service, &bad[i], probe_ended, &session, &probe),
			-EINVAL);
	}
	probe_close(&session);
}

TEST(every_cause_and_outcome_has_a_name)
{
	for (unsigned i = 0; i < TLS_ALPN_CAUSE_COUNT; i++) {
		CU_ASSERT_TRUE(strlen(tls_alpn_cause_name(i)) > 0);
	}
	CU_ASSERT_STRING_EQUAL(tls_alpn_outcome_name(TLS_ALPN_HANDSHAKE_NOT_EVALUATED),
			       "not-evaluated");
	CU_ASSERT_STRING_EQUAL(tls_alpn_outcome_name(TLS_ALPN_HANDSHAKE_COMPLETE), "complete");
	CU_ASSERT_STRING_EQUAL(tls_alpn_outcome_name(TLS_ALPN_HANDSHAKE_FAILED), "failed");
}

TEST_MAIN(tls_alpn_probe, T(right_server_gives_its_certificate),
	  T(server_without_acme_tls_is_refused), T(tls_before_1_2_is_refused),
	  T(server_that_says_nothing_ends_at_the_deadline),
	  T(addresses_are_judged_before_anything_is_connected_to),
	  T(ipv4_is_tried_once_when_ipv6_does_not_connect),
	  T(cancelled_probe_calls_nobody_at_any_stage), T(request_that_breaks_a_limit_is_refused),
	  T(every_cause_and_outcome_has_a_name))
