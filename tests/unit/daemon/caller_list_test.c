// SPDX-License-Identifier: BSD-3-Clause
// Who may ask the real program: certificates of one CA, of which the list of callers names some.

#include "cunit_runner.h"
#include "daemon_fixture.h"
#include "http_call.h"

#include <parallax/base/attributes.h>

#include <curl/curl.h>
#include <event2/event.h>
#include <jansson.h>

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DEADLINE_S 10

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

// Requests one after another on one connection.
struct standing {
	CURL *easy;
	long status;
	long connects; // that the last request made
	pthread_t thread;
};

static size_t ignore(char *bytes, size_t size, size_t count, void *context)
{
	return count;
}

static void *ask_again(void *context)
{
	struct standing *standing = context;
	standing->status = 0;
	CU_ASSERT_EQUAL(curl_easy_perform(standing->easy), CURLE_OK);
	curl_easy_getinfo(standing->easy, CURLINFO_RESPONSE_CODE, &standing->status);
	curl_easy_getinfo(standing->easy, CURLINFO_NUM_CONNECTS, &standing->connects);
	return NULL;
}

static void stand(struct standing *standing, const struct daemon_process *daemon,
		  const char *certificate)
{
	char url[128], file[128];
	*standing = (struct standing) {.easy = curl_easy_init()};
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/caa", daemon->port);
	curl_easy_setopt(standing->easy, CURLOPT_URL, url);
	snprintf(file, sizeof(file), "%s/ca.pem", fixture.directory);
	curl_easy_setopt(standing->easy, CURLOPT_CAINFO, file);
	snprintf(file, sizeof(file), "%s/%s.pem", fixture.directory, certificate);
	curl_easy_setopt(standing->easy, CURLOPT_SSLCERT, file);
	snprintf(file, sizeof(file), "%s/%s.key", fixture.directory, certificate);
	curl_easy_setopt(standing->easy, CURLOPT_SSLKEY, file);
	curl_easy_setopt(standing->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(standing->easy, CURLOPT_TIMEOUT_MS, 20000L);
	curl_easy_setopt(standing->easy, CURLOPT_WRITEFUNCTION, ignore);
	curl_easy_setopt(standing->easy, CURLOPT_POSTFIELDS, CAA);
	ask_again(standing);
	CU_ASSERT_EQUAL(standing->status, 200);
}

static int64_t in_flight(const struct daemon_process *daemon)
{
	json_t *counters = daemon_ask(daemon, "counters.get", NULL);
	int64_t count = json_integer_value(member(counters, "http/requests_in_flight"));
	json_decref(counters);
	return count;
}

// A request is worked on while the list changes from naming "one" to naming "two" in its place.
static void change_list(struct daemon_process *daemon, const char *from, const char *to)
{
	struct standing one;
	stand(&one, daemon, "one");
	CU_ASSERT_EQUAL(ask_as(daemon, "two", "/caa", CAA), 403);
	pthread_create(&one.thread, NULL, ask_again, &one);
	time_t end = time(NULL) + DEADLINE_S;
	while (in_flight(daemon) == 0 && time(NULL) < end) {
	}
	daemon_edit_config(daemon, from, to);
	json_decref(daemon_ask(daemon, "config.reload", NULL));
	CU_ASSERT_EQUAL(in_flight(daemon), 1); // it came before the end of the request
	pthread_join(one.thread, NULL);
	CU_ASSERT_EQUAL(one.status, 200);
	CU_ASSERT_EQUAL(one.connects, 0);
	ask_again(&one);
	CU_ASSERT_EQUAL(one.status, 403);
	CU_ASSERT_EQUAL(one.connects, 0); // the connection stood
	CU_ASSERT_EQUAL(ask_as(daemon, "two", "/caa", CAA), 200);
	curl_easy_cleanup(one.easy);
}

TEST(a_reload_takes_another_list_and_a_standing_connection_is_judged_by_it)
{
	fixture_init(NULL);
	daemon_edit_config(&fixture.remote,
			   "  callers:", "  limits: {lookup_timeout: 2s}\n  callers:");
	daemon_start(&fixture.remote);
	change_list(&fixture.remote, "callers: [one]", "callers: [two]");
	CU_ASSERT_EQUAL(ask_as(&fixture.remote, "two", "/healthz", NULL), 200);
	CU_ASSERT_EQUAL(ask_as(&fixture.remote, "one", "/healthz", NULL), 403);
	fixture_fini();
	start_primary("  limits: {lookup_timeout: 2s}\n  callers: [\"parallax://primary/one\"]\n");
	change_list(&fixture.primary, "parallax://primary/one", "parallax://primary/two");
	fixture_fini();
}

TEST(a_reload_begins_and_ends_a_list_of_a_primary)
{
	start_primary(LIMITS);
	CU_ASSERT_EQUAL(ask_as(&fixture.primary, "fra-1", "/healthz", NULL), 200);
	daemon_edit_config(&fixture.primary, LIMITS, LIMITS "  callers: [RA.two.test]\n");
	json_decref(daemon_ask(&fixture.primary, "config.reload", NULL));
	CU_ASSERT_EQUAL(ask_as(&fixture.primary, "fra-1", "/healthz", NULL), 403);
	CU_ASSERT_EQUAL(ask_as(&fixture.primary, "two", "/healthz", NULL), 200);
	daemon_edit_config(&fixture.primary, "  callers: [RA.two.test]\n", "");
	json_decref(daemon_ask(&fixture.primary, "config.reload", NULL));
	CU_ASSERT_EQUAL(ask_as(&fixture.primary, "fra-1", "/healthz", NULL), 200);
	fixture_fini();
}

TEST(a_list_with_a_name_that_is_none_changes_nothing)
{
	fixture_init(NULL);
	daemon_start(&fixture.remote);
	daemon_edit_config(&fixture.remote, "callers: [one]", "callers: [two, Not_A_Name]");
	json_t *answer = daemon_call(&fixture.remote, "config.reload", NULL);
	CU_ASSERT_PTR_NOT_NULL(strstr(member_text(answer, "error/message"), "callers"));
	CU_ASSERT_PTR_NOT_NULL(strstr(member_text(answer, "error/message"), "Not_A_Name"));
	json_decref(answer);
	CU_ASSERT_EQUAL(ask_as(&fixture.remote, "one", "/healthz", NULL), 200);
	CU_ASSERT_EQUAL(ask_as(&fixture.remote, "two", "/healthz", NULL), 403);
	fixture_fini();
}

TEST_MAIN(caller_list, T(a_remote_answers_nothing_to_a_certificate_that_its_list_does_not_name),
	  T(a_primary_with_a_list_answers_those_that_it_names),
	  T(a_primary_without_a_list_answers_whom_its_ca_vouches_for),
	  T(a_reload_takes_another_list_and_a_standing_connection_is_judged_by_it),
	  T(a_reload_begins_and_ends_a_list_of_a_primary),
	  T(a_list_with_a_name_that_is_none_changes_nothing))
