// SPDX-License-Identifier: BSD-3-Clause
// A listener with TLS: who gets in, who is seen, and certificates that change under it.

#include "cunit_runner.h"
#include "http_call.h"
#include "test_certificates.h"

#include "http_server/http_exchange.h"
#include "http_server/http_listener.h"
#include "http_server/http_reply.h"
#include "http_server/http_stream.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <jansson.h>

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <string.h>

static struct event_base *base;
static struct http_listener *listener;
static struct test_authority *authority;
static struct http_call call;
static char directory[64];
static char paths[3][128];
static char url[64];
static char client[128];

static void whoami(struct http_exchange *exchange, void *context)
{
	struct peer_identity identity;
	int error = http_exchange_peer_identity(exchange, &identity);
	json_t *names = json_array();
	for (unsigned i = 0; error == 0 && i < identity.count; i++) {
		json_array_append_new(names, json_string(identity.names[i].text));
	}
	http_reply_json(exchange, 200, json_pack("{s:i,s:o}", "error", error, "names", names));
}

static void finish_stream(evutil_socket_t fd, short what, void *context)
{
	CU_ASSERT_EQUAL(http_stream_write(context, "{\"n\":1}\n", 8), 0);
	CU_ASSERT_EQUAL(http_stream_write(context, "{\"n\":2}\n", 8), 0);
	http_stream_end(context);
}

// Lines and end in the turn of the loop in which the header leaves.
static void stream_soon(struct http_exchange *exchange, void *context)
{
	static const struct timeval at_once = {0};
	http_stream_begin(exchange, "application/x-ndjson");
	event_base_once(base, -1, EV_TIMEOUT, finish_stream, exchange, &at_once);
}

static void stream_nothing(struct http_exchange *exchange, void *context)
{
	http_stream_begin(exchange, "application/x-ndjson");
	http_stream_end(exchange);
}

static const struct http_route routes[] = {{"GET", "/whoami", whoami, NULL},
					   {"GET", "/stream", stream_soon, NULL},
					   {"GET", "/nothing", stream_nothing, NULL}};

static struct http_tls_config tls_of(const char *name, bool with_client)
{
	snprintf(paths[0], sizeof(paths[0]), "%s/%s.pem", directory, name);
	snprintf(paths[1], sizeof(paths[1]), "%s/%s.key", directory, name);
	snprintf(paths[2], sizeof(paths[2]), "%s/ca.pem", directory);
	return (struct http_tls_config) {.certificate_file = paths[0],
					 .key_file = paths[1],
					 .client_ca_file = with_client ? paths[2] : NULL,
					 .is_tls13_only = true};
}

