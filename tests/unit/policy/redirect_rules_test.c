// SPDX-License-Identifier: BSD-3-Clause

#include "policy/redirect_rules.h"

#include "cunit_runner.h"

#include <string.h>

static const struct dcv_switches strict = {0};
static const struct redirect_target base = {
	.status = 302, .scheme = "HTTPS", .host = "a.test", .host_length = 6};

static enum redirect_host host(const char *text)
{
	struct plx_ip ip;
	return redirect_host_judge(text, strlen(text), &ip);
}

TEST(the_eleventh_redirect_is_not_followed)
{
	struct redirect_target target = base;
	target.hops_before = 9;
	CU_ASSERT_EQUAL(redirect_judge(&target, &strict), REDIRECT_ALLOWED);
	target.hops_before = 10;
	CU_ASSERT_EQUAL(redirect_judge(&target, &strict), REDIRECT_HOPS);
}

TEST(credentials_are_refused)
{
	struct redirect_target target = base;
	target.has_userinfo = true;
	CU_ASSERT_EQUAL(redirect_judge(&target, &strict), REDIRECT_USERINFO);
}

TEST(ports_are_80_and_443_and_by_switch_25_and_22)
{
	struct dcv_switches wide = {.redirect_allows_smtp_ssh = true};
	struct redirect_target target = base;
	for (uint32_t port = 1; port < 70000; port++) {
		target.port = port;
		bool is_web = port == 80 || port == 443;
		CU_ASSERT_EQUAL(redirect_judge(&target, &strict) == REDIRECT_ALLOWED, is_web);
		CU_ASSERT_EQUAL(redirect_judge(&target, &wide) == REDIRECT_ALLOWED,
				is_web || port == 25 || port == 22);
	}
}

TEST(a_host_is_a_name_or_an_address_in_its_one_form)
{
	static const char *const names[] = {"a", "a.test", "xn--a.test", "1.a", "0x7f.a", "1a.2b"};
	static const char *const addresses[] = {"192.0.2.1", "[2001:db8::1]", "[::ffff:192.0.2.1]",
						"127.0.0.1"};
	static const char *const tricks[] = {"",
					     "2130706433",
					     "0x7f000001",
					     "0x7f.1",
					     "127.1",
					     "0177.0.0.1",
					     "127.0.0.01",
					     "127.0.0.1.",
					     "127.0.0.256",
					     "1.2.3.4.5",
					     "a%00b",
					     "a.test.",
					     "a..test",
					     "a_b.test",
					     "a.test:80",
					     "u@a.test",
					     "a/b",
					     "a\\b",
					     "2001:db8::1",
					     "[192.0.2.1]",
					     "[fe80::1%1]",
					     "[::1",
					     "::1]",
					     "[]",
					     "[[::1]]",
					     "a b",
					     "a.0x",
					     "\xef\xbc\x91.test",
					     "a.test\t"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(names); i++) {
		CU_ASSERT_EQUAL(host(names[i]), REDIRECT_HOST_NAME);
	}
	for (size_t i = 0; i < PLX_ARRAY_SIZE(addresses); i++) {
		CU_ASSERT_EQUAL(host(addresses[i]), REDIRECT_HOST_ADDRESS);
	}
	for (size_t i = 0; i < PLX_ARRAY_SIZE(tricks); i++) {
		CU_ASSERT_EQUAL(host(tricks[i]), REDIRECT_HOST_NONE);
	}
	struct plx_ip ip;
	CU_ASSERT_EQUAL(redirect_host_judge("127.0.0.1\0x", 11, &ip), REDIRECT_HOST_NONE);
	struct redirect_target target = base;
	target.host = "127.1";
	target.host_length = 5;
	CU_ASSERT_EQUAL(redirect_judge(&target, &strict), REDIRECT_HOST);
}

TEST_MAIN(redirect_rules, T(the_eleventh_redirect_is_not_followed), T(credentials_are_refused),
	  T(ports_are_80_and_443_and_by_switch_25_and_22),
	  T(a_host_is_a_name_or_an_address_in_its_one_form))
