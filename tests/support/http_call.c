// SPDX-License-Identifier: BSD-3-Clause
// Runs libcurl's easy interface beside an event loop.

#include "http_call.h"

#include <curl/curl.h>
#include <event2/event.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEADLINE_S 20

struct running_call {
	struct http_call *call;
	atomic_bool is_done;
};

static size_t take_text(char *bytes, size_t size, size_t count, void *context)
{
	struct http_call *call = context;
	size_t length = size * count;
	if (call->length + length >= sizeof(call->text)) {
		return 0;
	}
	memcpy(call->text + call->length, bytes, length);
	call->length += length;
	call->text[call->length] = '\0';
	return length;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
	struct http_call *call = context;
	size_t have = strlen(call->headers);
	snprintf(call->headers + have, sizeof(call->headers) - have, "%.*s", (int)(size * count),
		 bytes);
	return size * count;
}

static void set_tls(CURL *curl, const struct http_call *call)
{
	char path[256];
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, call->tls_version);
	if (call->ca_file != NULL) {
		curl_easy_setopt(curl, CURLOPT_CAINFO, call->ca_file);
	}
	if (call->certificate != NULL) {
		snprintf(path, sizeof(path), "%s.pem", call->certificate);
		curl_easy_setopt(curl, CURLOPT_SSLCERT, path);
		snprintf(path, sizeof(path), "%s.key", call->certificate);
		curl_easy_setopt(curl, CURLOPT_SSLKEY, path);
	}
}

static void *run(void *context)
{
	struct running_call *running = context;
	struct http_call *call = running->call;
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = call->header ? curl_slist_append(NULL, call->header) : NULL;
	curl_easy_setopt(curl, CURLOPT_URL, call->url);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)DEADLINE_S);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_text);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, call);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	if (call->body != NULL) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)call->body_length);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body);
	}
	if (call->method != NULL) {
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
		curl_easy_setopt(curl, CURLOPT_NOBODY, (long)(strcmp(call->method, "HEAD") == 0));
	}
	set_tls(curl, call);
	for (unsigned i = 0; i == 0 || i < call->count; i++) {
		call->length = 0;
		call->headers[0] = call->text[0] = '\0';
		call->curl_code = (int)curl_easy_perform(curl);
	}
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &call->status);
	curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &call->connections);
	curl_easy_cleanup(curl);
	curl_slist_free_all(headers);
	running->is_done = true;
	return NULL;
}

bool loop_until(struct event_base *base, bool (*is_done)(void *context), void *context)
{
	// A turn waits for an event, but not past the next look at the condition.
	static const struct timeval look = {.tv_usec = 2000};
	time_t start_s = time(NULL);
	while (!is_done(context) && time(NULL) - start_s <= DEADLINE_S) {
		event_base_loopexit(base, &look);
		event_base_loop(base, 0);
	}
	return is_done(context);
}

static bool call_is_done(void *context)
{
	struct running_call *running = context;
	return running->is_done;
}

void http_call_run(struct http_call *call, struct event_base *base)
{
	struct running_call running = {.call = call};
	pthread_t thread;
	if (pthread_create(&thread, NULL, run, &running) != 0) {
		abort();
	}
	loop_until(base, call_is_done, &running);
	pthread_join(thread, NULL);
}
