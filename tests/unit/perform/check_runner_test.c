// SPDX-License-Identifier: BSD-3-Clause
// The life of checks: deadlines, cancelling in every state, limits, a dataplane that is gone.

#include <parallax/dns/rr_type.h>

#include "../http_challenge/web_stub.h"
#include "lookup/lookup.h"
#include "perform_session.h"

#include <errno.h>
#include <string.h>

#define TOKEN "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0"
#define KEY TOKEN ".9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI"
#define HASH "LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo"
#define DNS_01 "'validation_method':'acme-dns-01','key_authorization_hash':'" HASH "'"
#define HTTP_01                                                                                    \
	"'validation_method':'acme-http-01','token':'" TOKEN "','key_authorization':'" KEY "'"
#define TLS_ALPN                                                                                   \
	"'validation_method':'acme-tls-alpn-01','key_authorization_hash':"                         \
	"'abababababababababababababababababababababababababababababababab'"

static const struct web_page pages[] = {
	{.path = "/.well-known/acme-challenge/" TOKEN,
	 .text = "HTTP/1.1 200 OK\r\n\r\n",
	 .fault = WEB_HANG},
	{0},
};

static const struct zone_row zone[] = {
	{.name = "_acme-challenge.good.test",
	 .type = PLX_TYPE_TXT,
	 .dnssec = PLX_DNSSEC_SECURE,
	 .texts = {HASH}},
	{.name = "web.test",
	 .type = PLX_TYPE_A,
	 .dnssec = PLX_DNSSEC_INSECURE,
	 .texts = {WEB_STUB_ADDRESS}},
	{.name = "web.test", .type = PLX_TYPE_AAAA, .dnssec = PLX_DNSSEC_INSECURE},
	{0},
};

static const char *dns_01(const char *name)
{
	return request_dcv("dns", name, NULL, DNS_01);
}

static struct check_runner_stats stats_of(const struct perform_session *session)
{
	struct check_runner_stats stats;
	check_runner_stats(session->runner, &stats);
	return stats;
}

// One that was cancelled stays silent although everything else goes on.
static void cancel_and_go_on(struct perform_session *session)
{
	check_run_cancel(session->run);
	CU_ASSERT_EQUAL(stats_of(session).running, 0);
	exchange_host_stall(session->host, false);
	session->ended = 0;
	session_check(session, dns_01("good.test"));
	CU_ASSERT_STRING_EQUAL(session_told(session), "pass found");
	CU_ASSERT_EQUAL(stats_of(session).cancelled, 1);
	session_close(session);
}

static uint64_t questions_of(const struct perform_session *session)
{
	struct lookup_stats stats;
	lookup_service_stats(session->lookup, &stats);
	return stats.started;
}

// When so many questions have been asked.
static void cancel_after(const char *request, unsigned questions)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_STALLS);
	session_runner_open(&session);
	session_start(&session, request, 0);
	while (questions_of(&session) < questions) {
		session_turn(&session);
	}
	CU_ASSERT_EQUAL(session.ended, 0);
	cancel_and_go_on(&session);
}

TEST(a_check_is_cancelled_before_its_first_step)
{
	cancel_after(dns_01("good.test"), 0);
}

TEST(a_check_is_cancelled_while_it_asks_the_dns)
{
	cancel_after(dns_01("good.test"), 1);
	cancel_after(request_caa("dns", "good.test", ""), 1);
	cancel_after(request_dcv("dns", "www.test", "good.test", DNS_01), 1);
	cancel_after(request_dcv("dns", "web.test", NULL, HTTP_01), 2);
	cancel_after(request_dcv("dns", "web.test", NULL, TLS_ALPN), 2);
}

