// SPDX-License-Identifier: BSD-3-Clause
// Finds the route of a method and a path.

#include "http_server/http_route.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_unreserved(char character)
{
	unsigned char c = (unsigned char)character;
	return c < 0x80 && (isalnum(c) || strchr("-._~", c) != NULL) && c != '\0';
}

static bool read_parameter(const char *text, char *ret_parameter)
{
	size_t length = strlen(text);
	if (length == 0 || length > HTTP_PARAMETER_MAX) {
		return false;
	}
	for (size_t i = 0; i < length; i++) {
		if (!is_unreserved(text[i])) {
			return false;
		}
	}
	memcpy(ret_parameter, text, length + 1);
	return true;
}

static bool path_matches(const char *pattern, const char *path, char *ret_parameter)
{
	const char *brace = strchr(pattern, '{');
	if (brace == NULL) {
		return strcmp(pattern, path) == 0;
	}
	size_t fixed = (size_t)(brace - pattern);
	return strncmp(pattern, path, fixed) == 0 && read_parameter(path + fixed, ret_parameter);
}

static void add_allowed(char *allow, const char *method)
{
	size_t length = strlen(allow);
	snprintf(allow + length, HTTP_ALLOW_MAX - length, "%s%s", length > 0 ? ", " : "", method);
	if (strcmp(method, "GET") == 0) {
		add_allowed(allow, "HEAD");
	}
}

struct http_route_result http_route_find(const struct http_route *routes, size_t count,
					 const char *method, const char *path)
{
	struct http_route_result result = {.match = HTTP_ROUTE_NOT_FOUND};
	const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
	for (size_t i = 0; i < count; i++) {
		char parameter[HTTP_PARAMETER_MAX + 1] = "";
		if (!path_matches(routes[i].path, path, parameter)) {
			continue;
		}
		if (strcmp(routes[i].method, wanted) == 0) {
			result.match = HTTP_ROUTE_FOUND;
			result.route = &routes[i];
			memcpy(result.parameter, parameter, sizeof(parameter));
			return result;
		}
		result.match = HTTP_ROUTE_NOT_ALLOWED;
		add_allowed(result.allow, routes[i].method);
	}
	return result;
}

const char *http_route_match_name(enum http_route_match match)
{
	switch (match) {
	case HTTP_ROUTE_NOT_EVALUATED:
		return "not-evaluated";
	case HTTP_ROUTE_NOT_FOUND:
		return "not-found";
	case HTTP_ROUTE_NOT_ALLOWED:
		return "not-allowed";
	case HTTP_ROUTE_FOUND:
		return "found";
	}
	return "unknown";
}
