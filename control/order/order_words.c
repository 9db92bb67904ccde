// SPDX-License-Identifier: BSD-3-Clause

#include "order/order_words.h"

#include "check/check_result.h"

#include <jansson.h>

#include <stdio.h>

struct order_words order_words_error(enum check_kind kind, const char *cause, const char *detail,
				     int64_t now_us)
{
	struct check_result result = {.kind = CHECK_KIND_NONE};
	check_result_set_error(&result, kind, cause, detail);
	result.time_us = now_us;
	return (struct order_words) {.result = check_result_write(&result), .outcome = CHECK_ERROR};
}

static struct order_words read_result(json_t *value, enum check_kind kind, int64_t now_us)
{
	struct check_result result;
	struct json_fault fault;
	if (check_result_read(value, &result, &fault) != 0) {
		char detail[CHECK_MESSAGE_SIZE];
		snprintf(detail, sizeof(detail),
			 "the perspective's answer is malformed: %.60s %.120s", fault.pointer,
			 fault.text);
		return order_words_error(kind, "malformed", detail, now_us);
	}
	struct order_words words = {.result = NULL, .outcome = result.outcome};
	if (result.kind != kind) {
		words = order_words_error(kind, "mislabelled",
					  "the perspective answered another check", now_us);
	} else {
		words.result = json_incref(value);
	}
	check_result_fini(&result);
	return words;
}

struct order_words order_words_read(const struct order_perspective_answer *answer,
				    enum check_kind kind, int64_t now_us)
{
	if (answer->envelope == NULL) {
		return answer->result != NULL
			       ? read_result(answer->result, kind, now_us)
			       : order_words_error(
					 kind, answer->cause != NULL ? answer->cause : "lost",
					 answer->detail != NULL ? answer->detail : "", now_us);
	}
	json_t *value = json_object_get(json_object_get(answer->envelope, "payload"), "answer");
	struct order_words words = read_result(value, kind, now_us);
	if (value != NULL && words.result == value) {
		words.envelope = json_incref(answer->envelope);
	}
	return words;
}

void order_words_fini(struct order_words *words)
{
	json_decref(words->result);
	json_decref(words->envelope);
	*words = (struct order_words) {.result = NULL};
}
