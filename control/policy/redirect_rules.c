// SPDX-License-Identifier: BSD-3-Clause

#include "policy/redirect_rules.h"

#include "policy/dcv_text.h"

#include <string.h>

#define PORT_SSH 22
#define PORT_SMTP 25
#define PORT_HTTP 80
#define PORT_HTTPS 443

enum redirect_host redirect_host_judge(const char *host, size_t length, struct plx_ip *ret_ip)
{
	char text[PLX_IP_TEXT_MAX];
	if (dcv_text_is_url_host_name(host, length)) {
		return REDIRECT_HOST_NAME;
	}
	bool is_bracketed = length > 2 && host[0] == '[' && host[length - 1] == ']';
	const char *inner = is_bracketed ? host + 1 : host;
	size_t inner_length = is_bracketed ? length - 2 : length;
	// A NUL inside would end the text early for plx_ip_parse.
	if (inner_length >= sizeof(text) || memchr(inner, '\0', inner_length) != NULL) {
		return REDIRECT_HOST_NONE;
	}
	memcpy(text, inner, inner_length);
	text[inner_length] = '\0';
	struct plx_ip ip;
	if (plx_ip_parse(text, &ip) < 0 || (ip.family == 6) != is_bracketed) {
		return REDIRECT_HOST_NONE;
	}
	*ret_ip = ip;
	return REDIRECT_HOST_ADDRESS;
}

static bool port_is_authorized(uint32_t port, const struct dcv_switches *switches)
{
	return port == 0 || port == PORT_HTTP || port == PORT_HTTPS ||
	       (switches->redirect_allows_smtp_ssh && (port == PORT_SMTP || port == PORT_SSH));
}

enum redirect_reason redirect_judge(const struct redirect_target *target,
				    const struct dcv_switches *switches)
{
	struct plx_ip ip;
	if (target->status != 301 && target->status != 302 && target->status != 307 &&
	    target->status != 308) {
		return REDIRECT_STATUS;
	}
	if (target->hops_before >= REDIRECT_HOPS_MAX) {
		return REDIRECT_HOPS;
	}
	if (!dcv_text_equal_folded(target->scheme, strlen(target->scheme), "http", 4) &&
	    !dcv_text_equal_folded(target->scheme, strlen(target->scheme), "https", 5)) {
		return REDIRECT_SCHEME;
	}
	if (target->has_userinfo) {
		return REDIRECT_USERINFO;
	}
	if (!port_is_authorized(target->port, switches)) {
		return REDIRECT_PORT;
	}
	if (redirect_host_judge(target->host, target->host_length, &ip) == REDIRECT_HOST_NONE) {
		return REDIRECT_HOST;
	}
	return REDIRECT_ALLOWED;
}

enum check_outcome redirect_reason_outcome(enum redirect_reason reason)
{
	switch (reason) {
	case REDIRECT_ALLOWED:
		return CHECK_PASS;
	case REDIRECT_STATUS:
	case REDIRECT_HOPS:
	case REDIRECT_SCHEME:
	case REDIRECT_USERINFO:
	case REDIRECT_PORT:
	case REDIRECT_HOST:
		return CHECK_FAIL;
	case REDIRECT_NOT_EVALUATED:
	case REDIRECT_REASON_COUNT:
		break;
	}
	return CHECK_NOT_EVALUATED;
}

static const struct {
	const char *name;
	const char *sentence;
} texts[REDIRECT_REASON_COUNT] = {
	[REDIRECT_NOT_EVALUATED] = {"not-evaluated", "the redirect was not judged"},
	[REDIRECT_ALLOWED] = {"allowed", "the redirect may be followed"},
	[REDIRECT_STATUS] = {"status", "only 301, 302, 307 and 308 may redirect"},
	[REDIRECT_HOPS] = {"hops", "there are more than 10 redirects"},
	[REDIRECT_SCHEME] = {"scheme", "the redirect leads neither to http nor to https"},
	[REDIRECT_USERINFO] = {"userinfo", "the redirect carries a user name or password"},
	[REDIRECT_PORT] = {"port", "the redirect leads to a port that is not authorized"},
	[REDIRECT_HOST] = {"host", "the redirect's host is no plain host name or address"},
};

const char *redirect_reason_name(enum redirect_reason reason)
{
	return (unsigned)reason < REDIRECT_REASON_COUNT ? texts[reason].name : "unknown";
}

const char *redirect_reason_text(enum redirect_reason reason)
{
	return (unsigned)reason < REDIRECT_REASON_COUNT ? texts[reason].sentence : "unknown reason";
}

const char *redirect_host_name(enum redirect_host host)
{
	switch (host) {
	case REDIRECT_HOST_NAME:
		return "name";
	case REDIRECT_HOST_ADDRESS:
		return "address";
	case REDIRECT_HOST_NONE:
		break;
	}
	return "none";
}
