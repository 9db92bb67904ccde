// SPDX-License-Identifier: BSD-3-Clause
// Who may ask the real program: certificates of one CA, of which the list of callers names some.

#include "cunit_runner.h"
#include "daemon_fixture.h"
#include "http_call.h"

#include <parallax/base/attributes.h>

#include <event2/event.h>
#include <jansson.h>

#include <stdio.h>
#include <string.h>

#define CAA                                                                                        \
	"{\"domain_or_ip_target\":\"www.example.test\",\"caa_check_parameters\":"                  \
	"{\"certificate_type\":\"tls-server\",\"caa_domains\":[\"ca.test\"]}}"

// Without a dataplane a check ends as an error after the time that a look-up has.
#define LIMITS "  limits: {lookup_timeout: 200ms}\n"

// The status of a request with the certificate; 0: the handshake failed.
static long ask_as(const struct daemon_process *daemon, const char *certificate, const char *path,
		   const char *body)
{
	static struct http_call call;
	char url[128], ca[96], own[96];
	snprintf(url, sizeof(url), "https://127.0.0.1:%d%s", daemon->port, path);
	snprintf(ca, sizeof(ca), "%s/ca.pem", fixture.directory);
	snprintf(own, sizeof(own), "%s/%s", fixture.directory, certificate);
	call = (struct http_call) {.url = url,
				   .ca_file = ca,
				   .certificate = own,
				   .header = "Content-Type: application/json",
				   .body = body,
				   .body_length = body != NULL ? strlen(body) : 0};
	struct event_base *base = event_base_new();
	http_call_run(&call, base);
	event_base_free(base);
	return call.status;
}

TEST(a_remote_answers_nothing_to_a_certificate_that_its_list_does_not_name)
{
	fixture_init(NULL);
	daemon_edit_config(&fixture.remote, "  callers:", LIMITS "  callers:");
	daemon_start(&fixture.remote);
	static const struct {
		const char *path, *body;
		long status; // for a primary that the list names
	} requests[] = {{"/caa", CAA, 200},
			{"/dcv", "{\"domain_or_ip_target\":7}", 422},
			{"/v1/checks", "{}", 400},
			{"/healthz", NULL, 200},
			{"/nowhere", NULL, 404}};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(requests); i++) {
		const char *path = requests[i].path, *body = requests[i].body;
		CU_ASSERT_EQUAL(ask_as(&fixture.remote, "one", path, body), requests[i].status);
		CU_ASSERT_EQUAL(ask_as(&fixture.remote, "two", path, body), 403);
		CU_ASSERT_EQUAL(ask_as(&fixture.remote, "fra-1", path, body), 403);
	}
	fixture_fini();
}

// `extra` are more lines of the primary's configuration, which asks its clients for certificates.
static void start_primary(const char *extra)
{
	char client_ca[128];
	fixture_init(&(struct daemon_options_text) {.primary_extra = extra});
	snprintf(client_ca, sizeof(client_ca),
		 "client_ca: %s/ca.pem, server_ca:", fixture.directory);
	daemon_edit_config(&fixture.primary, "server_ca:", client_ca);
	daemon_start(&fixture.primary);
}

TEST(a_primary_with_a_list_answers_those_that_it_names)
{
	start_primary(LIMITS "  callers: [RA.two.test, \"parallax://primary/one\"]\n");
	CU_ASSERT_EQUAL(ask_as(&fixture.primary, "one", "/caa", CAA), 200);
	CU_ASSERT_EQUAL(ask_as(&fixture.primary, "two", "/caa", CAA), 200);
	CU_ASSERT_EQUAL(ask_as(&fixture.primary, "fra-1", "/caa", CAA), 403);
	CU_ASSERT_EQUAL(ask_as(&fixture.primary, "fra-1", "/v1/orders", "{}"), 403);
	CU_ASSERT_EQUAL(ask_as(&fixture.primary, "fra-1", "/healthz", NULL), 403);
	fixture_fini();
}

TEST(a_primary_without_a_list_answers_whom_its_ca_vouches_for)
{
	start_primary(LIMITS);
	CU_ASSERT_EQUAL(ask_as(&fixture.primary, "fra-1", "/caa", CAA), 200);
	CU_ASSERT_EQUAL(ask_as(&fixture.primary, "fra-1", "/healthz", NULL), 200);
	fixture_fini();
}

TEST_MAIN(caller_list, T(a_remote_answers_nothing_to_a_certificate_that_its_list_does_not_name),
	  T(a_primary_with_a_list_answers_those_that_it_names),
	  T(a_primary_without_a_list_answers_whom_its_ca_vouches_for))
