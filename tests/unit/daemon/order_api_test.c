// SPDX-License-Identifier: BSD-3-Clause
// Orders over HTTPS against the real program. Without a dataplane every check ends as an error, so that every order is
// refused, on record, after the time that a look-up has.

#include "api_call.h"
#include "cunit_runner.h"
#include "daemon_fixture.h"

#include <parallax/base/attributes.h>

#include <jansson.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ORDER                                                                                      \
	"{\"profile\":\"tls\",\"identifiers\":[{\"type\":\"dns\",\"value\":\"www.example.test\","  \
	"\"dcv\":{\"validation_method\":\"acme-dns-01\",\"key_authorization_hash\":"               \
	"\"LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ\"}}]}"

static json_t *answer_of(const struct request *request)
{
	json_t *answer = json_loads(request->text, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL(answer);
	return answer;
}

static void start(const char *limits)
{
	char extra[256];
	snprintf(extra, sizeof(extra), "  limits: {lookup_timeout: 200ms%s}\n", limits);
	fixture_init(&(struct daemon_options_text) {.primary_extra = extra});
	daemon_start(&fixture.primary);
}

static json_int_t orders_in_flight(void)
{
	json_t *status = daemon_ask(&fixture.primary, "status.get", NULL);
	json_int_t count = json_integer_value(member(status, "orders/in_flight"));
	json_decref(status);
	return count;
}

static bool wait_in_flight(json_int_t count)
{
	for (unsigned i = 0; i < 4000; i++) {
		if (orders_in_flight() == count) {
			return true;
		}
	}
	return false;
}

TEST(an_order_is_decided_on_record_and_found_again)
{
	start("");
	struct request *request = ask_path("/v1/orders", NULL, ORDER);
	CU_ASSERT_EQUAL(request->status, 200);
	json_t *answer = answer_of(request);
	CU_ASSERT_STRING_EQUAL(member_text(answer, "decision"), "refuse");
	CU_ASSERT_STRING_EQUAL(member_text(answer, "mode"), "enforce");
	CU_ASSERT_STRING_EQUAL(member_text(answer, "identifiers/0/dcv/primary"), "error");
	CU_ASSERT_STRING_EQUAL(member_text(answer, "identifiers/0/diagnosis/0/code"),
			       "perspective-down");
	char path[64];
	snprintf(path, sizeof(path), "/v1/orders/%s", member_text(answer, "id"));
	json_t *again = answer_of(ask_path(path, NULL, NULL));
	CU_ASSERT_TRUE(json_equal(answer, again));
	json_decref(again);
	again = daemon_ask(&fixture.primary, "order.get",
			   json_pack("{s:s}", "id", member_text(answer, "id")));
	CU_ASSERT_TRUE(json_equal(answer, again));
	json_decref(again);
	json_decref(answer);
	json_t *report = daemon_ask(&fixture.primary, "audit.report", NULL);
	CU_ASSERT_EQUAL(json_integer_value(member(report, "totals/order_count")), 1);
	CU_ASSERT_EQUAL(json_integer_value(member(report, "totals/missing_count")), 0);
	CU_ASSERT(json_integer_value(member(report, "totals/present_count")) > 0);
	json_decref(report);
	fixture_fini();
}

TEST(an_order_by_the_control_socket_is_the_same)
{
	start("");
	json_t *answer = daemon_ask(&fixture.primary, "order.run",
				    json_pack("{s:o}", "order", json_loads(ORDER, 0, NULL)));
	CU_ASSERT_STRING_EQUAL(member_text(answer, "decision"), "refuse");
	json_decref(answer);
	answer =
		daemon_call(&fixture.primary, "order.run",
			    json_pack("{s:{s:s, s:[]}}", "order", "profile", "tls", "identifiers"));
	CU_ASSERT_STRING_EQUAL(member_text(answer, "error/data/pointer"),
			       "/params/order/identifiers");
	json_decref(answer);
	answer = daemon_ask(&fixture.primary, "order.run",
			    json_pack("{s:o, s:s}", "order", json_loads(ORDER, 0, NULL), "purpose",
				      "readiness"));
	CU_ASSERT_STRING_EQUAL(member_text(answer, "purpose"), "readiness");
	CU_ASSERT_STRING_EQUAL(member_text(answer, "mode"), "report-only");
	json_decref(answer);
	answer = daemon_call(
		&fixture.primary, "order.run",
		json_pack("{s:o, s:s}", "order", json_loads(ORDER, 0, NULL), "purpose", "leisure"));
	CU_ASSERT_STRING_EQUAL(member_text(answer, "error/data/pointer"), "/params/purpose");
	json_decref(answer);
	fixture_fini();
}

TEST(an_order_by_the_control_socket_is_abandoned_when_its_session_ends)
{
	start("");
	int fd = daemon_send(&fixture.primary, "order.run",
			     json_pack("{s:o}", "order", json_loads(ORDER, 0, NULL)));
	CU_ASSERT_TRUE(wait_in_flight(1));
	close(fd);
	CU_ASSERT_TRUE(wait_in_flight(0));
	json_t *shown =
		daemon_ask(&fixture.primary, "audit.show", json_pack("{s:s}", "kind", "order"));
	CU_ASSERT_STRING_EQUAL(member_text(shown, "records/0/body/ending"), "abandoned");
	json_decref(shown);
	fixture_fini();
}

TEST(what_is_no_order_is_a_problem_with_its_place)
{
	static const struct {
		const char *path, *type, *body;
		long status;
		const char *pointer;
	} bad[] = {
		{"/v1/orders", NULL, "nonsense", 400, ""},
		// The parser's own words end within the character.
		{"/v1/orders", NULL, "{\"profile\":\"\\\xc5\xbe\"}", 400, ""},
		{"/v1/orders", NULL, "{\"profile\":\"tls\"}", 400, "/identifiers"},
		{"/v1/orders", NULL, "{\"profile\":\"tls\",\"surprise\":1,\"identifiers\":[]}", 400,
		 "/surprise"},
		{"/v1/orders", NULL, "{\"profile\":7,\"identifiers\":[]}", 400, "/profile"},
		{"/v1/orders", "text/plain", ORDER, 415, ""},
		{"/v1/orders/nonsense", NULL, NULL, 404, ""},
		{"/v1/orders/01ARZ3NDEKTSV4RRFFQ69G5FAV", NULL, NULL, 404, ""},
		{"/v1/nothing", NULL, NULL, 404, ""},
	};
	start("");
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad); i++) {
		struct request *request = ask_path(bad[i].path, bad[i].type, bad[i].body);
		json_t *problem = answer_of(request);
		CU_ASSERT_EQUAL(request->status, bad[i].status);
		CU_ASSERT_STRING_EQUAL(member_text(problem, "pointer"), bad[i].pointer);
		CU_ASSERT(strlen(member_text(problem, "detail")) > 0);
		json_decref(problem);
	}
	CU_ASSERT_EQUAL(orders_in_flight(), 0);
	fixture_fini();
}

