// SPDX-License-Identifier: BSD-3-Clause
// Signing, texts and the file of the remembered head.

#include "audit/audit_head.h"

#include <parallax/base/error.h>

#include <jansson.h>
#include <openssl/evp.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What is signed: lines of text, so that anyone can put it together again.
static size_t format_signed(const struct audit_head *head, char text[static AUDIT_HEAD_TEXT_MAX])
{
	char hash[AUDIT_HASH_TEXT_BYTES];
	audit_hash_format(head->position.hash, hash);
	return (size_t)snprintf(text, AUDIT_HEAD_TEXT_MAX, "%s\n%s\n%" PRIu64 "\n%s\n%" PRId64 "\n",
				AUDIT_HEAD_TAG, head->log_id, head->position.sequence, hash,
				head->time_us);
}

int audit_head_sign(struct audit_head *head, EVP_PKEY *key)
{
	char text[AUDIT_HEAD_TEXT_MAX];
	size_t length = format_signed(head, text);
	size_t signature_length = sizeof(head->signature);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	if (context == NULL) {
		return -ENOMEM;
	}
	bool is_done = EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
		       EVP_DigestSign(context, head->signature, &signature_length,
				      (const uint8_t *)text, length) == 1 &&
		       signature_length == sizeof(head->signature);
	EVP_MD_CTX_free(context);
	head->is_signed = is_done;
	return is_done ? 0 : -EINVAL;
}

bool audit_head_is_authentic(const struct audit_head *head, EVP_PKEY *public_key)
{
	char text[AUDIT_HEAD_TEXT_MAX];
	size_t length = format_signed(head, text);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is_authentic = context != NULL && head->is_signed &&
			    EVP_DigestVerifyInit(context, NULL, NULL, NULL, public_key) == 1 &&
			    EVP_DigestVerify(context, head->signature, sizeof(head->signature),
					     (const uint8_t *)text, length) == 1;
	EVP_MD_CTX_free(context);
	return is_authentic;
}

char *audit_head_format(const struct audit_head *head)
{
	char hash[AUDIT_HASH_TEXT_BYTES];
	char signature[2 * AUDIT_HASH_TEXT_BYTES];
	audit_hash_format(head->position.hash, hash);
	audit_hash_format(head->signature, signature);
	audit_hash_format(head->signature + AUDIT_HASH_BYTES,
			  signature + AUDIT_HASH_TEXT_BYTES - 1);
	json_t *object =
		json_pack("{s:s, s:s, s:I, s:s?, s:I}", "hash", hash, "log_id", head->log_id,
			  "sequence", (json_int_t)head->position.sequence, "signature",
			  head->is_signed ? signature : NULL, "time_us", (json_int_t)head->time_us);
	char *line = object == NULL ? NULL : json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(object);
	char *text = NULL;
	if (line != NULL && asprintf(&text, "%s\n", line) < 0) {
		text = NULL;
	}
	free(line);
	return text;
}

static bool parse_signature(const json_t *value, struct audit_head *head)
{
	if (json_is_null(value)) {
		return true;
	}
	size_t half = 2 * AUDIT_HASH_BYTES;
	head->is_signed = json_is_string(value) && json_string_length(value) == 2 * half &&
			  audit_hash_parse(json_string_value(value), half, head->signature) &&
			  audit_hash_parse(json_string_value(value) + half, half,
					   head->signature + AUDIT_HASH_BYTES);
	return head->is_signed;
}

static bool parse_members(const json_t *object, struct audit_head *head)
{
	const char *log_id = json_string_value(json_object_get(object, "log_id"));
	const json_t *hash = json_object_get(object, "hash");
	const json_t *sequence = json_object_get(object, "sequence");
	const json_t *time_us = json_object_get(object, "time_us");
	if (log_id == NULL || strlen(log_id) != AUDIT_LOG_ID_BYTES - 1 ||
	    strspn(log_id, "0123456789abcdef") != AUDIT_LOG_ID_BYTES - 1 ||
	    json_object_size(object) != 5 || !json_is_string(hash) || !json_is_integer(sequence) ||
	    json_integer_value(sequence) < 1 || !json_is_integer(time_us)) {
		return false;
	}
	memcpy(head->log_id, log_id, AUDIT_LOG_ID_BYTES);
	head->position.sequence = (uint64_t)json_integer_value(sequence);
	head->time_us = json_integer_value(time_us);
	return audit_hash_parse(json_string_value(hash), json_string_length(hash),
				head->position.hash) &&
	       parse_signature(json_object_get(object, "signature"), head);
}

int audit_head_parse(const char *text, size_t length, struct audit_head *ret_head)
{
	if (length > AUDIT_HEAD_TEXT_MAX) {
		return PLX_ERR_AUDIT_LINE;
	}
	struct audit_head head = {0};
	json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
	bool is_head = parse_members(object, &head);
	json_decref(object);
	if (!is_head) {
		return PLX_ERR_AUDIT_LINE;
	}
	*ret_head = head;
	return 0;
}

// -errno. The file is whole or absent after a crash: it is synced before it takes the other's place.
static int write_file(const char *path, const char *text)
{
	size_t length = strlen(text);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0) {
		return -errno;
	}
	ssize_t written = write(fd, text, length);
	int error = written == (ssize_t)length ? 0 : written < 0 ? -errno : -ENOSPC;
	if (error == 0 && fsync(fd) != 0) {
		error = -errno;
	}
	if (close(fd) != 0 && error == 0) {
		error = -errno;
	}
	return error;
}

int audit_head_write(const char *path, const struct audit_head *head, struct audit_fault *fault)
{
	char new_path[PATH_MAX];
	int length = snprintf(new_path, sizeof(new_path), "%s.new", path);
	char *text = audit_head_format(head);
	int error = text == NULL ? -ENOMEM : 0;
	if (error == 0 && (length < 0 || (size_t)length >= sizeof(new_path))) {
		error = -ENAMETOOLONG;
	}
	if (error == 0) {
		error = write_file(new_path, text);
	}
	if (error == 0 && rename(new_path, path) != 0) {
		error = -errno;
	}
	free(text);
	return error == 0 ? 0
			  : audit_fault_set(fault, error,
					    "%s: the head cannot be written: %s: free "
					    "space or give this user write access to its folder",
					    path, plx_error_text(error));
}

int audit_head_read(const char *path, struct audit_head *ret_head, struct audit_fault *fault)
{
	char text[AUDIT_HEAD_TEXT_MAX + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text));
	int error = length < 0 ? -errno : 0;
	if (fd >= 0) {
		close(fd);
	}
	if (error != 0) {
		return audit_fault_set(fault, error,
				       "%s: the head cannot be read: %s: give the path "
				       "of the head that the log left",
				       path, plx_error_text(error));
	}
	error = audit_head_parse(text, (size_t)length, ret_head);
	return error == 0 ? 0
			  : audit_fault_set(fault, error,
					    "%s: is not a head of an audit log: keep it "
					    "for the auditor and restore a copy",
					    path);
}
