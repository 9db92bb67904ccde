// SPDX-License-Identifier: BSD-3-Clause
// The checks that travel in one request, and what ties an answer to the check that was asked (case 57): its number, a
// nonce that the asker made for it, and the SHA-256 of the check's canonical dump.
//
//	{"checks":[{"id":1,"nonce":"32 hex digits","deadline_ms":10000,"check":{...}}]}
//	answer's payload: {"id":1,"nonce":"...","check_sha256":"...","perspective":"fra-1","rir":"RIPE NCC","answer":{...}}
//
// What a check says is not read here.

#pragma once

#include <parallax/base/attributes.h>

#include <stddef.h>
#include <stdint.h>

// A thousand checks of 4 KiB fill the 4 MiB that a request may have.
#define CHECK_BATCH_MAX 1000
#define CHECK_BYTES_MAX (64 * 1024)
#define CHECK_DEADLINE_MS_MAX 120000
#define CHECK_NONCE_BYTES 16
#define CHECK_NONCE_DIGITS (2 * CHECK_NONCE_BYTES)
#define CHECK_DIGEST_DIGITS 64

struct json_t;

// One check on its way, with what ties its answer to it.
struct check_ticket {
	int64_t id; // ascending within a batch
	char nonce[CHECK_NONCE_DIGITS + 1];
	char digest[CHECK_DIGEST_DIGITS + 1];
	unsigned deadline_ms;
	struct json_t *check; // an object, owned
};

struct check_batch {
	size_t count;
	struct check_ticket *tickets;
};

struct check_batch_fault {
	char pointer[64]; // JSON pointer (RFC 6901), "" for the whole document
	char text[128];
};

// The SHA-256 of the canonical dump in hexadecimal, and the dump's length. 0, -ENOMEM, -E2BIG (past CHECK_BYTES_MAX).
PLX_MUST_CHECK int check_digest(const struct json_t *check, char *ret_digest, size_t *ret_bytes);

// Strict: unknown members, wrong types, numbers out of range and repeated or descending ids are refused. 0, -EINVAL with
// the fault, -E2BIG with the fault (too many checks, or one too large), -ENOMEM.
PLX_MUST_CHECK int check_batch_read(const char *text, size_t length, struct check_batch *ret_batch,
				    struct check_batch_fault *fault);
void check_batch_clear(struct check_batch *batch);

// {"checks":[...]} as text, to be freed, NULL without memory.
PLX_MUST_CHECK char *check_batch_write(const struct check_ticket *tickets, size_t count);