TEST(an_order_with_too_many_identifiers_is_413)
{
	start(", identifiers: 1");
	json_t *order = json_loads(ORDER, 0, NULL);
	json_t *identifiers = json_object_get(order, "identifiers");
	json_array_append_new(identifiers, json_deep_copy(json_array_get(identifiers, 0)));
	char *body = json_dumps(order, 0);
	CU_ASSERT_EQUAL(ask_path("/v1/orders", NULL, body)->status, 413);
	free(body);
	json_decref(order);
	fixture_fini();
}

TEST(one_order_too_many_is_429_until_the_client_of_the_other_hangs_up)
{
	static struct request first;
	start(", orders: 1");
	first = (struct request) {.path = "/v1/orders", .body = ORDER, .timeout_ms = 500};
	pthread_create(&first.thread, NULL, run_request, &first);
	CU_ASSERT_TRUE(wait_in_flight(1));
	struct request *second = ask_path("/v1/orders", NULL, ORDER);
	CU_ASSERT_EQUAL(second->status, 429);
	CU_ASSERT(second->retry_after[0] >= '1' && second->retry_after[0] <= '9');
	pthread_join(first.thread, NULL);
	CU_ASSERT_EQUAL(first.code, CURLE_OPERATION_TIMEDOUT);
	CU_ASSERT_TRUE(wait_in_flight(0));
	CU_ASSERT_EQUAL(ask_path("/v1/orders", NULL, ORDER)->status, 200);
	json_t *report = daemon_ask(&fixture.primary, "audit.report", NULL);
	CU_ASSERT_EQUAL(json_integer_value(member(report, "totals/missing_count")), 0);
	json_decref(report);
	fixture_fini();
}

