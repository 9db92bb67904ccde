// SPDX-License-Identifier: BSD-3-Clause

#include "order_fixture_script.h"

#include "check/check_result.h"

#include <event2/event.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pending_answer {
	struct scripted_perspective *perspective;
	json_t *check;
	order_answer_cb on_answer;
	void *context;
	unsigned number; // how often this was asked before
	TAILQ_ENTRY(pending_answer) link;
};

static char script_of(const struct pending_answer *answer, bool is_caa)
{
	if (json_object_get(answer->check, "probe") != NULL) {
		return answer->perspective->probe[0];
	}
	const char *script = is_caa ? answer->perspective->caa : answer->perspective->dcv;
	size_t last = strlen(script) - 1;
	return script[answer->number < last ? answer->number : last];
}

static enum check_outcome outcome_of(char script)
{
	switch (script) {
	case SCRIPT_FAIL:
		return CHECK_FAIL;
	case SCRIPT_ERROR:
		return CHECK_ERROR;
	default:
		return CHECK_PASS;
	}
}

static const char *name_of(const json_t *check)
{
	return json_string_value(json_object_get(json_object_get(check, "identifier"), "value"));
}

static json_t *make_result(const struct pending_answer *answer, char script, bool is_caa)
{
	struct check_result result = {.kind = is_caa ? CHECK_KIND_CAA : CHECK_KIND_DCV,
				      .outcome = outcome_of(script),
				      .dnssec = PLX_DNSSEC_SECURE,
				      .time_us = INT64_C(1795435200123456),
				      .duration_us = 12000};
	if (script == SCRIPT_SWAPPED) {
		result.kind = is_caa ? CHECK_KIND_DCV : CHECK_KIND_CAA;
	}
	bool passed = result.outcome == CHECK_PASS;
	snprintf(result.reason, sizeof(result.reason), "%s", passed ? "matched" : "no-match");
	snprintf(result.message, sizeof(result.message), "as scripted");
	if (!is_caa && passed && script != SCRIPT_NOTHING) {
		snprintf(result.corroboration, sizeof(result.corroboration), "%s",
			 script == SCRIPT_OTHER    ? "another value"
			 : script == SCRIPT_FOLDED ? "The Value"
						   : "the value");
	}
	if (is_caa && passed) {
		result.usable_until_s = FIXTURE_NOW_S + 8 * 3600;
	}
	// What was looked at: the row of a name must tell of that name.
	result.evidence =
		json_pack("{s:[{s:s, s:s}, {s:s}]}", "dns", "name", name_of(answer->check),
			  "trace_sha256", SCRIPT_TRACE, "name", name_of(answer->check));
	json_t *value = check_result_write(&result);
	check_result_fini(&result);
	return value;
}

static void answer_once(struct pending_answer *pending, char script, bool is_caa)
{
	struct order_perspective_answer answer = {.latency_ms = 7};
	json_t *value = NULL;
	json_t *envelope = NULL;
	if (script == SCRIPT_LOST) {
		answer.cause = "disconnected";
		answer.detail = "the connection broke";
	} else if (script == SCRIPT_GARBAGE) {
		value = json_pack("{s:s}", "check", "dcv");
		answer.result = value;
	} else if (script == SCRIPT_CUT) {
		char name[2 * 100 + 1] = "";
		for (size_t i = 0; i + 2 < sizeof(name); i += 2) {
			memcpy(name + i, "\xc3\xa9", 3);
		}
		value = json_pack("{s:s}", name, "dcv");
		answer.result = value;
	} else {
		value = make_result(pending, script, is_caa);
		answer.result = value;
	}
	if (script == SCRIPT_SIGNED) {
		envelope = order_fixture_sign(pending->perspective->name, value);
		answer.envelope = envelope;
	}
	pending->on_answer(pending->context, &answer);
	json_decref(value);
	json_decref(envelope);
}

static void free_pending(struct pending_answer *pending)
{
	pending->perspective->open_count--;
	json_decref(pending->check);
	free(pending);
}