static void cancel_while_served(const char *request, uint16_t port)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_RUNS);
	session_runner_open(&session);
	struct web_stub *stub = web_stub_start(
		session.base,
		&(struct web_stub_config) {.pages = pages, .has_ipv4 = true, .port = port});
	session_start(&session, request, 0);
	while (web_stub_connections(stub) == 0) {
		session_turn(&session);
	}
	CU_ASSERT_EQUAL(session.ended, 0);
	check_run_cancel(session.run);
	web_stub_stop(stub);
	session.run = NULL;
	session_check(&session, dns_01("good.test"));
	CU_ASSERT_EQUAL(stats_of(&session).cancelled, 1);
	session_close(&session);
}

TEST(a_check_is_cancelled_while_a_server_keeps_it_waiting)
{
	cancel_while_served(request_dcv("dns", "web.test", NULL, HTTP_01), 80);
	cancel_while_served(request_dcv("dns", "web.test", NULL, TLS_ALPN), 443);
}

TEST(closing_the_runner_ends_its_checks_in_silence)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_STALLS);
	session_runner_open(&session);
	session_start(&session, dns_01("good.test"), 0);
	session_turn(&session);
	session_start(&session, request_dcv("dns", "web.test", NULL, HTTP_01), 0);
	session_turn(&session);
	session_start(&session, request_dcv("dns", "web.test", NULL, TLS_ALPN), 0);
	CU_ASSERT_EQUAL(stats_of(&session).running, 3);
	session_close(&session);
	CU_ASSERT_EQUAL(session.ended, 0);
}

TEST(the_deadline_ends_a_check_that_waits)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_STALLS);
	session_runner_open(&session);
	session_start(&session, dns_01("good.test"), 100);
	session_wait(&session);
	CU_ASSERT_STRING_EQUAL(session_told(&session), "error deadline");
	CU_ASSERT_TRUE(session.result.duration_us >= 90000); // the loop's clock is coarse
	CU_ASSERT_EQUAL(session.result.dnssec, PLX_DNSSEC_UNCHECKED);
	session_start(&session, request_caa("dns", "good.test", ""), 100);
	session_wait(&session);
	CU_ASSERT_STRING_EQUAL(session_told(&session), "error deadline");
	CU_ASSERT_EQUAL(session.result.kind, CHECK_KIND_CAA);
	session_close(&session);
}

TEST(a_dataplane_that_is_gone_is_our_fault_and_says_so)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_IS_GONE);
	session.config.lookup_timeout_ms = 20;
	caa_switch_set(&session.config.caa_switches, CAA_SWITCH_LOOKUP_FAILURE_PERMITS, true);
	session_runner_open(&session);
	session_check(&session, dns_01("good.test"));
	CU_ASSERT_STRING_EQUAL(session_told(&session), "error dataplane-lost");
	CU_ASSERT_STRING_EQUAL(session_evidence_text(&session, "dns.0.status"), "LOST");
	session_check(&session, request_dcv("dns", "www.test", "good.test", DNS_01));
	CU_ASSERT_STRING_EQUAL(session_told(&session), "error dataplane-lost");
	session_check(&session, request_caa("dns", "good.test", ""));
	CU_ASSERT_STRING_EQUAL(session_told(&session), "error lookup-failed");
	CU_ASSERT_EQUAL(json_array_size(session_evidence(&session, "dns")), 1);
	session_start(&session, request_dcv("dns", "web.test", NULL, HTTP_01), 500);
	session_wait(&session);
	CU_ASSERT_EQUAL(session.result.outcome, CHECK_ERROR);
	session_close(&session);
}

TEST(a_dataplane_that_ends_meanwhile_ends_the_check)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_STALLS);
	session.config.lookup_timeout_ms = 300;
	session_runner_open(&session);
	session_start(&session, dns_01("good.test"), 0);
	session_turn(&session);
	exchange_host_stop(session.host);
	session.host = NULL;
	session_wait(&session);
	CU_ASSERT_STRING_EQUAL(session_told(&session), "error dataplane-lost");
	session_close(&session);
}

static void on_end_never(void *context, const struct check_result *result)
{
	CU_FAIL("a refused check ended");
}

