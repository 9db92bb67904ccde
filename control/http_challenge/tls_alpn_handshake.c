// SPDX-License-Identifier: BSD-3-Clause
// One connection and its handshake, on the event loop.

#include "http_challenge/tls_alpn_state.h"

#include <event2/event.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>
#include <sys/socket.h>

static const unsigned char protocol_list[] = "\x0a" TLS_ALPN_PROTOCOL;

SSL_CTX *tls_alpn_context_create(void)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_client_method());
	if (tls == NULL) {
		return NULL;
	}
	SSL_CTX_set_verify(tls, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_max_cert_list(tls, TLS_ALPN_CERTIFICATES_BYTES_MAX);
	// Returns 0 when it went well, other than all of its kin.
	if (SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_alpn_protos(tls, protocol_list, sizeof(protocol_list) - 1) != 0) {
		SSL_CTX_free(tls);
		return NULL;
	}
	return tls;
}

void tls_alpn_disconnect(struct tls_alpn_probe *probe)
{
	if (probe->ready != NULL) {
		event_free(probe->ready);
		probe->ready = NULL;
	}
	SSL_free(probe->ssl);
	probe->ssl = NULL;
	if (probe->socket >= 0) {
		close(probe->socket);
		probe->socket = -1;
	}
}

static void on_handshake(evutil_socket_t fd, short what, void *context);

static int ready_wait(struct tls_alpn_probe *probe, short events, event_callback_fn callback,
		      uint32_t timeout_ms)
{
	const struct timeval limit = {.tv_sec = timeout_ms / 1000,
				      .tv_usec = (timeout_ms % 1000) * 1000};
	if (probe->ready != NULL) {
		event_free(probe->ready);
	}
	probe->ready = event_new(probe->service->base, probe->socket, events, callback, probe);
	if (probe->ready == NULL || event_add(probe->ready, timeout_ms == 0 ? NULL : &limit) != 0) {
		return -ENOMEM;
	}
	return 0;
}

static enum tls_alpn_cause handshake_read(struct tls_alpn_probe *probe)
{
	struct tls_alpn_result *result = &probe->result;
	const unsigned char *protocol = NULL;
	unsigned length = 0;
	SSL_get0_alpn_selected(probe->ssl, &protocol, &length);
	size_t shown = length < sizeof(result->protocol) ? length : sizeof(result->protocol) - 1;
	if (shown > 0) {
		memcpy(result->protocol, protocol, shown);
	}
	result->tls_version = SSL_get_version(probe->ssl);
	X509 *certificate = SSL_get0_peer_certificate(probe->ssl);
	if (certificate != NULL) {
		unsigned char *der = NULL;
		int der_length = i2d_X509(certificate, &der);
		if (der_length > 0) {
			result->certificate = malloc((size_t)der_length);
		}
		if (result->certificate != NULL) {
			memcpy(result->certificate, der, (size_t)der_length);
			result->certificate_length = (size_t)der_length;
		}
		OPENSSL_free(der);
		if (result->certificate == NULL) {
			return TLS_ALPN_CAUSE_INTERNAL;
		}
	}
	if (length != sizeof(TLS_ALPN_PROTOCOL) - 1 ||
	    memcmp(protocol, TLS_ALPN_PROTOCOL, length) != 0) {
		return TLS_ALPN_CAUSE_PROTOCOL_REFUSED;
	}
	return certificate == NULL ? TLS_ALPN_CAUSE_NO_CERTIFICATE : TLS_ALPN_CAUSE_NONE;
}

static void handshake_step(struct tls_alpn_probe *probe)
{
	ERR_clear_error();
	int connected = SSL_connect(probe->ssl);
	if (connected == 1) {
		enum tls_alpn_cause cause = handshake_read(probe);
		tls_alpn_attempt_end(probe, cause);
		return;
	}
	int need = SSL_get_error(probe->ssl, connected);
	if (need == SSL_ERROR_WANT_READ || need == SSL_ERROR_WANT_WRITE) {
		short events = need == SSL_ERROR_WANT_READ ? EV_READ : EV_WRITE;
		if (ready_wait(probe, events, on_handshake, 0) != 0) {
			tls_alpn_attempt_end(probe, TLS_ALPN_CAUSE_INTERNAL);
		}
		return;
	}
	unsigned long error = ERR_get_error();
	probe->result.detail =
		error == 0 ? "the server closed the connection" : ERR_reason_error_string(error);
	bool is_refused = ERR_GET_REASON(error) == SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL;
	tls_alpn_attempt_end(probe, is_refused ? TLS_ALPN_CAUSE_PROTOCOL_REFUSED
					       : TLS_ALPN_CAUSE_HANDSHAKE_FAILED);
}

static void on_handshake(evutil_socket_t fd, short what, void *context)
{
	handshake_step(context);
}

static void on_connected(evutil_socket_t fd, short what, void *context)
{
	struct tls_alpn_probe *probe = context;
	if ((what & EV_TIMEOUT) != 0) {
		tls_alpn_attempt_end(probe, TLS_ALPN_CAUSE_CONNECT_TIMEOUT);
		return;
	}
	int error = 0;
	socklen_t length = sizeof(error);
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0 || error != 0) {
		tls_alpn_attempt_end(probe, TLS_ALPN_CAUSE_CONNECT_FAILED);
		return;
	}
	probe->ssl = SSL_new(probe->service->tls);
	if (probe->ssl == NULL || SSL_set_fd(probe->ssl, fd) != 1 ||
	    SSL_set_tlsext_host_name(probe->ssl, probe->server_name) != 1) {
		tls_alpn_attempt_end(probe, TLS_ALPN_CAUSE_INTERNAL);
		return;
	}
	handshake_step(probe);
}

static int socket_connect(int fd, const struct plx_ip *ip, uint16_t port)
{
	int status;
	if (ip->family == 6) {
		struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
		memcpy(&v6.sin6_addr, ip->bytes, 16);
		status = connect(fd, (const struct sockaddr *)&v6, sizeof(v6));
	} else {
		struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
		memcpy(&v4.sin_addr, ip->bytes, 4);
		status = connect(fd, (const struct sockaddr *)&v4, sizeof(v4));
	}
	return status == 0 || errno == EINPROGRESS ? 0 : -errno;
}

void tls_alpn_connect(struct tls_alpn_probe *probe, const struct plx_ip *ip)
{
	int family = ip->family == 6 ? AF_INET6 : AF_INET;
	probe->socket = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (probe->socket < 0) {
		// A host without IPv6 is no failure of ours.
		tls_alpn_attempt_end(probe, errno == EAFNOSUPPORT ? TLS_ALPN_CAUSE_CONNECT_FAILED
								  : TLS_ALPN_CAUSE_INTERNAL);
	} else if (socket_connect(probe->socket, ip, probe->port) != 0) {
		tls_alpn_attempt_end(probe, TLS_ALPN_CAUSE_CONNECT_FAILED);
	} else if (ready_wait(probe, EV_WRITE, on_connected, probe->connect_ms) != 0) {
		tls_alpn_attempt_end(probe, TLS_ALPN_CAUSE_INTERNAL);
	}
}
