// SPDX-License-Identifier: BSD-3-Clause
// Routes are found by method and path, exactly.

#include "cunit_runner.h"

#include "http_server/http_route.h"

#include <string.h>

static void handle(struct http_exchange *exchange, void *context)
{
}

static const struct http_route routes[] = {
	{"POST", "/v1/orders", handle, NULL},
	{"GET", "/v1/orders/{id}", handle, NULL},
	{"GET", "/healthz", handle, NULL},
	{"DELETE", "/v1/orders/{id}", handle, NULL},
};

static struct http_route_result find(const char *method, const char *path)
{
	return http_route_find(routes, 4, method, path);
}

TEST(a_path_is_found_by_its_method)
{
	struct http_route_result result = find("POST", "/v1/orders");
	CU_ASSERT_EQUAL(result.match, HTTP_ROUTE_FOUND);
	CU_ASSERT_PTR_EQUAL(result.route, &routes[0]);
	CU_ASSERT_STRING_EQUAL(result.parameter, "");
	CU_ASSERT_PTR_EQUAL(find("DELETE", "/v1/orders/7").route, &routes[3]);
	CU_ASSERT_PTR_EQUAL(find("HEAD", "/healthz").route, &routes[2]);
}

TEST(another_method_is_told_what_is_allowed)
{
	struct http_route_result result = find("PUT", "/v1/orders/7");
	CU_ASSERT_EQUAL(result.match, HTTP_ROUTE_NOT_ALLOWED);
	CU_ASSERT_STRING_EQUAL(result.allow, "GET, HEAD, DELETE");
	CU_ASSERT_STRING_EQUAL(find("GET", "/v1/orders").allow, "POST");
}

TEST(a_parameter_is_one_plain_word)
{
	static const char *const bad[] = {"", "a/b", "..%2f", "a b", "a?b", "\x80"};
	CU_ASSERT_STRING_EQUAL(find("GET", "/v1/orders/01J-a.b_~").parameter, "01J-a.b_~");
	for (size_t i = 0; i < 6; i++) {
		char path[64];
		snprintf(path, sizeof(path), "/v1/orders/%s", bad[i]);
		CU_ASSERT_EQUAL(find("GET", path).match, HTTP_ROUTE_NOT_FOUND);
	}
	char path[16 + HTTP_PARAMETER_MAX + 2] = "/v1/orders/";
	memset(path + 11, 'a', HTTP_PARAMETER_MAX);
	CU_ASSERT_EQUAL(find("GET", path).match, HTTP_ROUTE_FOUND);
	path[11 + HTTP_PARAMETER_MAX] = 'a';
	CU_ASSERT_EQUAL(find("GET", path).match, HTTP_ROUTE_NOT_FOUND);
}

TEST(what_is_not_in_the_table_is_not_found)
{
	CU_ASSERT_EQUAL(find("GET", "/").match, HTTP_ROUTE_NOT_FOUND);
	CU_ASSERT_EQUAL(find("GET", "/healthz/").match, HTTP_ROUTE_NOT_FOUND);
	CU_ASSERT_EQUAL(find("GET", "").match, HTTP_ROUTE_NOT_FOUND);
	CU_ASSERT_STRING_EQUAL(http_route_match_name(HTTP_ROUTE_NOT_EVALUATED), "not-evaluated");
}

TEST_MAIN(http_route, T(a_path_is_found_by_its_method), T(another_method_is_told_what_is_allowed),
	  T(a_parameter_is_one_plain_word), T(what_is_not_in_the_table_is_not_found))