TEST(more_checks_than_the_limit_are_refused)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_STALLS);
	session.config.running_max = 2;
	session_runner_open(&session);
	session_start(&session, dns_01("good.test"), 0);
	session_start(&session, dns_01("good.test"), 0);
	struct check_request *request = session_request(&session, dns_01("good.test"));
	struct check_run *run;
	CU_ASSERT_EQUAL(check_run_start(session.runner, request, 0, on_end_never, NULL, &run),
			-EAGAIN);
	CU_ASSERT_EQUAL(check_run_start(session.runner, request, CHECK_RUN_DEADLINE_MS_MAX + 1,
					on_end_never, NULL, &run),
			-EINVAL);
	CU_ASSERT_EQUAL(stats_of(&session).refused, 1);
	check_request_free(request);
	session_close(&session);
}

struct chain {
	struct perform_session *session;
	struct check_run *victim;
	unsigned ended;
};

static void on_end_again(void *context, const struct check_result *result)
{
	struct chain *chain = context;
	struct check_run *run;
	chain->ended++;
	check_run_cancel(chain->victim);
	chain->victim = NULL;
	if (chain->ended < 3) {
		struct check_request *request =
			session_request(chain->session, dns_01("good.test"));
		CU_ASSERT_EQUAL(check_run_start(chain->session->runner, request, 0, on_end_again,
						chain, &run),
				0);
	}
}

TEST(callbacks_may_start_and_cancel_checks)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_RUNS);
	session_runner_open(&session);
	struct chain chain = {.session = &session};
	struct check_run *run;
	CU_ASSERT_EQUAL(check_run_start(session.runner,
					session_request(&session, dns_01("good.test")), 0,
					on_end_again, &chain, &run),
			0);
	CU_ASSERT_EQUAL(check_run_start(session.runner,
					session_request(&session, request_dcv("dns", "www.test",
									      "good.test", DNS_01)),
					0, on_end_never, NULL, &chain.victim),
			0);
	while (stats_of(&session).running > 0) {
		session_turn(&session);
	}
	CU_ASSERT_EQUAL(chain.ended, 3);
	struct check_runner_stats stats = stats_of(&session);
	CU_ASSERT_EQUAL(stats.started, 4);
	CU_ASSERT_EQUAL(stats.cancelled, 1);
	CU_ASSERT_EQUAL(stats.dcv[CHECK_PASS], 3);
	CU_ASSERT_EQUAL(stats.caa[CHECK_PASS], 0);
	session_close(&session);
}

TEST(a_configuration_beyond_the_limits_is_refused)
{
	struct perform_session session;
	session_open(&session, zone, SESSION_DATAPLANE_IS_GONE);
	const struct check_runner_config good = session.config;
	struct check_runner_config bad[] = {good, good, good, good, good};
	bad[0].lookup.service = NULL;
	bad[1].now_us = NULL;
	bad[2].running_max = CHECK_RUNNING_MAX + 1;
	bad[3].lookup_attempts = 255;
	bad[4].lookup.resolution = PLX_RESOLUTION_COUNT;
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad); i++) {
		int error = 0;
		CU_ASSERT_PTR_NULL(check_runner_open(&bad[i], &error));
		CU_ASSERT_EQUAL(error, -EINVAL);
	}
	session_close(&session);
}

PERFORM_TEST_MAIN(check_runner, T(a_check_is_cancelled_before_its_first_step),
		  T(a_check_is_cancelled_while_it_asks_the_dns),
		  T(a_check_is_cancelled_while_a_server_keeps_it_waiting),
		  T(closing_the_runner_ends_its_checks_in_silence),
		  T(the_deadline_ends_a_check_that_waits),
		  T(a_dataplane_that_is_gone_is_our_fault_and_says_so),
		  T(a_dataplane_that_ends_meanwhile_ends_the_check),
		  T(more_checks_than_the_limit_are_refused),
		  T(callbacks_may_start_and_cancel_checks),
		  T(a_configuration_beyond_the_limits_is_refused))
