// SPDX-License-Identifier: BSD-3-Clause
// What is inside a probe: for tls_alpn_probe.c (life and addresses) and tls_alpn_handshake.c (socket and TLS).

#pragma once

#include "http_challenge/address_choice.h"
#include "http_challenge/tls_alpn_probe.h"

#include <openssl/types.h>

#include <stdbool.h>
#include <stdint.h>

#include <sys/queue.h>

struct event;

LIST_HEAD(tls_alpn_list, tls_alpn_probe);

struct tls_alpn_service {
	struct event_base *base;
	struct tls_alpn_config config;
	SSL_CTX *tls;
	struct tls_alpn_list running;
	unsigned running_count;
};

struct tls_alpn_probe {
	LIST_ENTRY(tls_alpn_probe) entry;
	struct tls_alpn_service *service;
	struct event *step; // begins, from a turn of its own
	struct event *deadline;
	struct event *ready; // the socket; NULL: none
	int64_t start_ms;
	uint32_t deadline_ms;
	uint32_t connect_ms;
	uint8_t address_family; // 0: both
	bool is_ip;
	struct plx_ip ip;
	struct plx_name name;
	char server_name[PLX_NAME_MAX + 1];
	uint16_t port;
	void *query; // of the resolver; NULL: none runs
	struct address_choice choice;
	int socket; // -1: none
	SSL *ssl;
	tls_alpn_cb callback;
	void *context;
	struct tls_alpn_result result;
};

// tls_alpn_probe.c: the attempt is over. After a failure to connect the next address is tried; otherwise the callback is
// called and `probe` is gone.
void tls_alpn_attempt_end(struct tls_alpn_probe *probe, enum tls_alpn_cause cause);

// tls_alpn_handshake.c
SSL_CTX *tls_alpn_context_create(void); // NULL: no memory
void tls_alpn_connect(struct tls_alpn_probe *probe, const struct plx_ip *ip);
void tls_alpn_disconnect(struct tls_alpn_probe *probe); // safe when not connected
