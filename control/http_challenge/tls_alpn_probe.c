// SPDX-License-Identifier: BSD-3-Clause
// The life of a probe, and its addresses.

#include "http_challenge/tls_alpn_state.h"

#include <event2/event.h>
#include <openssl/ssl.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void probe_detach(struct tls_alpn_probe *probe)
{
	LIST_REMOVE(probe, entry);
	probe->service->running_count--;
}

static void probe_free(struct tls_alpn_probe *probe)
{
	tls_alpn_disconnect(probe);
	if (probe->query != NULL) {
		const struct host_resolver *resolver = &probe->service->config.resolver;
		resolver->cancel(resolver->context, probe->query);
	}
	if (probe->step != NULL) {
		event_free(probe->step);
	}
	if (probe->deadline != NULL) {
		event_free(probe->deadline);
	}
	address_list_free(probe->result.addresses);
	free(probe->result.certificate);
	free(probe);
}

void tls_alpn_cancel(struct tls_alpn_probe *probe)
{
	if (probe != NULL) {
		probe_detach(probe);
		probe_free(probe);
	}
}

static void probe_end(struct tls_alpn_probe *probe, enum tls_alpn_cause cause)
{
	tls_alpn_disconnect(probe);
	event_del(probe->deadline);
	probe_detach(probe);
	probe->result.cause = cause;
	probe->result.outcome = cause == TLS_ALPN_CAUSE_NONE ? TLS_ALPN_HANDSHAKE_COMPLETE
							     : TLS_ALPN_HANDSHAKE_FAILED;
	probe->result.duration_ms = (uint32_t)(now_ms() - probe->start_ms);
	probe->callback(probe->context, &probe->result);
	probe_free(probe);
}

static void attempt_start(struct tls_alpn_probe *probe)
{
	struct tls_alpn_result *result = &probe->result;
	const struct plx_ip *ip = &probe->choice.candidates[result->attempt_count];
	result->attempts[result->attempt_count++].ip = *ip;
	tls_alpn_connect(probe, ip);
}

void tls_alpn_attempt_end(struct tls_alpn_probe *probe, enum tls_alpn_cause cause)
{
	struct tls_alpn_result *result = &probe->result;
	tls_alpn_disconnect(probe);
	result->attempts[result->attempt_count - 1].cause = cause;
	bool may_fall_back =
		cause == TLS_ALPN_CAUSE_CONNECT_FAILED || cause == TLS_ALPN_CAUSE_CONNECT_TIMEOUT;
	if (may_fall_back && result->attempt_count < probe->choice.candidate_count) {
		attempt_start(probe);
	} else {
		probe_end(probe, cause);
	}
}

static void addresses_try(struct tls_alpn_probe *probe, const struct plx_ip *addresses,
			  unsigned count)
{
	address_choice_make(&probe->service->config.rules, addresses, count, probe->address_family,
			    &probe->choice);
	probe->result.refused_count = probe->choice.refused_count;
	if (probe->choice.candidate_count == 0) {
		probe->result.detail = probe->choice.refusal;
		probe_end(probe, probe->choice.refusal == NULL ? TLS_ALPN_CAUSE_NO_ADDRESS
							       : TLS_ALPN_CAUSE_ADDRESS_REFUSED);
		return;
	}
	attempt_start(probe);
}

static void on_addresses(void *context, const struct address_list *list)
{
	struct tls_alpn_probe *probe = context;
	probe->query = NULL;
	probe->result.addresses = address_list_copy(list);
	if (probe->result.addresses == NULL) {
		probe_end(probe, TLS_ALPN_CAUSE_INTERNAL);
		return;
	}
	switch (list->outcome) {
	case ADDRESS_FOUND:
		addresses_try(probe, list->addresses, list->count);
		return;
	case ADDRESS_NONE:
		probe_end(probe, TLS_ALPN_CAUSE_NO_ADDRESS);
		return;
	case ADDRESS_FAILED:
	case ADDRESS_NOT_EVALUATED:
		break;
	}
	probe_end(probe, TLS_ALPN_CAUSE_RESOLVE_FAILED);
}

static void on_step(evutil_socket_t fd, short what, void *context)
{
	struct tls_alpn_probe *probe = context;
	if (probe->is_ip) {
		addresses_try(probe, &probe->ip, 1);
		return;
	}
	const struct host_resolver *resolver = &probe->service->config.resolver;
	if (resolver->start(resolver->context, &probe->name, probe->deadline_ms, on_addresses,
			    probe, &probe->query) != 0) {
		probe_end(probe, TLS_ALPN_CAUSE_INTERNAL);
	}
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
	struct tls_alpn_probe *probe = context;
	if (probe->result.attempt_count > 0) {
		probe->result.attempts[probe->result.attempt_count - 1].cause =
			TLS_ALPN_CAUSE_DEADLINE;
	}
	probe_end(probe, TLS_ALPN_CAUSE_DEADLINE);
}

