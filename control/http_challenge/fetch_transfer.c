// SPDX-License-Identifier: BSD-3-Clause
// libcurl tied down: one request, one address, one answer.

#include "http_challenge/fetch_state.h"

#include <openssl/ssl.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>
#include <sys/socket.h>

#define BACKSTOP_MS 1000
#define RECEIVE_BUFFER_BYTES 4096L

bool fetch_status_is_redirect(unsigned status)
{
	return status >= 300 && status <= 399;
}

static bool peer_read(const struct curl_sockaddr *address, struct plx_endpoint *ret_peer)
{
	*ret_peer = (struct plx_endpoint) {0};
	if (address->family == AF_INET && address->addrlen >= sizeof(struct sockaddr_in)) {
		struct sockaddr_in v4;
		memcpy(&v4, &address->addr, sizeof(v4));
		ret_peer->ip.family = 4;
		memcpy(ret_peer->ip.bytes, &v4.sin_addr, 4);
		ret_peer->port = ntohs(v4.sin_port);
		return true;
	}
	if (address->family == AF_INET6 && address->addrlen >= sizeof(struct sockaddr_in6)) {
		struct sockaddr_in6 v6;
		// curl's own struct is a sockaddr_storage in disguise: addr is its beginning.
		memcpy(&v6, &address->addr, sizeof(v6));
		ret_peer->ip.family = 6;
		memcpy(ret_peer->ip.bytes, &v6.sin6_addr, 16);
		ret_peer->port = ntohs(v6.sin6_port);
		return true;
	}
	return false;
}

