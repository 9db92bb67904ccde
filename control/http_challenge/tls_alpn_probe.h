// SPDX-License-Identifier: BSD-3-Clause
// One TLS handshake for tls-alpn-01 (RFC 8737 section 3, RFC 8738 section 6): ALPN offers acme-tls/1 and nothing else, TLS
// 1.2 or later, no application data. Brings the certificate; whether it is the right one is judged elsewhere. The
// chain is not checked: the certificate is self-signed, and its signature may be bogus (RFC 8737 section 4).
// Addresses as in fetch.h: judged before anything is connected to, IPv6 first, one IPv4 if that does not connect.
// Thread of the event base only; the process ignores SIGPIPE.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

#include "http_challenge/fetch.h"
#include "http_challenge/host_resolver.h"

#include <stddef.h>
#include <stdint.h>

struct event_base;
struct tls_alpn_probe;
struct tls_alpn_service;

#define TLS_ALPN_PROTOCOL "acme-tls/1"
#define TLS_ALPN_PORT 443
#define TLS_ALPN_CERTIFICATES_BYTES_MAX 65536 // the whole chain; OpenSSL allows 100 KiB
#define TLS_ALPN_OPEN_MAX 4096                // at a time in one service

struct tls_alpn_config {
	struct host_resolver resolver;
	struct fetch_rules rules; // judge_redirect is not used: there are none (RFC 8737)
};

struct tls_alpn_request {
	const char *host; // a domain name (A-labels), or an address
	const char *
		server_name; // SNI: the domain, or the reverse name of the address (RFC 8738 section 6)
	uint16_t port;       // 0: 443, the only one that the method allows
	uint32_t deadline_ms;   // 0: FETCH_DEADLINE_MS_DEFAULT
	uint32_t connect_ms;    // per address; 0: FETCH_CONNECT_MS_DEFAULT
	uint8_t address_family; // 4 or 6: connects by no other; 0: both
};

enum tls_alpn_outcome {
	TLS_ALPN_HANDSHAKE_NOT_EVALUATED = 0,
	TLS_ALPN_HANDSHAKE_COMPLETE, // acme-tls/1 was agreed, and there is a certificate
	TLS_ALPN_HANDSHAKE_FAILED,
};

enum tls_alpn_cause {
	TLS_ALPN_CAUSE_NONE = 0,
	TLS_ALPN_CAUSE_RESOLVE_FAILED,
	TLS_ALPN_CAUSE_NO_ADDRESS,
	TLS_ALPN_CAUSE_ADDRESS_REFUSED,
	TLS_ALPN_CAUSE_CONNECT_FAILED,
	TLS_ALPN_CAUSE_CONNECT_TIMEOUT,
	TLS_ALPN_CAUSE_HANDSHAKE_FAILED,
	TLS_ALPN_CAUSE_PROTOCOL_REFUSED, // alert no_application_protocol, or the server chose none
	TLS_ALPN_CAUSE_NO_CERTIFICATE,
	TLS_ALPN_CAUSE_DEADLINE,
	TLS_ALPN_CAUSE_INTERNAL,
	TLS_ALPN_CAUSE_COUNT
};

struct tls_alpn_attempt {
	struct plx_ip ip;
	enum tls_alpn_cause cause;
};

struct tls_alpn_result {
	enum tls_alpn_outcome outcome;
	enum tls_alpn_cause cause;
	const char *detail;             // OpenSSL's reason, or the rules'; NULL: none
	struct address_list *addresses; // NULL: the host is an address, or the look-up did not end
	uint8_t refused_count;
	uint8_t attempt_count;
	struct tls_alpn_attempt attempts[FETCH_ATTEMPTS_MAX];
	const char *tls_version; // NULL: no handshake
	char protocol[33];       // agreed by ALPN, cut there; "" none
	uint8_t *certificate;    // DER of the leaf; NULL: none
	size_t certificate_length;
	uint32_t duration_ms;
};

// NULL: no memory.
struct tls_alpn_service *tls_alpn_service_open(struct event_base *base,
					       const struct tls_alpn_config *config);
// Probes that still run are cancelled. Not from a callback. NULL is accepted.
void tls_alpn_service_close(struct tls_alpn_service *service);
unsigned tls_alpn_service_running(const struct tls_alpn_service *service);

// `result` is valid during the call only.
typedef void (*tls_alpn_cb)(void *context, const struct tls_alpn_result *result);

// The callback comes exactly once, never from within this call. -EINVAL: host, server name or a limit; -EAGAIN: too many
// run; -ENOMEM: then never. The request may be forgotten afterwards.
PLX_MUST_CHECK int tls_alpn_start(struct tls_alpn_service *service,
				  const struct tls_alpn_request *request, tls_alpn_cb callback,
				  void *context, struct tls_alpn_probe **ret_probe);
// The callback does not come. NULL is accepted.
void tls_alpn_cancel(struct tls_alpn_probe *probe);

const char *tls_alpn_outcome_name(enum tls_alpn_outcome outcome);
const char *tls_alpn_cause_name(enum tls_alpn_cause cause); // "protocol-refused"
