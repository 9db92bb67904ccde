// SPDX-License-Identifier: BSD-3-Clause
// Sets both ends up, counts what comes back.

#include "channel_fixture.h"

#include <parallax/base/random_source.h>

#include "perspective/signed_line.h"

#include <event2/event.h>
#include <jansson.h>
#include <openssl/evp.h>

#include <ftw.h>
#include <signal.h>
#include <string.h>

struct channel channel;
static struct plx_random random_source;
static struct http_route routes[2];

static void note_cancel(void *context)
{
	struct perspective_reply *reply = context;
	channel.cancelled++;
	for (unsigned i = 0; i < channel.held_count; i++) {
		if (channel.held[i] == reply) {
			channel.held[i] = NULL;
		}
	}
	perspective_reply_send(reply, NULL);
}

static void run_check(struct perspective_reply *reply, const json_t *check, unsigned deadline_ms,
		      void *context)
{
	if (json_is_true(json_object_get(check, "hold"))) {
		perspective_reply_set_cancel(reply, note_cancel, reply);
		channel.held[channel.held_count++] = reply;
		return;
	}
	perspective_reply_send(reply, json_pack("{s:O}", "n", json_object_get(check, "n")));
}

// By itself, and among all answers so far.
static void verify_line(const struct perspective_answer *answer)
{
	struct root_verifier alone;
	root_verifier_init(&alone, "fra-1", channel.key);
	struct root_verifier *const verifiers[] = {&alone, &channel.verifier};
	for (unsigned i = 0; i < 2; i++) {
		json_t *envelope = NULL;
		CU_ASSERT_EQUAL(signed_line_read(answer->line, answer->line_length, verifiers[i],
						 &envelope),
				SIGNED_LINE_VALID);
		CU_ASSERT_TRUE(json_equal(envelope, answer->envelope));
		json_decref(envelope);
	}
}

static void on_answer(const struct perspective_answer *answer, void *context)
{
	channel.ended++;
	channel.by_cause[answer->cause]++;
	snprintf(channel.detail, sizeof(channel.detail), "%s", answer->detail);
	if (answer->cause == PERSPECTIVE_ANSWERED) {
		channel.last_n = json_integer_value(json_object_get(answer->answer, "n"));
		CU_ASSERT_EQUAL(channel.last_n, (int64_t)(intptr_t)context);
		verify_line(answer);
	}
}

const char *channel_path(const char *name)
{
	static char paths[8][160];
	static unsigned next;
	char *path = paths[next++ % 8];
	snprintf(path, sizeof(paths[0]), "%s/%s", channel.directory, name);
	return path;
}

struct perspective_tls_files channel_files(const char *authority, const char *certificate)
{
	char name[64];
	struct perspective_tls_files files = {.public_key_file = channel_path("fra-1.pub")};
	snprintf(name, sizeof(name), "%s.pem", authority);
	files.ca_file = channel_path(name);
	snprintf(name, sizeof(name), "%s.pem", certificate);
	files.certificate_file = channel_path(name);
	snprintf(name, sizeof(name), "%s.key", certificate);
	files.key_file = channel_path(name);
	return files;
}

static void issue_certificates(const struct channel_options *options)
{
	char primary[80];
	bool is_other = options->server_authority != NULL;
	struct test_certificate server = options->server;
	channel.authority = test_authority_create(channel.directory, "ca");
	channel.other = test_authority_create(channel.directory, "other");
	if (server.file == NULL) {
		server.file = "server";
		server.names = FRA_1;
	}
	test_authority_issue(is_other ? channel.other : channel.authority, &server);
	snprintf(primary, sizeof(primary), "URI:parallax://primary/%s",
		 options->primary != NULL ? options->primary : "one");
	test_authority_issue(channel.authority,
			     &(struct test_certificate) {.file = "client", .names = primary});
	test_signing_key_create(channel.directory, "fra-1");
	CU_ASSERT_EQUAL_FATAL(signing_key_read(channel_path("fra-1.key"), true, &channel.key), 0);
	root_verifier_init(&channel.verifier, "fra-1", channel.key);
}