static bool is_silent(const struct pending_answer *pending)
{
	bool is_caa =
		strcmp(json_string_value(json_object_get(pending->check, "check")), "caa") == 0;
	return script_of(pending, is_caa) == SCRIPT_SILENT;
}

static void give_answer(struct pending_answer *pending)
{
	bool is_caa =
		strcmp(json_string_value(json_object_get(pending->check, "check")), "caa") == 0;
	char script = script_of(pending, is_caa);
	if (script == SCRIPT_TWICE) {
		answer_once(pending, SCRIPT_PASS, is_caa);
		script = SCRIPT_FAIL;
	}
	answer_once(pending, script, is_caa);
}

void order_script_on_time(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	struct order_fixture *fixture = context;
	if (fixture->is_holding) {
		return;
	}
	struct pending_answer *pending = TAILQ_FIRST(&fixture->pending);
	while (pending != NULL) {
		struct pending_answer *next = TAILQ_NEXT(pending, link);
		if (!is_silent(pending)) {
			TAILQ_REMOVE(&fixture->pending, pending, link);
			give_answer(pending);
			free_pending(pending);
			// An answer may have cancelled the next one.
			next = TAILQ_FIRST(&fixture->pending);
		}
		pending = next;
	}
}

void order_script_arm(struct order_fixture *fixture)
{
	struct timeval soon = {.tv_usec = 100};
	if (!fixture->is_holding && !evtimer_pending(fixture->answer_timer, NULL)) {
		evtimer_add(fixture->answer_timer, &soon);
	}
}

static unsigned note_asked(struct scripted_perspective *perspective, const json_t *check)
{
	char key[320];
	snprintf(key, sizeof(key), "%s %s", json_string_value(json_object_get(check, "check")),
		 name_of(check));
	json_int_t before = json_integer_value(json_object_get(perspective->asked, key));
	json_object_set_new(perspective->asked, key, json_integer(before + 1));
	return (unsigned)before;
}

int order_script_ask(void *context, json_t *check, unsigned deadline_ms, order_answer_cb on_answer,
		     void *answer_context, void **ret_handle)
{
	struct scripted_perspective *perspective = context;
	struct order_fixture *fixture = perspective->fixture;
	CU_ASSERT(deadline_ms > 0);
	if (perspective->room > 0 && perspective->open_count >= perspective->room) {
		perspective->refused_count++;
		return -EAGAIN;
	}
	bool is_caa = strcmp(json_string_value(json_object_get(check, "check")), "caa") == 0;
	bool is_probe = json_object_get(check, "probe") != NULL;
	const char *script = is_probe ? perspective->probe
			     : is_caa ? perspective->caa
				      : perspective->dcv;
	if (script[0] == SCRIPT_REFUSES) {
		return -ESHUTDOWN;
	}
	struct pending_answer *pending = calloc(1, sizeof(*pending));
	*pending = (struct pending_answer) {.perspective = perspective,
					    .check = json_incref(check),
					    .on_answer = on_answer,
					    .context = answer_context,
					    .number = note_asked(perspective, check)};
	perspective->asked_count++;
	perspective->open_count++;
	if (perspective->open_count > perspective->open_max) {
		perspective->open_max = perspective->open_count;
	}
	TAILQ_INSERT_TAIL(&fixture->pending, pending, link);
	order_script_arm(fixture);
	*ret_handle = pending;
	return 0;
}

void order_script_cancel(void *context, void *handle)
{
	struct scripted_perspective *perspective = context;
	struct pending_answer *pending = handle;
	perspective->cancelled_count++;
	TAILQ_REMOVE(&perspective->fixture->pending, pending, link);
	free_pending(pending);
}

json_t *order_fixture_pending_checks(const struct order_fixture *fixture)
{
	json_t *checks = json_array();
	struct pending_answer *pending;
	TAILQ_FOREACH(pending, &fixture->pending, link)
	{
		json_array_append(checks, pending->check);
	}
	return checks;
}
