// SPDX-License-Identifier: BSD-3-Clause

#include "perspective/foreign_checker.h"

#include "check/check_request.h"
#include "check/check_result.h"
#include "open_mpic/open_mpic_foreign.h"
#include "perspective/channel_url.h"
#include "perspective/pem_file.h"
#include "perspective/transfer_loop.h"

#include <jansson.h>
#include <openssl/crypto.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sys/queue.h>

#define URL_MAX 320
#define MS_PER_S 1000
#define NS_PER_MS 1000000

struct foreign_checker {
	struct foreign_checker_config config;
	char url[URL_MAX];
	char *certificate, *key, *trust;
	struct curl_slist *headers;
	struct curl_slist *connect_to;
	struct transfer_loop *loop;
	struct perspective_client_status status;
	LIST_HEAD(, foreign_ask) asks;
};

struct foreign_ask {
	LIST_ENTRY(foreign_ask) entry;
	struct foreign_checker *checker;
	struct check_request *request;
	CURL *transfer;
	char *body;    // of the request
	char *text;    // of the answer
	size_t length; // of it
	int64_t asked_ms, sent_us;
	foreign_answer_cb on_answer;
	void *context;
	char fault[CURL_ERROR_SIZE];
};

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

static void ask_free(struct foreign_ask *ask)
{
	if (ask->transfer != NULL) {
		curl_easy_cleanup(ask->transfer);
	}
	check_request_free(ask->request);
	free(ask->body);
	free(ask->text);
	free(ask);
}

static void unlist(struct foreign_ask *ask)
{
	LIST_REMOVE(ask, entry);
	ask->checker->status.asks--;
	ask->checker->status.transfers--;
}

// Tells what became of it; `ask` is gone afterwards. The caller's callback may ask again.
static void finish(struct foreign_ask *ask, enum perspective_cause cause, json_t *result,
		   const char *detail)
{
	struct perspective_client_status *status = &ask->checker->status;
	int64_t latency_ms = now_ms() - ask->asked_ms;
	status->by_cause[cause]++;
	if (cause == PERSPECTIVE_ANSWERED) {
		channel_health_note_answer(&status->health, latency_ms);
	} else if (cause != PERSPECTIVE_CLOSED) {
		// It is asked all the same the next time: each check has a connection of its own to fail.
		channel_health_note_failure(&status->health, now_ms(), 0);
		snprintf(status->last_fault, sizeof(status->last_fault), "%s", detail);
	}
	unlist(ask);
	ask->on_answer(ask->context, cause, result, detail, latency_ms);
	ask_free(ask);
}

static void take_answer(struct foreign_ask *ask)
{
	struct json_fault fault = {.text = ""};
	struct check_result result = {.outcome = CHECK_NOT_EVALUATED};
	char detail[JSON_POINTER_MAX + JSON_FAULT_TEXT_MAX + 2];
	if (open_mpic_foreign_read(ask->request, ask->text != NULL ? ask->text : "", ask->length,
				   ask->sent_us, ask->checker->config.wall_us(), &result,
				   &fault) != 0) {
		snprintf(detail, sizeof(detail), "%s %s", fault.pointer, fault.text);
		finish(ask, PERSPECTIVE_MALFORMED, NULL, detail);
		return;
	}
	json_object_set_new(result.evidence, "source", json_string(ask->checker->url));
	json_t *value = check_result_write(&result);
	check_result_fini(&result);
	finish(ask, value != NULL ? PERSPECTIVE_ANSWERED : PERSPECTIVE_MALFORMED, value,
	       value != NULL ? "" : "not enough memory");
	json_decref(value);
}

static enum perspective_cause cause_of(CURLcode code)
{
	if (code == CURLE_OPERATION_TIMEDOUT) {
		return PERSPECTIVE_TIMEOUT;
	}
	if (code == CURLE_PEER_FAILED_VERIFICATION) {
		return PERSPECTIVE_REFUSED_IDENTITY;
	}
	if (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_CONNECT) {
		return PERSPECTIVE_UNREACHABLE;
	}
	return code == CURLE_WRITE_ERROR ? PERSPECTIVE_MALFORMED : PERSPECTIVE_DISCONNECTED;
}

