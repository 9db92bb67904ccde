// SPDX-License-Identifier: BSD-3-Clause

#include "bench/bench_session.h"

#include <parallax/base/error.h>

#include "bench/client_load_engine.h"

#include <jansson.h>

#include <errno.h>
#include <string.h>
#include <time.h>

#define START_PATIENCE_MS 30000
#define PATH_PATIENCE_MS 10000
#define LOOK_MS 20
#define ARGUMENTS_MAX (BENCH_DATAPLANE_ARGUMENTS_MAX + 16)
#define LOOKUPS_MIN 4096u
#define CALL_TIMEOUT_MS 5000
#define SERVER_TEXT_MAX 160

static void sleep_a_little(void)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000};
	nanosleep(&pause, NULL);
}

// The switches of docs/bench.md: the server gets all that is meant for it, and the questions that dnsperf would ask.
static void describe_server(const struct bench_options *options,
			    char ret_text[static SERVER_TEXT_MAX])
{
	char endpoint[PLX_ENDPOINT_TEXT_MAX];
	if (options->mode == BENCH_MODE_SELF_TEST) {
		// Production, with nothing left out.
		snprintf(ret_text, SERVER_TEXT_MAX, "%s,in_flight=%u",
			 plx_endpoint_format(&options->server, endpoint), options->outstanding_max);
		return;
	}
	snprintf(ret_text, SERVER_TEXT_MAX, "%s,steady,in_flight=%u,cookies=false%s%s",
		 plx_endpoint_format(&options->server, endpoint), options->outstanding_max,
		 options->edns ? "" : ",edns=false", options->dnssec_ok ? "" : ",dnssec_ok=false");
}

static int start_child(struct bench_session *session, struct bench_failure *failure)
{
	const struct bench_options *options = session->options;
	const char *arguments[ARGUMENTS_MAX];
	unsigned count = 0;
	char server[SERVER_TEXT_MAX];
	char lookups[16];
	if (child_process_prepare(&session->child, options->dataplane_name, failure) != 0) {
		return -1;
	}
	snprintf(session->child_socket, sizeof(session->child_socket), "%s/dataplane.sock",
		 session->child.directory);
	session->socket_path = session->child_socket;
	arguments[count++] = "--socket";
	arguments[count++] = session->socket_path;
	uint32_t lookups_max = LOOKUPS_MIN;
	while (lookups_max < 2 * options->outstanding_max) {
		lookups_max *= 2;
	}
	describe_server(options, server);
	snprintf(lookups, sizeof(lookups), "%u", lookups_max);
	arguments[count++] = "--upstream";
	arguments[count++] = server;
	arguments[count++] = "--lookups-max";
	arguments[count++] = lookups;
	arguments[count++] = "--iterative=off";
	if (options->workers != NULL) {
		arguments[count++] = "--workers";
		arguments[count++] = options->workers;
	}
	if (options->is_poll_mode) {
		arguments[count++] = "--poll-mode";
	}
	for (unsigned i = 0; i < options->dataplane_argument_count; i++) {
		arguments[count++] = options->dataplane_arguments[i];
	}
	arguments[count] = NULL;
	return child_process_start(&session->child, options->dataplane_path, arguments, failure);
}

static bool is_interrupted(const struct bench_session *session, struct bench_failure *failure)
{
	if (*session->stop_requests == 0) {
		return false;
	}
	bench_fail(failure, BENCH_EXIT_INTERRUPTED, "interrupted");
	return true;
}

// Until it listens, or has ended.
static int connect_patiently(struct bench_session *session, struct bench_failure *failure)
{
	int error = 0;
	bool is_ours = session->child.pid != 0;
	for (unsigned waited = 0; waited < START_PATIENCE_MS; waited += LOOK_MS) {
		error = connection_open(session->socket_path, &session->connection);
		if (error == 0) {
			session->connection.timeout_ms = CALL_TIMEOUT_MS;
			return 0;
		}
		session->connection.fd = -1;
		if (!is_ours) {
			break;
		}
		if (is_interrupted(session, failure) ||
		    !child_process_is_running(&session->child, failure)) {
			return -1;
		}
		sleep_a_little();
	}
	return bench_fail(failure, BENCH_EXIT_UNREACHABLE, "%s: no dataplane: %s",
			  session->socket_path, plx_error_text(error));
}

static int change_server(struct bench_session *session, const char *method, const char *server)
{
	json_t *params = json_pack("{s:s}", "server", server);
	json_t *answer = NULL;
	int error = params == NULL ? -ENOMEM
				   : connection_call(&session->connection, method, params, &answer);
	if (error == 0 && json_object_get(answer, "result") == NULL) {
		error = -EPROTO;
	}
	json_decref(answer);
	json_decref(params);
	return error;
}

static int add_server(struct bench_session *session, struct bench_failure *failure)
{
	char server[SERVER_TEXT_MAX];
	describe_server(session->options, server);
	if (change_server(session, "upstreams.add", server) != 0) {
		return bench_fail(failure, BENCH_EXIT_UNREACHABLE,
				  "%s: the dataplane did not take the server (%s): only root and "
				  "its own account may add one",
				  session->socket_path, server);
	}
	session->has_added_server = true;
	return 0;
}

