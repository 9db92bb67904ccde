// SPDX-License-Identifier: BSD-3-Clause
// Reads and writes the request of many checks.

#include "perspective/check_batch.h"

#include "check/json_writer.h"

#include <jansson.h>
#include <openssl/evp.h>

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int check_digest(const json_t *check, char *ret_digest, size_t *ret_bytes)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	static const char digits[] = "0123456789abcdef";
	size_t length = 0;
	char *dump = json_text_write(check, JSON_CANONICAL, &length);
	if (dump == NULL) {
		return -ENOMEM;
	}
	bool is_done = length <= CHECK_BYTES_MAX &&
		       EVP_Digest(dump, length, digest, NULL, EVP_sha256(), NULL) == 1;
	free(dump);
	if (!is_done) {
		return length > CHECK_BYTES_MAX ? -E2BIG : -ENOMEM;
	}
	for (size_t i = 0; i < CHECK_DIGEST_DIGITS; i++) {
		ret_digest[i] = digits[i % 2 == 0 ? digest[i / 2] >> 4 : digest[i / 2] & 15];
	}
	ret_digest[CHECK_DIGEST_DIGITS] = '\0';
	*ret_bytes = length;
	return 0;
}

static int fault_at(struct check_batch_fault *fault, int error, const char *pointer,
		    const char *text)
{
	snprintf(fault->pointer, sizeof(fault->pointer), "%s", pointer);
	snprintf(fault->text, sizeof(fault->text), "%s", text);
	return error;
}

static int member_fault(struct check_batch_fault *fault, int error, size_t index,
			const char *member, const char *text)
{
	char pointer[64];
	snprintf(pointer, sizeof(pointer), "/checks/%zu%s%s", index, member[0] != '\0' ? "/" : "",
		 member);
	return fault_at(fault, error, pointer, text);
}

static bool is_nonce(const json_t *value)
{
	const char *text = json_string_value(value);
	return text != NULL && json_string_length(value) == CHECK_NONCE_DIGITS &&
	       strspn(text, "0123456789abcdef") == CHECK_NONCE_DIGITS;
}

static int read_ticket(const json_t *item, size_t index, int64_t last_id,
		       struct check_ticket *ticket, struct check_batch_fault *fault)
{
	const json_t *id = json_object_get(item, "id");
	const json_t *nonce = json_object_get(item, "nonce");
	const json_t *deadline = json_object_get(item, "deadline_ms");
	json_t *check = json_object_get(item, "check");
	if (!json_is_object(item) || json_object_size(item) != 4) {
		return member_fault(fault, -EINVAL, index, "",
				    "must be an object of id, nonce, deadline_ms and check");
	}
	if (!json_is_integer(id) || json_integer_value(id) <= last_id) {
		return member_fault(fault, -EINVAL, index, "id",
				    "must be a positive integer greater than the one before");
	}
	if (!is_nonce(nonce)) {
		return member_fault(fault, -EINVAL, index, "nonce",
				    "must be 32 hexadecimal digits");
	}
	if (!json_is_integer(deadline) || json_integer_value(deadline) < 1 ||
	    json_integer_value(deadline) > CHECK_DEADLINE_MS_MAX) {
		return member_fault(fault, -EINVAL, index, "deadline_ms",
				    "must be an integer from 1 to 120000");
	}
	if (!json_is_object(check)) {
		return member_fault(fault, -EINVAL, index, "check", "must be an object");
	}
	size_t bytes = 0;
	int error = check_digest(check, ticket->digest, &bytes);
	if (error != 0) {
		return member_fault(fault, error, index, "check", "is larger than 65536 octets");
	}
	ticket->id = json_integer_value(id);
	memcpy(ticket->nonce, json_string_value(nonce), CHECK_NONCE_DIGITS + 1);
	ticket->deadline_ms = (unsigned)json_integer_value(deadline);
	ticket->check = json_incref(check);
	return 0;
}

static int read_document(const json_t *document, struct check_batch *batch,
			 struct check_batch_fault *fault)
{
	const json_t *checks = json_object_get(document, "checks");
	if (!json_is_object(document) || json_object_size(document) != 1 || checks == NULL) {
		return fault_at(fault, -EINVAL, "", "must be an object with the one member checks");
	}
	if (!json_is_array(checks) || json_array_size(checks) == 0) {
		return fault_at(fault, -EINVAL, "/checks",
				"must be an array of at least one check");
	}
	size_t count = json_array_size(checks);
	if (count > CHECK_BATCH_MAX) {
		return fault_at(fault, -E2BIG, "/checks", "holds more than 1000 checks");
	}
	batch->tickets = calloc(count, sizeof(*batch->tickets));
	if (batch->tickets == NULL) {
		return fault_at(fault, -ENOMEM, "", "not enough memory");
	}
	int64_t last_id = 0;
	for (size_t i = 0; i < count; i++) {
		int error = read_ticket(json_array_get(checks, i), i, last_id, &batch->tickets[i],
					fault);
		if (error != 0) {
			return error;
		}
		last_id = batch->tickets[i].id;
		batch->count++;
	}
	return 0;
}

int check_batch_read(const char *text, size_t length, struct check_batch *ret_batch,
		     struct check_batch_fault *fault)
{
	struct check_batch batch = {.count = 0};
	json_error_t json_error;
	json_t *document =
		json_loadb(text != NULL ? text : "", length, JSON_REJECT_DUPLICATES, &json_error);
	if (document == NULL) {
		snprintf(fault->pointer, sizeof(fault->pointer), "%s", "");
		snprintf(fault->text, sizeof(fault->text), "is not JSON (line %d, column %d)",
			 json_error.line, json_error.column);
		return -EINVAL;
	}
	int error = read_document(document, &batch, fault);
	json_decref(document);
	if (error != 0) {
		check_batch_clear(&batch);
		return error;
	}
	*ret_batch = batch;
	return 0;
}

void check_batch_clear(struct check_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		json_decref(batch->tickets[i].check);
	}
	free(batch->tickets);
	*batch = (struct check_batch) {.count = 0};
}

static void write_ticket(struct plx_text *text, const struct check_ticket *ticket)
{
	char rest[128]; // of numbers and of hexadecimal digits
	int length = snprintf(rest, sizeof(rest),
			      ",\"deadline_ms\":%u,\"id\":%" PRId64 ",\"nonce\":\"%.*s\"}",
			      ticket->deadline_ms, ticket->id, CHECK_NONCE_DIGITS, ticket->nonce);
	plx_text_literal(text, "{\"check\":");
	json_text_append(text, ticket->check, JSON_CANONICAL);
	plx_text_append(text, rest, (size_t)length);
}

char *check_batch_write(const struct check_ticket *tickets, size_t count)
{
	struct plx_text text = plx_text_growing();
	plx_text_literal(&text, "{\"checks\":[");
	for (size_t i = 0; i < count; i++) {
		if (i > 0) {
			plx_text_character(&text, ',');
		}
		write_ticket(&text, &tickets[i]);
	}
	plx_text_append(&text, "]}", sizeof("]}"));
	if (text.failed) {
		plx_text_free(&text);
		return NULL;
	}
	return text.bytes;
}
