// SPDX-License-Identifier: BSD-3-Clause

#include "http_challenge/url_parts.h"

#include "cunit_runner.h"

#include <errno.h>
#include <string.h>

static int parse(const struct url_parts *base, const char *text, struct url_parts *parts,
		 enum url_fault *fault)
{
	return url_parts_parse(base, text, strlen(text), parts, fault);
}

TEST(url_is_taken_apart_and_written_anew)
{
	static const struct {
		const char *text;
		const char *host;
		const char *target;
		const char *normal;
		uint16_t port;
	} cases[] = {
		{"http://Web.Test", "web.test", "/", "http://web.test/", 80},
		{"https://web.test./a?b=c#d", "web.test", "/a?b=c", "https://web.test/a?b=c", 443},
		{"HTTP://web.test:8080/a/../b", "web.test", "/b", "http://web.test:8080/b", 8080},
		{"http://web.test:80/", "web.test", "/", "http://web.test/", 80},
		{"http://[2001:DB8:0::1]/x", "2001:db8::1", "/x", "http://[2001:db8::1]/x", 80},
		{"http://192.0.2.1:443/", "192.0.2.1", "/", "http://192.0.2.1:443/", 443},
		{"http://3221225985/", "192.0.2.1", "/", "http://192.0.2.1/", 80},
		{"http://_under.score.test/", "_under.score.test", "/", "http://_under.score.test/",
		 80},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		struct url_parts parts;
		enum url_fault fault = URL_FAULT_NONE;
		CU_ASSERT_EQUAL_FATAL(parse(NULL, cases[i].text, &parts, &fault), 0);
		CU_ASSERT_STRING_EQUAL(parts.host, cases[i].host);
		CU_ASSERT_STRING_EQUAL(parts.target, cases[i].target);
		CU_ASSERT_STRING_EQUAL(parts.text, cases[i].normal);
		CU_ASSERT_EQUAL(parts.port, cases[i].port);
		CU_ASSERT_TRUE(parts.is_ip ||
			       plx_name_is_valid_wire(parts.name.wire, parts.name.length));
	}
}

TEST(location_is_relative_to_its_base)
{
	static const char *const cases[][2] = {
		{"/x", "http://web.test:8080/x"},
		{"x?y", "http://web.test:8080/a/x?y"},
		{"../x", "http://web.test:8080/x"},
		{"?q", "http://web.test:8080/a/b?q"},
		{"//other.test/x", "http://other.test/x"},
		{"https://other.test", "https://other.test/"},
	};
	struct url_parts base;
	enum url_fault fault = URL_FAULT_NONE;
	CU_ASSERT_EQUAL_FATAL(parse(NULL, "http://web.test:8080/a/b", &base, &fault), 0);
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		struct url_parts parts;
		CU_ASSERT_EQUAL_FATAL(parse(&base, cases[i][0], &parts, &fault), 0);
		CU_ASSERT_STRING_EQUAL(parts.text, cases[i][1]);
	}
}

TEST(faults_are_told_apart)
{
	static const struct {
		const char *text;
		enum url_fault fault;
	} cases[] = {
		{"", URL_FAULT_EMPTY},
		{"http://web.test/a b", URL_FAULT_CHARACTER},
		{"http://web.test/\x7f", URL_FAULT_CHARACTER},
		{"http://web.test/\xc3\xa9", URL_FAULT_CHARACTER},
		{"ftp://web.test/", URL_FAULT_SCHEME},
		{"http://u@web.test/", URL_FAULT_USERINFO},
		{"http://web.test:0/", URL_FAULT_PORT},
		{"http://web.test:99999/", URL_FAULT_PORT},
		{"http://1.2.3.256/", URL_FAULT_HOST},
		{"http://a..b/", URL_FAULT_HOST},
		{"http://[fe80::1%25lo]/", URL_FAULT_HOST},
	};
	struct url_parts parts = {.port = 7};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		enum url_fault fault = URL_FAULT_NONE;
		CU_ASSERT_EQUAL(parse(NULL, cases[i].text, &parts, &fault), -EINVAL);
		CU_ASSERT_EQUAL(fault, cases[i].fault);
	}
	char text[URL_TEXT_MAX + 10];
	memset(text, 'a', sizeof(text));
	memcpy(text, "http://web.test/", 16);
	enum url_fault fault = URL_FAULT_NONE;
	CU_ASSERT_EQUAL(url_parts_parse(NULL, text, sizeof(text), &parts, &fault), -EINVAL);
	CU_ASSERT_EQUAL(fault, URL_FAULT_TOO_LONG);
	CU_ASSERT_EQUAL(url_parts_parse(NULL, text, 2020, &parts, &fault), -EINVAL);
	CU_ASSERT_EQUAL(fault, URL_FAULT_TOO_LONG);
	CU_ASSERT_EQUAL(parts.port, 7);
}

TEST(every_fault_and_scheme_has_a_text)
{
	for (unsigned i = 1; i < URL_FAULT_COUNT; i++) {
		CU_ASSERT_TRUE(strlen(url_fault_text(i)) > 0);
	}
	CU_ASSERT_STRING_EQUAL(url_scheme_name(URL_SCHEME_HTTP), "http");
	CU_ASSERT_STRING_EQUAL(url_scheme_name(URL_SCHEME_HTTPS), "https");
	CU_ASSERT_STRING_EQUAL(url_scheme_name(URL_SCHEME_NONE), "none");
}

TEST_MAIN(url_parts, T(url_is_taken_apart_and_written_anew), T(location_is_relative_to_its_base),
	  T(faults_are_told_apart), T(every_fault_and_scheme_has_a_text))
