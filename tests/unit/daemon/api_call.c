// SPDX-License-Identifier: BSD-3-Clause

#include "api_call.h"

#include "daemon_fixture.h"

#include <stdio.h>
#include <string.h>

static size_t on_text(char *bytes, size_t size, size_t count, void *context)
{
	struct request *request = context;
	size_t room = sizeof(request->text) - 1 - request->length;
	size_t taken = count < room ? count : room;
	memcpy(request->text + request->length, bytes, taken);
	request->length += taken;
	request->text[request->length] = '\0';
	return count;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
	struct request *request = context;
	if (count > 13 && strncasecmp(bytes, "Retry-After: ", 13) == 0) {
		snprintf(request->retry_after, sizeof(request->retry_after), "%.*s",
			 (int)strcspn(bytes + 13, "\r\n"), bytes + 13);
	}
	return count;
}

void *run_request(void *context)
{
	struct request *request = context;
	char url[160], header[96], ca[96];
	snprintf(url, sizeof(url), "https://127.0.0.1:%d%s", fixture.primary.port, request->path);
	snprintf(header, sizeof(header), "Content-Type: %s",
		 request->type != NULL ? request->type : "application/json");
	snprintf(ca, sizeof(ca), "%s/ca.pem", fixture.directory);
	CURL *easy = curl_easy_init();
	struct curl_slist *headers = curl_slist_append(NULL, header);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_CAINFO, ca);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
			 request->timeout_ms != 0 ? request->timeout_ms : 20000L);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_text);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, request);
	if (request->body != NULL) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body);
		curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	}
	request->code = curl_easy_perform(easy);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &request->status);
	curl_slist_free_all(headers);
	curl_easy_cleanup(easy);
	return NULL;
}

struct request *ask_path(const char *path, const char *type, const char *body)
{
	static struct request request;
	request = (struct request) {.path = path, .type = type, .body = body};
	run_request(&request);
	return &request;
}