static void start(bool with_client)
{
	static const char *const addresses[] = {"127.0.0.1:0"};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigaction(SIGPIPE, &ignore, NULL);
	snprintf(directory, sizeof(directory), "/tmp/parallax-tls-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
	authority = test_authority_create(directory, "ca");
	test_authority_issue(
		authority, &(struct test_certificate) {.file = "server", .names = "IP:127.0.0.1"});
	test_authority_issue(
		authority,
		&(struct test_certificate) {.file = "client",
					    .names = "URI:parallax://primary/one,DNS:one.test"});
	memset(&call, 0, sizeof(call));
	base = event_base_new();
	struct http_tls_config tls = tls_of("server", with_client);
	struct http_listener_config config = {.base = base,
					      .addresses = addresses,
					      .address_count = 1,
					      .tls = &tls,
					      .limits = http_limits_default(),
					      .routes = routes,
					      .route_count = PLX_ARRAY_SIZE(routes)};
	int error = 0;
	struct http_fault fault = {.text = ""};
	listener = http_listener_open(&config, &error, &fault);
	CU_ASSERT_PTR_NOT_NULL_FATAL(listener);
	call.ca_file = paths[2];
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	return remove(path);
}

static void stop(void)
{
	http_listener_close(listener);
	event_base_free(base);
	test_authority_destroy(authority);
	nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void get_path(const char *certificate, const char *path)
{
	snprintf(client, sizeof(client), "%s/%s", directory, certificate ? certificate : "");
	snprintf(url, sizeof(url), "https://127.0.0.1:%u%s", http_listener_port(listener, 0), path);
	call.url = url;
	call.certificate = certificate != NULL ? client : NULL;
	call.status = 0;
	http_call_run(&call, base);
}

static void get(const char *certificate)
{
	get_path(certificate, "/whoami");
}

TEST(a_stream_that_ends_as_its_header_leaves_arrives_whole)
{
	start(false);
	call.count = 3;
	get_path(NULL, "/stream");
	CU_ASSERT_EQUAL(call.status, 200);
	CU_ASSERT_STRING_EQUAL(call.text, "{\"n\":1}\n{\"n\":2}\n");
	get_path(NULL, "/nothing");
	CU_ASSERT_EQUAL(call.curl_code, 0);
	CU_ASSERT_EQUAL(call.length, 0);
	stop();
}

TEST(a_client_without_certificate_is_anonymous_where_none_is_demanded)
{
	start(false);
	get(NULL);
	CU_ASSERT_EQUAL(call.status, 200);
	CU_ASSERT_STRING_EQUAL(call.text, "{\"error\":-2,\"names\":[]}");
	stop();
}

TEST(the_names_of_a_clients_certificate_are_seen)
{
	start(true);
	call.count = 3;
	get("client");
	CU_ASSERT_EQUAL(call.status, 200);
	CU_ASSERT_STRING_EQUAL(call.text,
			       "{\"error\":0,\"names\":[\"parallax://primary/one\",\"one.test\"]}");
	CU_ASSERT_EQUAL(http_listener_counters(listener).accepted, 1);
	stop();
}

TEST(no_request_of_a_client_without_valid_certificate_is_read)
{
	start(true);
	struct test_authority *other = test_authority_create(directory, "other");
	test_authority_issue(other, &(struct test_certificate) {.file = "foreign"});
	test_authority_issue(authority, &(struct test_certificate) {.file = "expired",
								    .not_before_s = -7200,
								    .not_after_s = -3600});
	test_authority_issue(authority,
			     &(struct test_certificate) {.file = "early", .not_before_s = 3600});
	static const char *const refused[] = {NULL, "foreign", "expired", "early"};
	for (size_t i = 0; i < 4; i++) {
		get(refused[i]);
		CU_ASSERT_NOT_EQUAL(call.curl_code, 0);
		CU_ASSERT_EQUAL(call.status, 0);
	}
	CU_ASSERT_EQUAL(http_listener_counters(listener).requests, 0);
	get("client");
	CU_ASSERT_EQUAL(call.status, 200);
	test_authority_destroy(other);
	stop();
}

TEST(tls_12_and_plain_text_are_refused)
{
	start(false);
	call.tls_version = CURL_SSLVERSION_TLSv1_2 | CURL_SSLVERSION_MAX_TLSv1_2;
	get(NULL);
	CU_ASSERT_EQUAL(call.curl_code, CURLE_SSL_CONNECT_ERROR);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/whoami", http_listener_port(listener, 0));
	http_call_run(&call, base);
	CU_ASSERT_NOT_EQUAL(call.curl_code, 0);
	CU_ASSERT_EQUAL(http_listener_counters(listener).requests, 0);
	stop();
}

TEST(new_certificates_are_used_by_new_connections)
{
	start(false);
	struct test_authority *other = test_authority_create(directory, "other");
	test_authority_issue(other,
			     &(struct test_certificate) {.file = "next", .names = "IP:127.0.0.1"});
	struct http_fault fault = {.text = ""};
	struct http_tls_config missing = tls_of("missing", false);
	CU_ASSERT_EQUAL(http_listener_reload(listener, &missing, &fault), -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, "missing.pem"));
	get(NULL);
	CU_ASSERT_EQUAL(call.status, 200);
	struct http_tls_config next = tls_of("next", false);
	CU_ASSERT_EQUAL(http_listener_reload(listener, &next, &fault), 0);
	get(NULL);
	CU_ASSERT_EQUAL(call.curl_code, CURLE_PEER_FAILED_VERIFICATION);
	snprintf(paths[2], sizeof(paths[2]), "%s/other.pem", directory);
	get(NULL);
	CU_ASSERT_EQUAL(call.status, 200);
	test_authority_destroy(other);
	stop();
}

TEST_MAIN(http_tls, T(a_stream_that_ends_as_its_header_leaves_arrives_whole),
	  T(a_client_without_certificate_is_anonymous_where_none_is_demanded),
	  T(the_names_of_a_clients_certificate_are_seen),
	  T(no_request_of_a_client_without_valid_certificate_is_read),
	  T(tls_12_and_plain_text_are_refused), T(new_certificates_are_used_by_new_connections))
