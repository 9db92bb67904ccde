// SPDX-License-Identifier: BSD-3-Clause
// perspectives.list, perspectives.drain, perspectives.resume, perspectives.test.

#include <parallax/base/error.h>

#include "command/command_internal.h"
#include "perspective/foreign_checker.h"
#include "service/order_desk.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

static json_t *remote_object(const struct remote *remote)
{
	struct perspective_client_status status;
	const struct config_perspective *config = remote->config;
	remote_status(remote, &status);
	uint64_t answered = status.by_cause[PERSPECTIVE_ANSWERED], failed = 0;
	for (int i = PERSPECTIVE_ANSWERED + 1; i <= PERSPECTIVE_CLOSED; i++) {
		failed += status.by_cause[i];
	}
	return json_pack("{s:s, s:s, s:s, s:f, s:f, s:s, s:s, s:b, s:f, s:i, s:I, s:I, s:I, s:s}",
			 "name", config->name, "role", "remote", "rir", config->rir, "latitude",
			 config->latitude, "longitude", config->longitude, "url", config->url,
			 "state", channel_state_name(status.health.state), "draining",
			 (int)remote->is_draining, "latency_ms", status.health.latency_ms,
			 "in_flight", (int)status.asks, "asked", (json_int_t)status.asked,
			 "answered", (json_int_t)answered, "failed", (json_int_t)failed,
			 "last_fault", status.last_fault);
}

void command_list_perspectives(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct command_server *server = context;
	const struct config_location *own = &service_config(server->service)->perspective;
	const struct remote_list *list = &server->service->generation->remotes;
	json_t *all = json_array();
	int error = json_array_append_new(
		all, json_pack("{s:s, s:s, s:s, s:f, s:f, s:s}", "name", own->name, "role",
			       service_is_primary(server->service) ? "primary" : "remote", "rir",
			       own->rir, "latitude", own->latitude, "longitude", own->longitude,
			       "state", "here"));
	for (size_t i = 0; i < list->count; i++) {
		error |= json_array_append_new(all, remote_object(&list->remotes[i]));
	}
	if (error != 0) {
		json_decref(all);
		all = NULL;
	}
	plx_rpc_reply(call, all == NULL ? NULL : json_pack("{s:o}", "perspectives", all));
}

// NULL: the call was answered.
static struct remote *find_remote(struct command_server *server, struct plx_rpc_call *call,
				  const json_t *params)
{
	const char *name = command_text(params, "name");
	struct remote *remote = remote_list_find(&server->service->generation->remotes, name);
	if (remote == NULL) {
		plx_rpc_fail(
			call, PLX_RPC_NOT_FOUND, "/params/name",
			"there is no remote perspective \"%.63s\"; perspectives.list names all",
			name);
	}
	return remote;
}

static void record_draining(struct command_server *server, struct plx_rpc_call *call,
			    const struct remote *remote)
{
	char actor[SERVICE_ACTOR_MAX];
	command_actor(call, actor);
	json_t *body = json_pack("{s:s, s:s, s:s, s:s}", "perspective", remote->config->name,
				 "from", remote->is_draining ? "asked" : "drained", "to",
				 remote->is_draining ? "drained" : "asked", "actor", actor);
	service_record(server->service, AUDIT_KIND_PERSPECTIVE, body);
}

static void set_draining(struct command_server *server, struct plx_rpc_call *call,
			 const json_t *params, bool is_draining)
{
	struct remote *remote = find_remote(server, call, params);
	if (remote != NULL) {
		remote_set_draining(remote, is_draining);
		if (order_desk_renew(server->service) != 0) {
			remote_set_draining(remote, !is_draining);
			plx_rpc_fail(call, PLX_RPC_INTERNAL, NULL, "not enough memory");
			return;
		}
		record_draining(server, call, remote);
		plx_rpc_reply(call, remote_object(remote));
	}
}

void command_drain_perspective(struct plx_rpc_call *call, const json_t *params, void *context)
{
	set_draining(context, call, params, true);
}

void command_resume_perspective(struct plx_rpc_call *call, const json_t *params, void *context)
{
	set_draining(context, call, params, false);
}

struct perspective_test {
	struct plx_rpc_call *call;
	struct generation *generation; // whose channel it uses, also over a reload
	json_t *check;
};

static void on_foreign_tested(void *context, enum perspective_cause cause, json_t *answer,
			      const char *detail, int64_t latency_ms)
{
	struct perspective_test *test = context;
	json_t *object = json_pack("{s:b, s:s, s:s, s:I, s:O, s:O?}", "answered",
				   (int)(cause == PERSPECTIVE_ANSWERED), "cause",
				   perspective_cause_name(cause), "detail", detail, "latency_ms",
				   (json_int_t)latency_ms, "check", test->check, "answer", answer);
	plx_rpc_reply(test->call, object);
	json_decref(test->check);
	generation_release(test->generation);
	free(test);
}

static void on_tested(const struct perspective_answer *answer, void *context)
{
	on_foreign_tested(context, answer->cause, (json_t *)(uintptr_t)answer->answer,
			  answer->detail, answer->latency_ms);
}

static int ask_test(struct remote *remote, struct perspective_test *test, unsigned deadline_ms)
{
	struct perspective_ask *ask;
	struct foreign_ask *asked;
	return remote->foreign != NULL ? foreign_ask(remote->foreign, test->check, deadline_ms,
						     on_foreign_tested, test, &asked)
				       : perspective_ask(remote->client, test->check, deadline_ms,
							 on_tested, test, &ask);
}

static json_t *test_check(const struct service_context *service, const json_t *params)
{
	const char *domain = command_text(params, "domain");
	const char *issuer = service_config(service)->issuer_domains[0];
	return json_pack("{s:s, s:{s:s, s:s}, s:[s], s:s, s:o}", "check", "caa", "identifier",
			 "type", "dns", "value", domain != NULL ? domain : issuer, "issuer_domains",
			 issuer, "profile", "tls", "time", command_time(service_now_us()));
}

void command_test_perspective(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct command_server *server = context;
	struct remote *remote = find_remote(server, call, params);
	if (remote == NULL) {
		return;
	}
	struct perspective_test *test = calloc(1, sizeof(*test));
	json_t *check = test_check(server->service, params);
	int error = test == NULL || check == NULL ? -ENOMEM : 0;
	if (error == 0) {
		*test = (struct perspective_test) {.call = call, .check = check};
		error = ask_test(remote, test,
				 service_config(server->service)->limits.check_timeout_ms);
	}
	if (error == 0) {
		test->generation = generation_acquire(server->service->generation);
	} else {
		json_decref(check);
		free(test);
		plx_rpc_fail(call, PLX_RPC_BUSY, NULL, "%s cannot be asked: %s",
			     remote->config->name, plx_error_text(error));
	}
}