struct tls_alpn_service *tls_alpn_service_open(struct event_base *base,
					       const struct tls_alpn_config *config)
{
	struct tls_alpn_service *service = calloc(1, sizeof(*service));
	if (service == NULL) {
		return NULL;
	}
	service->base = base;
	service->config = *config;
	LIST_INIT(&service->running);
	service->tls = tls_alpn_context_create();
	if (service->tls == NULL) {
		free(service);
		return NULL;
	}
	return service;
}

void tls_alpn_service_close(struct tls_alpn_service *service)
{
	if (service == NULL) {
		return;
	}
	struct tls_alpn_probe *probe;
	while ((probe = LIST_FIRST(&service->running)) != NULL) {
		tls_alpn_cancel(probe);
	}
	SSL_CTX_free(service->tls);
	free(service);
}

unsigned tls_alpn_service_running(const struct tls_alpn_service *service)
{
	return service->running_count;
}

static int request_read(struct tls_alpn_probe *probe, const struct tls_alpn_request *request)
{
	size_t name_length = strlen(request->server_name);
	struct plx_name server_name;
	if (request->deadline_ms > FETCH_DEADLINE_MS_MAX ||
	    request->connect_ms > FETCH_DEADLINE_MS_MAX ||
	    name_length >= sizeof(probe->server_name) ||
	    plx_name_parse(request->server_name, name_length, &server_name) != 0) {
		return -EINVAL;
	}
	memcpy(probe->server_name, request->server_name, name_length + 1);
	probe->is_ip = plx_ip_parse(request->host, &probe->ip) == 0;
	if (!probe->is_ip &&
	    plx_name_parse(request->host, strlen(request->host), &probe->name) != 0) {
		return -EINVAL;
	}
	probe->port = request->port == 0 ? TLS_ALPN_PORT : request->port;
	probe->deadline_ms =
		request->deadline_ms == 0 ? FETCH_DEADLINE_MS_DEFAULT : request->deadline_ms;
	probe->connect_ms =
		request->connect_ms == 0 ? FETCH_CONNECT_MS_DEFAULT : request->connect_ms;
	probe->address_family = request->address_family;
	return 0;
}

static int timers_create(struct tls_alpn_probe *probe)
{
	struct event_base *base = probe->service->base;
	const struct timeval due = {.tv_sec = probe->deadline_ms / 1000,
				    .tv_usec = (probe->deadline_ms % 1000) * 1000};
	probe->start_ms = now_ms();
	probe->deadline = evtimer_new(base, on_deadline, probe);
	probe->step = evtimer_new(base, on_step, probe);
	return probe->deadline == NULL || probe->step == NULL ||
			       evtimer_add(probe->deadline, &due) != 0
		       ? -ENOMEM
		       : 0;
}

int tls_alpn_start(struct tls_alpn_service *service, const struct tls_alpn_request *request,
		   tls_alpn_cb callback, void *context, struct tls_alpn_probe **ret_probe)
{
	if (service->running_count == TLS_ALPN_OPEN_MAX) {
		return -EAGAIN;
	}
	struct tls_alpn_probe *probe = calloc(1, sizeof(*probe));
	if (probe == NULL) {
		return -ENOMEM;
	}
	probe->service = service;
	probe->socket = -1;
	probe->callback = callback;
	probe->context = context;
	int error = request_read(probe, request);
	if (error == 0) {
		error = timers_create(probe);
	}
	if (error != 0) {
		probe_free(probe);
		return error;
	}
	LIST_INSERT_HEAD(&service->running, probe, entry);
	service->running_count++;
	event_active(probe->step, EV_TIMEOUT, 0);
	*ret_probe = probe;
	return 0;
}

const char *tls_alpn_outcome_name(enum tls_alpn_outcome outcome)
{
	switch (outcome) {
	case TLS_ALPN_HANDSHAKE_COMPLETE:
		return "complete";
	case TLS_ALPN_HANDSHAKE_FAILED:
		return "failed";
	case TLS_ALPN_HANDSHAKE_NOT_EVALUATED:
		break;
	}
	return "not-evaluated";
}

const char *tls_alpn_cause_name(enum tls_alpn_cause cause)
{
	static const char *const names[TLS_ALPN_CAUSE_COUNT] = {
		[TLS_ALPN_CAUSE_NONE] = "none",
		[TLS_ALPN_CAUSE_RESOLVE_FAILED] = "resolve-failed",
		[TLS_ALPN_CAUSE_NO_ADDRESS] = "no-address",
		[TLS_ALPN_CAUSE_ADDRESS_REFUSED] = "address-refused",
		[TLS_ALPN_CAUSE_CONNECT_FAILED] = "connect-failed",
		[TLS_ALPN_CAUSE_CONNECT_TIMEOUT] = "connect-timeout",
		[TLS_ALPN_CAUSE_HANDSHAKE_FAILED] = "handshake-failed",
		[TLS_ALPN_CAUSE_PROTOCOL_REFUSED] = "protocol-refused",
		[TLS_ALPN_CAUSE_NO_CERTIFICATE] = "no-certificate",
		[TLS_ALPN_CAUSE_DEADLINE] = "deadline",
		[TLS_ALPN_CAUSE_INTERNAL] = "internal",
	};
	return (unsigned)cause < TLS_ALPN_CAUSE_COUNT ? names[cause] : "";
}
