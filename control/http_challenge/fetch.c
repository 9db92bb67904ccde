// SPDX-License-Identifier: BSD-3-Clause
// The life of a fetch, hop by hop.

#include "http_challenge/fetch_state.h"

#include <event2/event.h>
#include <openssl/evp.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t fetch_now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void hop_free(struct fetch_hop *hop)
{
	free(hop->url);
	address_list_free(hop->addresses);
	free(hop->location);
}

static void fetch_free(struct fetch *fetch)
{
	fetch_transfer_end(fetch);
	if (fetch->query != NULL) {
		const struct host_resolver *resolver = &fetch->service->config.resolver;
		resolver->cancel(resolver->context, fetch->query);
	}
	for (unsigned i = 0; i < fetch->result.hop_count; i++) {
		hop_free(&fetch->result.hops[i]);
	}
	if (fetch->step != NULL) {
		event_free(fetch->step);
	}
	if (fetch->deadline != NULL) {
		event_free(fetch->deadline);
	}
	curl_slist_free_all(fetch->headers);
	free(fetch->user_agent);
	free(fetch->result.body);
	free(fetch);
}

static void fetch_detach(struct fetch *fetch)
{
	LIST_REMOVE(fetch, entry);
	fetch->service->running_count--;
}

void fetch_cancel(struct fetch *fetch)
{
	if (fetch != NULL) {
		fetch_detach(fetch);
		fetch_free(fetch);
	}
}

static void fetch_end(struct fetch *fetch, enum fetch_outcome outcome, enum fetch_cause cause)
{
	struct fetch_result *result = &fetch->result;
	// Whatever still runs must not speak up later.
	fetch_transfer_end(fetch);
	event_del(fetch->deadline);
	fetch_detach(fetch);
	result->outcome = outcome;
	result->cause = cause;
	result->duration_ms = (uint32_t)(fetch_now_ms() - fetch->start_ms);
	const uint8_t *body = result->body == NULL ? (const uint8_t *)"" : result->body;
	if (EVP_Digest(body, result->body_length, result->body_sha256, NULL, EVP_sha256(), NULL) !=
	    1) {
		result->outcome = FETCH_FAILED;
		result->cause = FETCH_CAUSE_INTERNAL;
	}
	fetch->callback(fetch->context, result);
	fetch_free(fetch);
}

void fetch_fail(struct fetch *fetch, enum fetch_cause cause)
{
	fetch_end(fetch, FETCH_FAILED, cause);
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
	fetch_fail(context, FETCH_CAUSE_DEADLINE);
}

static void on_step(evutil_socket_t fd, short what, void *context)
{
	fetch_connect_begin(context);
}

static bool url_was_seen(const struct fetch *fetch, const struct url_parts *url)
{
	for (unsigned i = 0; i < fetch->result.hop_count; i++) {
		if (strcmp(fetch->result.hops[i].url->text, url->text) == 0) {
			return true;
		}
	}
	return false;
}

// Why the redirect of the last hop is not followed; NONE and ret_target otherwise. Its body was not read.
static enum fetch_cause redirect_judge(struct fetch *fetch, struct url_parts *ret_target)
{
	struct fetch_result *result = &fetch->result;
	struct fetch_hop *hop = fetch_hop(fetch);
	if (hop->status != 301 && hop->status != 302 && hop->status != 307 && hop->status != 308) {
		return FETCH_CAUSE_REDIRECT_STATUS;
	}
	if (hop->location == NULL || fetch->answer.location_count != 1) {
		return FETCH_CAUSE_REDIRECT_LOCATION;
	}
	int error = url_parts_parse(hop->url, hop->location, strlen(hop->location), ret_target,
				    &result->url_fault);
	if (error != 0) {
		return error == -ENOMEM ? FETCH_CAUSE_INTERNAL : FETCH_CAUSE_REDIRECT_LOCATION;
	}
	const struct fetch_rules *rules = &fetch->service->config.rules;
	if (rules->judge_redirect(rules->context, hop->status, hop->url, ret_target,
				  &result->reason) != FETCH_PERMITTED) {
		return FETCH_CAUSE_REDIRECT_REFUSED;
	}
	if (url_was_seen(fetch, ret_target)) {
		return FETCH_CAUSE_REDIRECT_LOOP;
	}
	return result->hop_count == FETCH_HOPS_MAX ? FETCH_CAUSE_REDIRECT_LIMIT : FETCH_CAUSE_NONE;
}

static int hop_add(struct fetch *fetch, const struct url_parts *url)
{
	struct url_parts *copy = malloc(sizeof(*copy));
	if (copy == NULL) {
		return -ENOMEM;
	}
	*copy = *url;
	fetch->result.hops[fetch->result.hop_count++] = (struct fetch_hop) {.url = copy};
	return 0;
}

