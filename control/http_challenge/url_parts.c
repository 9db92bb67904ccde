// SPDX-License-Identifier: BSD-3-Clause

#include "http_challenge/url_parts.h"

#include <curl/curl.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool text_is_printable(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)text[i] <= 0x20 || (unsigned char)text[i] > 0x7e) {
			return false;
		}
	}
	return true;
}

static enum url_fault fault_of(CURLUcode code)
{
	// Not complete on purpose: curl adds codes, and all that is not told apart is a bad URL.
	if (code == CURLUE_UNSUPPORTED_SCHEME || code == CURLUE_BAD_SCHEME) {
		return URL_FAULT_SCHEME;
	}
	if (code == CURLUE_USER_NOT_ALLOWED) {
		return URL_FAULT_USERINFO;
	}
	if (code == CURLUE_BAD_PORT_NUMBER) {
		return URL_FAULT_PORT;
	}
	if (code == CURLUE_BAD_HOSTNAME || code == CURLUE_BAD_IPV6 || code == CURLUE_NO_HOST ||
	    code == CURLUE_URLDECODE) {
		return URL_FAULT_HOST;
	}
	return URL_FAULT_SYNTAX;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

// A last label that is a number (WHATWG URL 3.5) means an address in a form that curl did not take for one, but some C
// library might: 256.256.256.256, 1.2.3.4.5, 0x100000000.
static bool name_ends_in_number(const char *host)
{
	const char *label = strrchr(host, '.');
	label = label == NULL ? host : label + 1;
	if (label[0] == '0' && (label[1] == 'x' || label[1] == 'X')) {
		return strspn(label + 2, "0123456789abcdefABCDEF") == strlen(label + 2);
	}
	for (const char *c = label; *c != '\0'; c++) {
		if (!is_digit(*c)) {
			return false;
		}
	}
	return true;
}

static bool name_is_host(const char *host)
{
	for (const char *c = host; *c != '\0'; c++) {
		bool is_letter = (*c >= 'a' && *c <= 'z') || is_digit(*c);
		if (!is_letter && *c != '-' && *c != '_' && *c != '.') {
			return false;
		}
	}
	return !name_ends_in_number(host);
}

static bool host_read_ipv6(const char *bracketed, struct url_parts *parts)
{
	size_t length = strlen(bracketed);
	char text[PLX_IP_TEXT_MAX];
	if (length < 4 || length - 2 >= sizeof(text) || bracketed[length - 1] != ']') {
		return false;
	}
	memcpy(text, bracketed + 1, length - 2);
	text[length - 2] = '\0';
	if (plx_ip_parse(text, &parts->ip) != 0 || parts->ip.family != 6) {
		return false;
	}
	parts->is_ip = true;
	plx_ip_format(&parts->ip, parts->host);
	return true;
}

static bool host_read(const char *host, struct url_parts *parts)
{
	if (host[0] == '[') {
		return host_read_ipv6(host, parts);
	}
	size_t length = strlen(host);
	if (length > 1 && host[length - 1] == '.') {
		length--;
	}
	if (length == 0 || length >= sizeof(parts->host)) {
		return false;
	}
	for (size_t i = 0; i < length; i++) {
		parts->host[i] = (char)plx_ascii_lower((uint8_t)host[i]);
	}
	parts->host[length] = '\0';
	if (plx_ip_parse(parts->host, &parts->ip) == 0) {
		parts->is_ip = true;
		return parts->ip.family == 4;
	}
	return name_is_host(parts->host) && plx_name_parse(parts->host, length, &parts->name) == 0;
}

static enum url_fault port_read(CURLU *url, struct url_parts *parts)
{
	char *port = NULL;
	if (curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK) {
		return URL_FAULT_PORT;
	}
	unsigned long number = strtoul(port, NULL, 10); // digits only, by curl
	curl_free(port);
	if (number == 0 || number > UINT16_MAX) {
		return URL_FAULT_PORT;
	}
	parts->port = (uint16_t)number;
	return URL_FAULT_NONE;
}

static enum url_fault scheme_read(CURLU *url, struct url_parts *parts)
{
	char *scheme = NULL;
	if (curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK) {
		return URL_FAULT_SCHEME;
	}
	// curl gives it in lower case.
	parts->scheme = strcmp(scheme, "http") == 0    ? URL_SCHEME_HTTP
			: strcmp(scheme, "https") == 0 ? URL_SCHEME_HTTPS
						       : URL_SCHEME_NONE;
	curl_free(scheme);
	return parts->scheme == URL_SCHEME_NONE ? URL_FAULT_SCHEME : URL_FAULT_NONE;
}

// The URL written anew from its parts, so that curl cannot read into it what was not judged.
static enum url_fault text_write(CURLU *url, struct url_parts *parts)
{
	char *path = NULL;
	char *query = NULL;
	char *text = NULL;
	enum url_fault fault = URL_FAULT_SYNTAX;
	char host[PLX_NAME_MAX + 2];
	bool is_ipv6 = parts->is_ip && parts->ip.family == 6;
	size_t host_length = strlen(parts->host);
	memcpy(host + is_ipv6, parts->host, host_length + 1);
	if (is_ipv6) {
		host[0] = '[';
		host[host_length + 1] = ']';
		host[host_length + 2] = '\0';
	}
	if (curl_url_set(url, CURLUPART_HOST, host, 0) != CURLUE_OK ||
	    curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0) != CURLUE_OK ||
	    curl_url_get(url, CURLUPART_PATH, &path, 0) != CURLUE_OK ||
	    curl_url_get(url, CURLUPART_URL, &text, CURLU_NO_DEFAULT_PORT) != CURLUE_OK) {
		goto out;
	}
	bool has_query = curl_url_get(url, CURLUPART_QUERY, &query, 0) == CURLUE_OK;
	size_t path_length = strlen(path);
	size_t query_length = has_query ? 1 + strlen(query) : 0;
	fault = URL_FAULT_TOO_LONG;
	if (path_length + query_length > URL_TARGET_MAX || strlen(text) >= sizeof(parts->text)) {
		goto out;
	}
	memcpy(parts->target, path, path_length + 1);
	if (has_query) {
		parts->target[path_length] = '?';
		memcpy(parts->target + path_length + 1, query, query_length);
	}
	memcpy(parts->text, text, strlen(text) + 1);
	fault = text_is_printable(text, strlen(text)) ? URL_FAULT_NONE : URL_FAULT_CHARACTER;
out:
	curl_free(path);
	curl_free(query);
	curl_free(text);
	return fault;
}

