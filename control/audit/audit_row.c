// SPDX-License-Identifier: BSD-3-Clause
// Copies of records.

#include "audit/audit_row.h"

#include <parallax/base/error.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t text_size(const char *text)
{
	return text == NULL ? 0 : strlen(text) + 1;
}

static const char *copy_text(char **position, const char *text)
{
	if (text == NULL) {
		return NULL;
	}
	size_t size = text_size(text);
	char *copy = memcpy(*position, text, size);
	*position += size;
	return copy;
}

static int copy_keys(struct audit_row *row, const json_t *body)
{
	struct audit_keys keys;
	audit_keys_extract(row->kind, body, &keys);
	size_t size = text_size(keys.order_id) + text_size(keys.identifier) +
		      text_size(keys.perspective) + text_size(keys.check);
	row->key_text = malloc(size + 1);
	if (row->key_text == NULL) {
		return -ENOMEM;
	}
	char *position = row->key_text;
	row->keys.order_id = copy_text(&position, keys.order_id);
	row->keys.identifier = copy_text(&position, keys.identifier);
	row->keys.perspective = copy_text(&position, keys.perspective);
	row->keys.check = copy_text(&position, keys.check);
	row->keys.attempt = keys.attempt;
	row->bytes = sizeof(*row) + row->body_length + size;
	return 0;
}

int audit_row_init(struct audit_row *row, const struct audit_record *record,
		   struct audit_fault *fault)
{
	*row = (struct audit_row) {.kind = record->kind, .time_us = record->time_us};
	int error = audit_record_check(record, fault);
	if (error != 0) {
		return error;
	}
	error = audit_body_dump(record->body, &row->body, &row->body_length);
	if (error == 0) {
		error = copy_keys(row, record->body);
	}
	if (error != 0) {
		audit_row_fini(row);
		return audit_fault_set(
			fault, error, "audit record of kind %s: %s: at most %u octets",
			audit_kind_name(record->kind), plx_error_text(error), AUDIT_BODY_BYTES_MAX);
	}
	return 0;
}

void audit_row_fini(struct audit_row *row)
{
	free(row->body);
	free(row->key_text);
	*row = (struct audit_row) {0};
}