TEST(a_stream_answers_each_line_and_waits_for_room)
{
	start(", orders: 2");
	struct request *request =
		ask_path("/v1/orders", "application/x-ndjson",
			 ORDER "\n{\"profile\":\"tls\"}\n\r\n" ORDER "\nnonsense\n" ORDER);
	CU_ASSERT_EQUAL(request->code, CURLE_OK);
	CU_ASSERT_EQUAL(request->status, 200);
	unsigned lines = 0, decided = 0, seen = 0;
	char *next = NULL;
	for (char *line = strtok_r(request->text, "\n", &next); line != NULL;
	     line = strtok_r(NULL, "\n", &next)) {
		json_t *answer = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
		CU_ASSERT_PTR_NOT_NULL(answer);
		lines++;
		seen |= 1u << json_integer_value(member(answer, "line"));
		decided += strcmp(member_text(answer, "decision"), "refuse") == 0;
		json_decref(answer);
	}
	CU_ASSERT_EQUAL(lines, 5);
	CU_ASSERT_EQUAL(decided, 3);
	CU_ASSERT_EQUAL(seen, 1u << 1 | 1u << 2 | 1u << 4 | 1u << 5 | 1u << 6);
	fixture_fini();
}

TEST(a_client_that_leaves_its_stream_frees_its_orders)
{
	static struct request request;
	start("");
	request = (struct request) {.path = "/v1/orders",
				    .type = "application/x-ndjson",
				    .body = ORDER "\n" ORDER "\n" ORDER,
				    .timeout_ms = 500};
	pthread_create(&request.thread, NULL, run_request, &request);
	CU_ASSERT_TRUE(wait_in_flight(3));
	pthread_join(request.thread, NULL);
	CU_ASSERT_TRUE(wait_in_flight(0));
	fixture_fini();
}

TEST(a_drain_answers_what_is_in_flight_and_takes_nothing_new)
{
	static struct request first;
	start("");
	first = (struct request) {.path = "/v1/orders", .body = ORDER};
	pthread_create(&first.thread, NULL, run_request, &first);
	CU_ASSERT_TRUE(wait_in_flight(1));
	json_decref(daemon_ask(&fixture.primary, "drain.start", NULL));
	struct request *second = ask_path("/v1/orders", NULL, ORDER);
	CU_ASSERT_EQUAL(second->status, 503);
	CU_ASSERT(second->retry_after[0] >= '1' && second->retry_after[0] <= '9');
	pthread_join(first.thread, NULL);
	CU_ASSERT_EQUAL(first.status, 200);
	CU_ASSERT_EQUAL(daemon_wait(&fixture.primary), 0);
	fixture_fini();
}

TEST(a_reload_loses_no_order)
{
	static struct request first;
	start("");
	first = (struct request) {.path = "/v1/orders", .body = ORDER};
	pthread_create(&first.thread, NULL, run_request, &first);
	CU_ASSERT_TRUE(wait_in_flight(1));
	for (unsigned i = 0; i < 3; i++) {
		json_decref(daemon_ask(&fixture.primary, "config.reload", NULL));
	}
	pthread_join(first.thread, NULL);
	CU_ASSERT_EQUAL(first.status, 200);
	fixture_fini();
}