static void open_server(const struct channel_options *options)
{
	static const char *const addresses[] = {"127.0.0.1:0"};
	struct perspective_server_config server = {.base = channel.base,
						   .name = "fra-1",
						   .rir = "RIPE NCC",
						   .key = channel.key,
						   .primaries = {"one", "two"},
						   .checks_max = 5000,
						   .check_run = run_check};
	channel.server = perspective_server_create(&server);
	CU_ASSERT_PTR_NOT_NULL_FATAL(channel.server);
	routes[0] = (struct http_route) {"POST", "/v1/checks",
					 options->checks != NULL ? options->checks
								 : perspective_server_take_checks,
					 channel.server};
	routes[1] = (struct http_route) {"GET", "/healthz", perspective_server_take_health,
					 channel.server};
	struct http_tls_config tls = {.certificate_file = channel_path("server.pem"),
				      .key_file = channel_path("server.key"),
				      .client_ca_file = channel_path("ca.pem"),
				      .is_tls13_only = true};
	struct http_listener_config config = {.base = channel.base,
					      .addresses = addresses,
					      .address_count = 1,
					      .tls = &tls,
					      .limits = http_limits_default(),
					      .routes = routes,
					      .route_count = 2};
	struct http_fault fault = {.text = ""};
	int error = 0;
	channel.listener = http_listener_open(&config, &error, &fault);
	CU_ASSERT_PTR_NOT_NULL_FATAL(channel.listener);
}

void channel_start(const struct channel_options *options)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	static const uint8_t key[PLX_RANDOM_KEY_BYTES] = {1};
	sigaction(SIGPIPE, &ignore, NULL);
	memset(&channel, 0, sizeof(channel));
	plx_random_init_fixed(&random_source, key);
	snprintf(channel.directory, sizeof(channel.directory), "/tmp/parallax-channel-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(channel.directory));
	channel.base = event_base_new();
	issue_certificates(options);
	open_server(options);
	char url[64];
	snprintf(url, sizeof(url), "https://127.0.0.1:%u/",
		 http_listener_port(channel.listener, 0));
	if (options->is_down) {
		channel_close_listener();
	}
	struct perspective_client_config config = {
		.base = channel.base,
		.random = &random_source,
		.name = "fra-1",
		.rir = "RIPE NCC",
		.url = url,
		.tls = channel_files("ca", "client"),
		.connections_max = options->connections_max > 0 ? options->connections_max : 4,
		.asks_max = options->asks_max > 0 ? options->asks_max : 5000,
		.window_ms = 2};
	struct perspective_fault fault = {.text = ""};
	int error = 0;
	channel.client = perspective_client_create(&config, &error, &fault);
	CU_ASSERT_PTR_NOT_NULL_FATAL(channel.client);
}

void channel_close_listener(void)
{
	http_listener_close(channel.listener);
	channel.listener = NULL;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	return remove(path);
}

void channel_stop(void)
{
	perspective_client_destroy(channel.client);
	channel_close_listener();
	perspective_server_destroy(channel.server);
	EVP_PKEY_free(channel.key);
	test_authority_destroy(channel.authority);
	test_authority_destroy(channel.other);
	event_base_free(channel.base);
	nftw(channel.directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

struct perspective_ask *channel_ask(int64_t n, bool is_held, unsigned deadline_ms, int *ret_error)
{
	struct perspective_ask *ask = NULL;
	json_t *check = json_pack("{s:I,s:b}", "n", (json_int_t)n, "hold", (int)is_held);
	*ret_error = perspective_ask(channel.client, check, deadline_ms, on_answer,
				     (void *)(intptr_t)n, &ask);
	json_decref(check);
	return ask;
}

static unsigned wanted;

static bool has_ended(void *context)
{
	return channel.ended >= wanted;
}

static bool has_held(void *context)
{
	return channel.held_count >= wanted;
}

static bool has_cancelled(void *context)
{
	return channel.cancelled >= wanted;
}

bool channel_wait_ended(unsigned count)
{
	wanted = count;
	return loop_until(channel.base, has_ended, NULL);
}

bool channel_wait_held(unsigned count)
{
	wanted = count;
	return loop_until(channel.base, has_held, NULL);
}

bool channel_wait_cancelled(unsigned count)
{
	wanted = count;
	return loop_until(channel.base, has_cancelled, NULL);
}
