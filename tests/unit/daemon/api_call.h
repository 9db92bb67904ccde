// SPDX-License-Identifier: BSD-3-Clause
// Requests to the fixture's primary over HTTPS.

#pragma once

#include <curl/curl.h>

#include <pthread.h>

#define TEXT_MAX 65536

struct request {
	const char *path, *type, *body; // body NULL: GET
	long timeout_ms;                // 0: 20 s
	CURLcode code;
	long status;
	size_t length;
	char text[TEXT_MAX];
	char retry_after[32];
	pthread_t thread;
};

// As a thread: `context` is the request.
void *run_request(void *context);
// A request that the test waits for. One at a time.
struct request *ask_path(const char *path, const char *type, const char *body);