static enum url_fault url_read(CURLU *url, const char *base, const char *text,
			       struct url_parts *parts)
{
	CURLUcode code = CURLUE_OK;
	if (base != NULL) {
		code = curl_url_set(url, CURLUPART_URL, base, 0);
	}
	if (code == CURLUE_OK) {
		code = curl_url_set(url, CURLUPART_URL, text, CURLU_DISALLOW_USER);
	}
	if (code != CURLUE_OK) {
		return fault_of(code);
	}
	char *host = NULL;
	char *zone = NULL;
	char *user = NULL;
	bool has_user = curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_OK;
	bool has_zone = curl_url_get(url, CURLUPART_ZONEID, &zone, 0) == CURLUE_OK;
	bool has_host = curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK;
	bool is_host = has_host && !has_zone && host_read(host, parts);
	curl_free(user);
	curl_free(zone);
	curl_free(host);
	enum url_fault fault = scheme_read(url, parts);
	if (fault == URL_FAULT_NONE && has_user) {
		fault = URL_FAULT_USERINFO;
	}
	if (fault == URL_FAULT_NONE && !is_host) {
		fault = URL_FAULT_HOST;
	}
	if (fault == URL_FAULT_NONE) {
		fault = port_read(url, parts);
	}
	return fault == URL_FAULT_NONE ? text_write(url, parts) : fault;
}

int url_parts_parse(const struct url_parts *base, const char *text, size_t length,
		    struct url_parts *ret_parts, enum url_fault *ret_fault)
{
	char copy[URL_TEXT_MAX];
	if (length == 0 || length >= sizeof(copy)) {
		*ret_fault = length == 0 ? URL_FAULT_EMPTY : URL_FAULT_TOO_LONG;
		return -EINVAL;
	}
	if (!text_is_printable(text, length)) {
		*ret_fault = URL_FAULT_CHARACTER;
		return -EINVAL;
	}
	memcpy(copy, text, length);
	copy[length] = '\0';
	CURLU *url = curl_url();
	if (url == NULL) {
		return -ENOMEM;
	}
	struct url_parts parts = {0};
	enum url_fault fault = url_read(url, base == NULL ? NULL : base->text, copy, &parts);
	curl_url_cleanup(url);
	if (fault != URL_FAULT_NONE) {
		*ret_fault = fault;
		return -EINVAL;
	}
	*ret_parts = parts;
	return 0;
}

const char *url_scheme_name(enum url_scheme scheme)
{
	switch (scheme) {
	case URL_SCHEME_HTTP:
		return "http";
	case URL_SCHEME_HTTPS:
		return "https";
	case URL_SCHEME_NONE:
		break;
	}
	return "none";
}

const char *url_fault_text(enum url_fault fault)
{
	static const char *const texts[URL_FAULT_COUNT] = {
		[URL_FAULT_NONE] = "",
		[URL_FAULT_EMPTY] = "the URL is empty",
		[URL_FAULT_TOO_LONG] = "the URL is too long",
		[URL_FAULT_CHARACTER] = "the URL holds a character that must be escaped",
		[URL_FAULT_SYNTAX] = "the URL cannot be read",
		[URL_FAULT_SCHEME] = "the scheme is neither http nor https",
		[URL_FAULT_USERINFO] = "the URL holds user information",
		[URL_FAULT_HOST] = "the host is neither a domain name nor an address",
		[URL_FAULT_PORT] = "the port is not one",
	};
	return (unsigned)fault < URL_FAULT_COUNT ? texts[fault] : "";
}