static int find_path(struct bench_session *session, struct bench_failure *failure)
{
	char text[PLX_ENDPOINT_TEXT_MAX];
	plx_endpoint_format(&session->options->server, text);
	for (unsigned waited = 0; waited < PATH_PATIENCE_MS; waited += LOOK_MS) {
		switch (dataplane_server_path(&session->connection, &session->options->server)) {
		case SERVER_PATH_OPEN:
			return 0;
		case SERVER_PATH_UNKNOWN:
			return bench_fail(failure, BENCH_EXIT_UNREACHABLE,
					  "%s: the dataplane does not answer",
					  session->socket_path);
		case SERVER_PATH_OTHERS:
			return bench_fail(failure, BENCH_EXIT_USAGE,
					  "%s: the dataplane has other servers than %s: remove "
					  "them, or let a dataplane of its own be started",
					  session->socket_path, text);
		case SERVER_PATH_NONE:
			// One of our own was started with the server, and enters it soon after it listens.
			if (session->child.pid == 0 && add_server(session, failure) != 0) {
				return -1;
			}
			break;
		case SERVER_PATH_PENDING:
			break;
		}
		if (is_interrupted(session, failure)) {
			return -1;
		}
		sleep_a_little();
	}
	return bench_fail(failure, BENCH_EXIT_UNREACHABLE,
			  "no path to %s was found within %d s: is it on a network of this port?",
			  text, PATH_PATIENCE_MS / 1000);
}

static int attach(struct bench_session *session, struct bench_failure *failure)
{
	const struct plx_client_config config = {
		.socket_path = session->socket_path,
		.name = "parallax-bench",
		.priority = PLX_PRIORITY_INTERACTIVE, // a bulk client's jobs wait in its ring
		.window = session->options->outstanding_max,
	};
	int error = 0;
	session->client = plx_client_open(&config, &error);
	if (session->client == NULL) {
		return bench_fail(failure, BENCH_EXIT_UNREACHABLE, "%s: cannot be attached to: %s",
				  session->socket_path, plx_error_text(error));
	}
	client_load_engine_init(&session->engine, session->client);
	return 0;
}

int bench_session_open(struct bench_session *session, const struct bench_options *options,
		       const volatile sig_atomic_t *stop_requests, struct bench_failure *failure)
{
	*session = (struct bench_session) {
		.options = options,
		.socket_path = options->socket_path,
		.connection.fd = -1,
		.stop_requests = stop_requests,
	};
	if (session->socket_path == NULL && start_child(session, failure) != 0) {
		return -1;
	}
	if (connect_patiently(session, failure) != 0 || find_path(session, failure) != 0) {
		return -1;
	}
	return attach(session, failure);
}

void bench_session_close(struct bench_session *session)
{
	if (session->options == NULL) {
		return;
	}
	plx_client_close(session->client);
	if (session->has_added_server) {
		char text[PLX_ENDPOINT_TEXT_MAX];
		(void)change_server(session, "upstreams.remove",
				    plx_endpoint_format(&session->options->server, text));
	}
	if (session->connection.fd >= 0) {
		connection_close(&session->connection);
	}
	child_process_stop(&session->child);
	*session = (struct bench_session) {0};
}

static uint64_t thread_cpu_ns(void)
{
	struct timespec used;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

int bench_session_measure(struct bench_session *session, struct query_list *queries,
			  const struct load_plan *plan, struct bench_point *ret_point,
			  struct bench_failure *failure)
{
	*ret_point = (struct bench_point) {.offered_qps = plan->rate_qps};
	struct dataplane_reading before = {0};
	struct dataplane_reading after = {0};
	int error = dataplane_reading_take(&session->connection, &before);
	if (error != 0) {
		return bench_fail(failure, BENCH_EXIT_UNREACHABLE, "%s: no counters: %s",
				  session->socket_path, plx_error_text(error));
	}
	if (load_tally_init(&ret_point->tally, plan->duration_ns) != 0) {
		dataplane_reading_release(&before);
		return bench_fail(failure, BENCH_EXIT_USAGE, "not enough memory");
	}
	uint64_t cpu_began_ns = thread_cpu_ns();
	int outcome = load_run(&session->engine, queries, plan, &ret_point->tally, failure);
	ret_point->client_cpu_ns = thread_cpu_ns() - cpu_began_ns;
	if (outcome == 0 && (error = dataplane_reading_take(&session->connection, &after)) != 0) {
		outcome = bench_fail(failure, BENCH_EXIT_UNREACHABLE, "%s: no counters: %s",
				     session->socket_path, plx_error_text(error));
	}
	ret_point->reading = dataplane_reading_between(&before, &after);
	ret_point->ports_before = json_incref(before.ports);
	bench_point_judge(ret_point);
	dataplane_reading_release(&before);
	return outcome;
}