static void on_done(CURL *transfer, CURLcode code, void *context)
{
	struct foreign_ask *ask = NULL;
	curl_easy_getinfo(transfer, CURLINFO_PRIVATE, (char **)&ask);
	const char *text = ask->fault[0] != '\0' ? ask->fault : curl_easy_strerror(code);
	if (code == CURLE_OK) {
		take_answer(ask);
	} else {
		finish(ask, cause_of(code), NULL,
		       code == CURLE_WRITE_ERROR ? "the answer is too large" : text);
	}
}

static size_t on_text(char *bytes, size_t size, size_t count, void *context)
{
	struct foreign_ask *ask = context;
	if (count > OPEN_MPIC_FOREIGN_BODY_MAX - ask->length) {
		return 0; // breaks it off
	}
	char *text = realloc(ask->text, ask->length + count + 1);
	if (text == NULL) {
		return 0;
	}
	ask->text = text;
	memcpy(text + ask->length, bytes, count);
	ask->length += count;
	return count;
}

static void set_blob(CURL *transfer, CURLoption option, char *text)
{
	struct curl_blob blob = {.data = text, .len = strlen(text), .flags = CURL_BLOB_NOCOPY};
	curl_easy_setopt(transfer, option, &blob);
}

static void set_tls(const struct foreign_checker *checker, CURL *transfer)
{
	if (checker->trust != NULL) {
		curl_easy_setopt(transfer, CURLOPT_CAPATH, NULL);
		set_blob(transfer, CURLOPT_CAINFO_BLOB, checker->trust);
	}
	if (checker->certificate != NULL) {
		set_blob(transfer, CURLOPT_SSLCERT_BLOB, checker->certificate);
		set_blob(transfer, CURLOPT_SSLKEY_BLOB, checker->key);
	}
	curl_easy_setopt(transfer, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(transfer, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(transfer, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(transfer, CURLOPT_SSL_VERIFYHOST, 2L);
}

static void set_request(struct foreign_ask *ask, const char *url, unsigned deadline_ms)
{
	struct foreign_checker *checker = ask->checker;
	CURL *transfer = ask->transfer;
	curl_easy_setopt(transfer, CURLOPT_URL, url);
	curl_easy_setopt(transfer, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(transfer, CURLOPT_PROXY, "");
	curl_easy_setopt(transfer, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(transfer, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(transfer, CURLOPT_POSTFIELDS, ask->body);
	curl_easy_setopt(transfer, CURLOPT_HTTPHEADER, checker->headers);
	curl_easy_setopt(transfer, CURLOPT_CONNECT_TO, checker->connect_to);
	curl_easy_setopt(transfer, CURLOPT_TIMEOUT_MS, (long)deadline_ms);
	curl_easy_setopt(transfer, CURLOPT_ERRORBUFFER, ask->fault);
	curl_easy_setopt(transfer, CURLOPT_WRITEFUNCTION, on_text);
	curl_easy_setopt(transfer, CURLOPT_WRITEDATA, ask);
	curl_easy_setopt(transfer, CURLOPT_PRIVATE, ask);
	set_tls(checker, transfer);
}

static int prepare(struct foreign_ask *ask, json_t *check, unsigned deadline_ms)
{
	struct json_fault fault;
	json_t *body = NULL;
	char url[URL_MAX + 8];
	ask->request = check_request_read(check, ask->checker->config.identifiers, &fault);
	if (ask->request == NULL) {
		return -EINVAL;
	}
	int error = open_mpic_foreign_write(ask->request, NULL, &body);
	if (error != 0) {
		return error;
	}
	ask->body = json_dumps(body, JSON_COMPACT);
	json_decref(body);
	ask->transfer = curl_easy_init();
	if (ask->body == NULL || ask->transfer == NULL) {
		return -ENOMEM;
	}
	snprintf(url, sizeof(url), "%s%s", ask->checker->url, open_mpic_foreign_path(ask->request));
	set_request(ask, url, deadline_ms);
	return transfer_loop_add(ask->checker->loop, ask->transfer);
}

int foreign_ask(struct foreign_checker *checker, json_t *check, unsigned deadline_ms,
		foreign_answer_cb on_answer, void *context, struct foreign_ask **ret_ask)
{
	if (deadline_ms < 1 || deadline_ms > FOREIGN_DEADLINE_MS_MAX) {
		return -EINVAL;
	}
	if (checker->status.asks >= checker->config.asks_max) {
		return -EAGAIN;
	}
	struct foreign_ask *ask = calloc(1, sizeof(*ask));
	if (ask == NULL) {
		return -ENOMEM;
	}
	ask->checker = checker;
	ask->on_answer = on_answer;
	ask->context = context;
	ask->asked_ms = now_ms();
	ask->sent_us = checker->config.wall_us();
	int error = prepare(ask, check, deadline_ms);
	if (error != 0) {
		ask_free(ask);
		return error;
	}
	LIST_INSERT_HEAD(&checker->asks, ask, entry);
	checker->status.asks++;
	checker->status.transfers++;
	checker->status.asked++;
	checker->status.batches++;
	*ret_ask = ask;
	return 0;
}

void foreign_ask_cancel(struct foreign_ask *ask)
{
	transfer_loop_remove(ask->checker->loop, ask->transfer);
	unlist(ask);
	ask_free(ask);
}

void foreign_checker_status(const struct foreign_checker *checker,
			    struct perspective_client_status *ret_status)
{
	*ret_status = checker->status;
}

static int file_fault(struct perspective_fault *fault, const char *file)
{
	snprintf(fault->text, sizeof(fault->text), "%.150s: no PEM file can be read", file);
	return -EINVAL;
}

static int read_files(struct foreign_checker *checker, struct perspective_fault *fault)
{
	const struct perspective_tls_files *files = &checker->config.tls;
	if (files->ca_file[0] != '\0' && (checker->trust = pem_file_read(files->ca_file)) == NULL) {
		return file_fault(fault, files->ca_file);
	}
	if (files->certificate_file[0] == '\0' || files->key_file[0] == '\0') {
		return 0;
	}
	checker->certificate = pem_file_read(files->certificate_file);
	checker->key = pem_file_read(files->key_file);
	return checker->certificate != NULL && checker->key != NULL
		       ? 0
		       : file_fault(fault, files->certificate_file);
}

static int start(struct foreign_checker *checker, struct perspective_fault *fault)
{
	const struct foreign_checker_config *config = &checker->config;
	char connect_to[URL_MAX];
	size_t length = 0;
	if (channel_url_check(config->url, &length) != 0 || length >= sizeof(checker->url)) {
		snprintf(fault->text, sizeof(fault->text), "give it an https:// URL with a host");
		return -EINVAL;
	}
	memcpy(checker->url, config->url, length);
	checker->headers = curl_slist_append(NULL, "Content-Type: application/json");
	if (config->connect_to != NULL) {
		snprintf(connect_to, sizeof(connect_to), "::%s", config->connect_to);
		checker->connect_to = curl_slist_append(NULL, connect_to);
	}
	checker->loop =
		transfer_loop_create(config->base, config->connections_max, on_done, checker);
	if (checker->loop == NULL || checker->headers == NULL ||
	    (config->connect_to != NULL && checker->connect_to == NULL)) {
		snprintf(fault->text, sizeof(fault->text), "not enough memory");
		return -ENOMEM;
	}
	return read_files(checker, fault);
}

struct foreign_checker *foreign_checker_create(const struct foreign_checker_config *config,
					       int *ret_error, struct perspective_fault *fault)
{
	struct foreign_checker *checker = calloc(1, sizeof(*checker));
	if (checker == NULL) {
		snprintf(fault->text, sizeof(fault->text), "not enough memory");
		*ret_error = -ENOMEM;
		return NULL;
	}
	checker->config = *config;
	LIST_INIT(&checker->asks);
	*ret_error = start(checker, fault);
	if (*ret_error != 0) {
		foreign_checker_destroy(checker);
		return NULL;
	}
	return checker;
}

void foreign_checker_destroy(struct foreign_checker *checker)
{
	if (checker == NULL) {
		return;
	}
	struct foreign_ask *ask;
	while ((ask = LIST_FIRST(&checker->asks)) != NULL) {
		transfer_loop_remove(checker->loop, ask->transfer);
		finish(ask, PERSPECTIVE_CLOSED, NULL, "the checker was closed");
	}
	transfer_loop_destroy(checker->loop);
	curl_slist_free_all(checker->headers);
	curl_slist_free_all(checker->connect_to);
	if (checker->key != NULL) {
		OPENSSL_cleanse(checker->key, strlen(checker->key));
	}
	free(checker->trust);
	free(checker->certificate);
	free(checker->key);
	free(checker);
}
