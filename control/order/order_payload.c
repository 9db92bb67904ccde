// SPDX-License-Identifier: BSD-3-Clause

#include "order/order_payload.h"

#include <jansson.h>

#include <stdint.h>

static json_t *copy_of(const json_t *object)
{
	return json_copy((json_t *)(uintptr_t)object);
}

json_t *order_payload_of(const json_t *record)
{
	const json_t *rest = json_object_get(record, "signed");
	const json_t *words = json_object_get(record, "answer");
	json_t *evidence = json_object_get(record, "evidence");
	if (!json_is_object(rest) || !json_is_object(words)) {
		return NULL;
	}
	json_t *payload = copy_of(rest);
	json_t *answer = copy_of(words);
	int error = answer == NULL;
	if (json_object_size(evidence) > 0) {
		error |= json_object_set(answer, "evidence", evidence);
	}
	error |= json_object_set_new(payload, "answer", answer);
	if (error != 0) {
		json_decref(payload);
		return NULL;
	}
	return payload;
}