// The last gate: whatever led curl here, it gets a socket for the one address that was judged.
static curl_socket_t socket_open(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct fetch *fetch = context;
	const struct fetch_config *config = &fetch->service->config;
	struct plx_endpoint peer;
	bool is_permitted = peer_read(address, &peer) && purpose == CURLSOCKTYPE_IPCXN &&
			    plx_endpoint_equal(&peer, &fetch->answer.peer);
	if (config->on_socket != NULL) {
		config->on_socket(config->on_socket_context, &peer, is_permitted);
	}
	if (!is_permitted) {
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// Only here it shows whether TCP ever connected: libcurl's own times start to count after the TLS handshake.
static int socket_close(void *context, curl_socket_t fd)
{
	struct fetch *fetch = context;
	struct sockaddr_storage peer;
	socklen_t length = sizeof(peer);
	if (getpeername(fd, (struct sockaddr *)&peer, &length) == 0) {
		fetch->answer.was_connected = true;
	}
	return close(fd);
}

static void answer_break(struct fetch_answer *answer, enum fetch_cause cause)
{
	answer->cause = cause;
}

static void tls_version_read(struct fetch *fetch)
{
	struct curl_tlssessioninfo *info = NULL;
	if (curl_easy_getinfo(fetch->answer.transfer.easy, CURLINFO_TLS_SSL_PTR, &info) ==
		    CURLE_OK &&
	    info != NULL && info->backend == CURLSSLBACKEND_OPENSSL && info->internals != NULL) {
		fetch_hop(fetch)->tls_version = SSL_get_version(info->internals);
	}
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

// RFC 9112 section 4 to the letter: libcurl also takes "http/1.1 3n2", which must not become anyone's 2xx or redirect.
static bool status_line_parse(const char *line, size_t length, unsigned *ret_status)
{
	static const char name[] = "HTTP/1.";
	const size_t digits = sizeof(name) + 1; // after the minor version and a blank
	if (length < digits + 4 || memcmp(line, name, sizeof(name) - 1) != 0 ||
	    (line[digits - 2] != '0' && line[digits - 2] != '1') || line[digits - 1] != ' ' ||
	    !is_digit(line[digits]) || !is_digit(line[digits + 1]) || !is_digit(line[digits + 2]) ||
	    memchr(" \r\n", line[digits + 3], 3) == NULL) {
		return false;
	}
	*ret_status = (unsigned)(line[digits] - '0') * 100 +
		      (unsigned)(line[digits + 1] - '0') * 10 + (unsigned)(line[digits + 2] - '0');
	return *ret_status >= 100 && *ret_status <= 599;
}

static bool status_line_read(struct fetch *fetch, const char *line, size_t length)
{
	struct fetch_answer *answer = &fetch->answer;
	long status = 0;
	curl_easy_getinfo(answer->transfer.easy, CURLINFO_RESPONSE_CODE, &status);
	if (!status_line_parse(line, length, &answer->status) || status != (long)answer->status) {
		answer->status = 0;
		answer_break(answer, FETCH_CAUSE_BAD_RESPONSE);
		return false;
	}
	answer->location_count = 0;
	tls_version_read(fetch);
	if (answer->status >= 200) {
		return true;
	}
	// 101 would hand the connection to a protocol that was never asked for.
	if (answer->status == 101) {
		answer_break(answer, FETCH_CAUSE_BAD_RESPONSE);
		return false;
	}
	if (++answer->informational_count > FETCH_INFORMATIONAL_MAX) {
		answer_break(answer, FETCH_CAUSE_INFORMATIONAL_LIMIT);
		return false;
	}
	return true;
}

static bool location_read(struct fetch *fetch, const char *line, size_t length)
{
	static const char name[] = "location:";
	struct fetch_hop *hop = fetch_hop(fetch);
	if (length < sizeof(name) - 1 || strncasecmp(line, name, sizeof(name) - 1) != 0) {
		return true;
	}
	const char *start = line + sizeof(name) - 1;
	const char *end = line + length;
	while (start < end && (*start == ' ' || *start == '\t')) {
		start++;
	}
	while (end > start &&
	       (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' ' || end[-1] == '\t')) {
		end--;
	}
	fetch->answer.location_count++;
	free(hop->location);
	// An octet NUL is left in, so that the parser sees what was sent, and refuses it.
	hop->location = calloc(1, (size_t)(end - start) + 1);
	if (hop->location == NULL) {
		answer_break(&fetch->answer, FETCH_CAUSE_INTERNAL);
		return false;
	}
	memcpy(hop->location, start, (size_t)(end - start));
	if (strlen(hop->location) != (size_t)(end - start)) {
		answer_break(&fetch->answer, FETCH_CAUSE_BAD_RESPONSE);
		return false;
	}
	return true;
}

static size_t header_received(char *line, size_t size, size_t count, void *context)
{
	struct fetch *fetch = context;
	struct fetch_answer *answer = &fetch->answer;
	size_t length = size * count;
	answer->header_bytes += length;
	answer->header_lines++;
	if (answer->header_bytes > FETCH_HEADER_BYTES_MAX ||
	    answer->header_lines > FETCH_HEADER_LINES_MAX) {
		answer_break(answer, FETCH_CAUSE_HEADER_LIMIT);
		return 0;
	}
	// After the last header come trailers, which have no status line.
	if (!answer->is_in_header && answer->status < 200) {
		answer->is_in_header = true;
		return status_line_read(fetch, line, length) ? length : 0;
	}
	bool is_end = length > 0 && (line[0] == '\r' || line[0] == '\n');
	answer->is_in_header &= !is_end;
	if (is_end && fetch_status_is_redirect(answer->status)) {
		answer->is_enough = true; // nobody reads the body of a redirect
		return 0;
	}
	return location_read(fetch, line, length) ? length : 0;
}

static size_t body_received(char *bytes, size_t size, size_t count, void *context)
{
	struct fetch *fetch = context;
	struct fetch_result *result = &fetch->result;
	size_t length = size * count;
	size_t room = fetch->body_limit - result->body_length;
	size_t taken = length < room ? length : room;
	uint8_t *body = realloc(result->body, result->body_length + taken + 1);
	if (body == NULL) {
		answer_break(&fetch->answer, FETCH_CAUSE_INTERNAL);
		return 0;
	}
	memcpy(body + result->body_length, bytes, taken);
	result->body = body;
	result->body_length += taken;
	body[result->body_length] = '\0';
	if (length <= room) {
		return length;
	}
	result->is_body_cut = true;
	if (fetch->body_excess == FETCH_EXCESS_IS_CUT) {
		fetch->answer.is_enough = true;
	} else {
		answer_break(&fetch->answer, FETCH_CAUSE_BODY_LIMIT);
	}
	return 0;
}

static enum fetch_cause cause_of(const struct fetch_answer *answer, CURLcode code)
{
	curl_off_t ready_us = 0; // TLS included
	curl_easy_getinfo(answer->transfer.easy, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
	if (answer->cause != FETCH_CAUSE_NONE) {
		return answer->cause;
	}
	// Not complete on purpose: what is not told apart is a bad answer.
	if (code == CURLE_COULDNT_CONNECT) {
		return FETCH_CAUSE_CONNECT_FAILED;
	}
	if (code == CURLE_OPERATION_TIMEDOUT) {
		return ready_us > 0            ? FETCH_CAUSE_TOO_SLOW
		       : answer->was_connected ? FETCH_CAUSE_TLS_FAILED
					       : FETCH_CAUSE_CONNECT_TIMEOUT;
	}
	if (code == CURLE_SSL_CONNECT_ERROR || code == CURLE_SSL_CIPHER ||
	    code == CURLE_PEER_FAILED_VERIFICATION) {
		return FETCH_CAUSE_TLS_FAILED;
	}
	if (code == CURLE_OUT_OF_MEMORY || code == CURLE_FAILED_INIT) {
		return FETCH_CAUSE_INTERNAL;
	}
	return FETCH_CAUSE_BAD_RESPONSE;
}

static void on_done(void *context, CURLcode code)
{
	struct fetch *fetch = context;
	struct fetch_hop *hop = fetch_hop(fetch);
	struct fetch_answer *answer = &fetch->answer;
	answer->is_in_loop = false;
	enum fetch_cause cause = FETCH_CAUSE_NONE;
	if ((!answer->is_enough && code != CURLE_OK) || answer->status < 200) {
		cause = cause_of(answer, code);
	}
	fetch_transfer_end(fetch);
	hop->attempts[hop->attempt_count - 1].cause = cause;
	if (cause == FETCH_CAUSE_CONNECT_FAILED || cause == FETCH_CAUSE_CONNECT_TIMEOUT) {
		fetch_connect_next(fetch, cause);
		return;
	}
	hop->status = answer->status;
	if (cause == FETCH_CAUSE_NONE) {
		fetch_answered(fetch);
	} else {
		fetch_fail(fetch, cause);
	}
}

// True when libcurl took every setting: one that it did not know would be a hole.
static bool protocol_configure(CURL *easy)
{
	return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https") == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) ==
		       CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HTTP09_ALLOWED, 0L) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_NOPROXY, "*") == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, NULL) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_CAINFO, NULL) == CURLE_OK && // 200 KiB each
	       curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ==
		       CURLE_OK;
}