TEST(a_checker_of_open_mpic_answers_in_its_form)
{
	start("");
	struct request *request =
		ask_path("/caa", NULL,
			 "{\"domain_or_ip_target\":\"www.example.test\",\"caa_check_parameters\":"
			 "{\"certificate_type\":\"tls-server\",\"caa_domains\":[\"ca.test\"]}}");
	json_t *answer = answer_of(request);
	CU_ASSERT_EQUAL(request->status, 200);
	CU_ASSERT_TRUE(json_is_false(member(answer, "check_passed")));
	CU_ASSERT_STRING_EQUAL(member_text(answer, "check_type"), "caa");
	CU_ASSERT(json_array_size(member(answer, "errors")) > 0);
	json_decref(answer);
	request = ask_path("/dcv", NULL, "{\"domain_or_ip_target\":7}");
	CU_ASSERT_EQUAL(request->status, 422);
	json_decref(answer_of(request));
	request = ask_path("/dcv", NULL,
			   "{\"domain_or_ip_target\":\"www.example.test\",\"dcv_check_parameters\":"
			   "{\"validation_method\":\"acme-dns-01\",\"key_authorization_hash\":"
			   "\"LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ\"}}");
	CU_ASSERT_EQUAL(request->status, 500); // whenever there are errors
	answer = answer_of(request);
	CU_ASSERT_TRUE(json_is_false(member(answer, "check_passed")));
	json_decref(answer);
	fixture_fini();
}

TEST(health_readiness_and_metrics_tell_the_state)
{
	start("");
	CU_ASSERT_EQUAL(ask_path("/healthz", NULL, NULL)->status, 200);
	struct request *request = ask_path("/readyz", NULL, NULL);
	CU_ASSERT_EQUAL(request->status, 503);
	CU_ASSERT_PTR_NOT_NULL(strstr(request->text, "the dataplane is not attached"));
	CU_ASSERT_EQUAL(ask_path("/v1/orders", NULL, ORDER)->status, 200);
	request = ask_path("/metrics", NULL, NULL);
	CU_ASSERT_EQUAL(request->status, 200);
	static const char *const samples[] = {
		"\nparallax_dataplane_attached 0\n",
		"\nparallax_dataplane_responding 0\n",
		"\nparallax_audit_writable 1\n",
		"\nparallax_audit_checkpoint_failing 0\n",
		"\nparallax_audit_head_failing 0\n",
		"\nparallax_mode{profile=\"tls\",mode=\"enforce\"} 1\n",
		"\nparallax_mode_compliant{profile=\"tls\"} 1\n",
		"\nparallax_orders_total{mode=\"enforce\",decision=\"refuse\"} 1\n",
		"\nparallax_order_seconds_count 1\n",
		"\nparallax_lookups_finished_total{resolution=\"iterative\",dnssec=\"bogus\"} 0\n",
		"\nparallax_lookups_finished_total{resolution=\"stub\",dnssec=\"secure\"} 0\n",
		"\nparallax_lookups_unvalidated_total 0\n",
		"\nparallax_validation_compliant 1\n"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(samples); i++) {
		CU_ASSERT_PTR_NOT_NULL(strstr(request->text, samples[i]));
	}
	fixture_fini();
}

TEST_MAIN(order_api, T(an_order_is_decided_on_record_and_found_again),
	  T(an_order_by_the_control_socket_is_the_same),
	  T(an_order_by_the_control_socket_is_abandoned_when_its_session_ends),
	  T(what_is_no_order_is_a_problem_with_its_place),
	  T(an_order_with_too_many_identifiers_is_413),
	  T(one_order_too_many_is_429_until_the_client_of_the_other_hangs_up),
	  T(a_stream_answers_each_line_and_waits_for_room),
	  T(a_client_that_leaves_its_stream_frees_its_orders),
	  T(a_drain_answers_what_is_in_flight_and_takes_nothing_new), T(a_reload_loses_no_order),
	  T(a_checker_of_open_mpic_answers_in_its_form),
	  T(health_readiness_and_metrics_tell_the_state))
