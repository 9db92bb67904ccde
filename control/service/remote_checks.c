// SPDX-License-Identifier: BSD-3-Clause

#include "service/remote_checks.h"

#include "check/check_result.h"
#include "perspective/perspective_server.h"
#include "service/local_check.h"
#include "service/service_context.h"

#include <jansson.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct remote_check {
	struct perspective_reply *reply;
	struct local_check *check;
};

static void on_result(void *context, json_t *result)
{
	struct remote_check *remote = context;
	perspective_reply_send(remote->reply, json_incref(result));
	free(remote);
}

static void on_cancel(void *context)
{
	struct remote_check *remote = context;
	local_check_cancel(remote->check);
	perspective_reply_send(remote->reply, NULL);
	free(remote);
}

// An answer that says why there is none: the primary's log keeps it.
static json_t *error_answer(const json_t *check, int error, const struct json_fault *fault)
{
	struct check_result result = {.outcome = CHECK_NOT_EVALUATED};
	const char *kind = json_string_value(json_object_get(check, "check"));
	check_result_set_error(
		&result, kind != NULL && strcmp(kind, "caa") == 0 ? CHECK_KIND_CAA : CHECK_KIND_DCV,
		error == -EAGAIN   ? "overloaded"
		: error == -EINVAL ? "bad-request"
				   : "no-memory",
		error == -EAGAIN   ? "too much was asked of this perspective at a time"
		: error == -EINVAL ? fault->text
				   : "the perspective ran out of memory");
	result.time_us = service_now_us();
	json_t *answer = check_result_write(&result);
	check_result_fini(&result);
	return answer;
}

static void run(struct perspective_reply *reply, const json_t *check, unsigned deadline_ms,
		void *context)
{
	struct service_context *service = context;
	struct json_fault fault = {.text = "the deadline is out of range"};
	struct remote_check *remote = calloc(1, sizeof(*remote));
	int error = remote == NULL ? -ENOMEM : 0;
	if (error == 0) {
		remote->reply = reply;
		error = local_check_start(service->generation, (json_t *)(uintptr_t)check,
					  deadline_ms, on_result, remote, &remote->check, &fault);
	}
	if (error != 0) {
		free(remote);
		perspective_reply_send(reply, error_answer(check, error, &fault));
		return;
	}
	perspective_reply_set_cancel(reply, on_cancel, remote);
}

static void name_primaries(const struct config *config,
			   const char *ret_primaries[PERSPECTIVE_PRIMARIES_MAX])
{
	for (unsigned i = 0; i < PERSPECTIVE_PRIMARIES_MAX; i++) {
		ret_primaries[i] = i < config->caller_count ? config->callers[i] : NULL;
	}
}

int remote_checks_renew(struct service_context *service, const struct config *config)
{
	const char *primaries[PERSPECTIVE_PRIMARIES_MAX];
	name_primaries(config, primaries);
	return service->checks == NULL
		       ? 0
		       : perspective_server_set_primaries(service->checks, primaries);
}

int remote_checks_open(struct service_context *service, struct service_fault *fault)
{
	const struct config *config = service_config(service);
	struct perspective_server_config server_config = {
		.base = service->base,
		.name = config->perspective.name,
		.rir = config->perspective.rir,
		.key = service->signing_key,
		.checks_max = config->limits.checks,
		.check_run = run,
		.context = service,
	};
	name_primaries(config, server_config.primaries);
	service->checks = perspective_server_create(&server_config);
	if (service->checks == NULL) {
		fault->step = "perspective";
		snprintf(fault->text, sizeof(fault->text),
			 "perspective.name and callers must be 1 to 63 of a-z, 0-9 and '-'");
		return -EINVAL;
	}
	return 0;
}

void remote_checks_close(struct service_context *service)
{
	if (service->checks != NULL) {
		perspective_server_destroy(service->checks);
		service->checks = NULL;
	}
}