void fetch_answered(struct fetch *fetch)
{
	struct fetch_hop *hop = fetch_hop(fetch);
	if (!fetch_status_is_redirect(hop->status)) {
		fetch->result.status = hop->status;
		fetch_end(fetch, FETCH_COMPLETE, FETCH_CAUSE_NONE);
		return;
	}
	struct url_parts target;
	enum fetch_cause cause = redirect_judge(fetch, &target);
	if (cause == FETCH_CAUSE_NONE && hop_add(fetch, &target) != 0) {
		cause = FETCH_CAUSE_INTERNAL;
	}
	if (cause == FETCH_CAUSE_NONE) {
		fetch_connect_begin(fetch);
	} else {
		fetch_fail(fetch, cause);
	}
}

struct fetch_service *fetch_service_open(struct event_base *base, const struct fetch_config *config)
{
	struct fetch_service *service = calloc(1, sizeof(*service));
	if (service == NULL) {
		return NULL;
	}
	service->base = base;
	service->config = *config;
	LIST_INIT(&service->running);
	service->loop = curl_loop_create(base);
	if (service->loop == NULL) {
		free(service);
		return NULL;
	}
	return service;
}

void fetch_service_close(struct fetch_service *service)
{
	if (service == NULL) {
		return;
	}
	struct fetch *fetch;
	while ((fetch = LIST_FIRST(&service->running)) != NULL) {
		fetch_cancel(fetch);
	}
	curl_loop_destroy(service->loop);
	free(service);
}

unsigned fetch_service_running(const struct fetch_service *service)
{
	return service->running_count;
}

static bool field_is_valid(const char *text)
{
	size_t length = strlen(text);
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)text[i] < 0x20 || (unsigned char)text[i] > 0x7e) {
			return false;
		}
	}
	return length <= FETCH_REQUEST_HEADER_BYTES_MAX;
}

static int request_check(const struct fetch_request *request)
{
	bool is_valid = request->header_count <= FETCH_REQUEST_HEADERS_MAX &&
			request->body_limit > 0 && request->body_limit <= FETCH_BODY_MAX &&
			request->deadline_ms <= FETCH_DEADLINE_MS_MAX &&
			request->connect_ms <= FETCH_DEADLINE_MS_MAX &&
			(request->user_agent == NULL || field_is_valid(request->user_agent));
	for (unsigned i = 0; is_valid && i < request->header_count; i++) {
		const char *colon = strchr(request->headers[i], ':');
		is_valid = field_is_valid(request->headers[i]) && colon != NULL &&
			   colon != request->headers[i];
	}
	return is_valid ? 0 : -EINVAL;
}

static int request_copy(struct fetch *fetch, const struct fetch_request *request)
{
	uint32_t deadline_ms =
		request->deadline_ms == 0 ? FETCH_DEADLINE_MS_DEFAULT : request->deadline_ms;
	fetch->start_ms = fetch_now_ms();
	fetch->deadline_ms = fetch->start_ms + deadline_ms;
	fetch->connect_ms =
		request->connect_ms == 0 ? FETCH_CONNECT_MS_DEFAULT : request->connect_ms;
	fetch->address_family = request->address_family;
	fetch->body_limit = request->body_limit;
	fetch->body_excess = request->body_excess;
	if (request->user_agent != NULL) {
		fetch->user_agent = strdup(request->user_agent);
		if (fetch->user_agent == NULL) {
			return -ENOMEM;
		}
	}
	for (unsigned i = 0; i < request->header_count; i++) {
		struct curl_slist *list = curl_slist_append(fetch->headers, request->headers[i]);
		if (list == NULL) {
			return -ENOMEM;
		}
		fetch->headers = list;
	}
	const struct timeval due = {.tv_sec = deadline_ms / 1000,
				    .tv_usec = (deadline_ms % 1000) * 1000};
	fetch->deadline = evtimer_new(fetch->service->base, on_deadline, fetch);
	fetch->step = evtimer_new(fetch->service->base, on_step, fetch);
	if (fetch->deadline == NULL || fetch->step == NULL ||
	    evtimer_add(fetch->deadline, &due) != 0) {
		return -ENOMEM;
	}
	return 0;
}

int fetch_start(struct fetch_service *service, const struct fetch_request *request,
		fetch_cb callback, void *context, struct fetch **ret_fetch)
{
	struct url_parts url;
	enum url_fault fault;
	int error = request_check(request);
	if (error == 0) {
		error = url_parts_parse(NULL, request->url, strlen(request->url), &url, &fault);
	}
	if (error != 0) {
		return error;
	}
	if (service->running_count == FETCH_OPEN_MAX) {
		return -EAGAIN;
	}
	struct fetch *fetch = calloc(1, sizeof(*fetch));
	if (fetch == NULL) {
		return -ENOMEM;
	}
	fetch->service = service;
	fetch->callback = callback;
	fetch->context = context;
	error = request_copy(fetch, request);
	if (error == 0) {
		error = hop_add(fetch, &url);
	}
	if (error != 0) {
		fetch_free(fetch);
		return error;
	}
	LIST_INSERT_HEAD(&service->running, fetch, entry);
	service->running_count++;
	event_active(fetch->step, EV_TIMEOUT, 0);
	*ret_fetch = fetch;
	return 0;
}
