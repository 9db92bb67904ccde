// SPDX-License-Identifier: BSD-3-Clause
// A certificate authority for tests, made anew each time: files of PEM in a directory of the test.

#pragma once

#include <stdint.h>

struct test_authority;

struct test_certificate {
	const char *file; // FILE.pem and FILE.key in the authority's directory
	const char *
		names; // OpenSSL's subjectAltName syntax: "URI:...,DNS:...,IP:127.0.0.1"; NULL: none
	int64_t not_before_s; // relative to now
	int64_t not_after_s;  // relative to now; 0: one day
};

// Writes NAME.pem, the CA's certificate, into `directory`. Aborts when anything fails: a test cannot go on without.
struct test_authority *test_authority_create(const char *directory, const char *name);
void test_authority_destroy(struct test_authority *authority);
void test_authority_issue(struct test_authority *authority,
			  const struct test_certificate *certificate);

// An Ed25519 key pair: NAME.key and NAME.pub.
void test_signing_key_create(const char *directory, const char *name);