static bool transfer_configure(struct fetch *fetch, CURL *easy)
{
	int64_t left_ms = fetch->deadline_ms - fetch_now_ms();
	// The fetch's own timer ends it at the deadline, and says so; curl's would call the same end too slow.
	long timeout_ms = (left_ms < 1 ? 1 : (long)left_ms) + BACKSTOP_MS;
	long connect_ms = (long)fetch->connect_ms;
	return curl_easy_setopt(easy, CURLOPT_URL, fetch_hop(fetch)->url->text) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_USERAGENT, fetch->user_agent) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fetch->headers) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, FETCH_LOW_SPEED_BYTES) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, FETCH_LOW_SPEED_S) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_BUFFER_BYTES) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, socket_open) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, fetch) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, socket_close) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, fetch) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header_received) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HEADERDATA, fetch) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body_received) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch) == CURLE_OK;
}

// Connects to the address whatever the URL says; Host and SNI stay the URL's. curl takes an address as it is, without a
// resolver.
static bool address_pin(struct fetch_answer *answer, CURL *easy, struct curl_slist **ret_list)
{
	char text[PLX_IP_TEXT_MAX];
	char entry[PLX_IP_TEXT_MAX + 16];
	plx_ip_format(&answer->peer.ip, text);
	snprintf(entry, sizeof(entry), answer->peer.ip.family == 6 ? "::[%s]:%u" : "::%s:%u", text,
		 answer->peer.port);
	*ret_list = curl_slist_append(NULL, entry);
	return *ret_list != NULL &&
	       curl_easy_setopt(easy, CURLOPT_CONNECT_TO, *ret_list) == CURLE_OK;
}

int fetch_transfer_start(struct fetch *fetch, const struct plx_ip *ip)
{
	struct fetch_answer *answer = &fetch->answer;
	*answer = (struct fetch_answer) {.peer = {.ip = *ip, .port = fetch_hop(fetch)->url->port}};
	CURL *easy = curl_easy_init();
	if (easy == NULL) {
		return -ENOMEM;
	}
	answer->transfer =
		(struct curl_transfer) {.easy = easy, .callback = on_done, .context = fetch};
	if (!protocol_configure(easy) || !transfer_configure(fetch, easy) ||
	    !address_pin(answer, easy, &answer->pinned)) {
		return -ENOMEM;
	}
	int error = curl_loop_add(fetch->service->loop, &answer->transfer);
	answer->is_in_loop = error == 0;
	return error;
}

void fetch_transfer_end(struct fetch *fetch)
{
	struct fetch_answer *answer = &fetch->answer;
	if (answer->is_in_loop) {
		curl_loop_remove(fetch->service->loop, &answer->transfer);
		answer->is_in_loop = false;
	}
	curl_easy_cleanup(answer->transfer.easy);
	answer->transfer.easy = NULL;
	curl_slist_free_all(answer->pinned);
	answer->pinned = NULL;
}
