// SPDX-License-Identifier: BSD-3-Clause

#include "service/local_check.h"

#include "check/check_request.h"
#include "check/check_result.h"
#include "perform/check_runner.h"
#include "service/generation.h"

#include <jansson.h>

#include <errno.h>
#include <stdlib.h>

struct local_check {
	struct generation *generation;
	struct check_run *run;
	local_check_cb callback;
	void *context;
};

static void on_result(void *context, const struct check_result *result)
{
	struct local_check *check = context;
	json_t *answer = check_result_write(result);
	check->callback(check->context, answer);
	json_decref(answer);
	generation_release(check->generation);
	free(check);
}

int local_check_start(struct generation *generation, json_t *source, unsigned deadline_ms,
		      local_check_cb callback, void *context, struct local_check **ret_check,
		      struct json_fault *fault)
{
	struct local_check *check = calloc(1, sizeof(*check));
	if (check == NULL) {
		return -ENOMEM;
	}
	*check = (struct local_check) {.callback = callback, .context = context};
	struct check_request *request = check_request_read(source, &generation->identifiers, fault);
	int error = request == NULL ? -EINVAL
				    : check_run_start(generation->runner, request, deadline_ms,
						      on_result, check, &check->run);
	if (error != 0) {
		check_request_free(request);
		free(check);
		return error;
	}
	check->generation = generation_acquire(generation);
	*ret_check = check;
	return 0;
}

void local_check_cancel(struct local_check *check)
{
	if (check != NULL) {
		check_run_cancel(check->run);
		generation_release(check->generation);
		free(check);
	}
}
