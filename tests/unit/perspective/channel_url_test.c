// SPDX-License-Identifier: BSD-3-Clause

#include "perspective/channel_url.h"

#include <parallax/base/attributes.h>

#include "cunit_runner.h"

#include <errno.h>
#include <string.h>

TEST(a_url_ends_before_its_last_slashes)
{
	static const struct {
		const char *url;
		size_t length;
	} good[] = {
		{"https://gru-1.test", 18},
		{"https://gru-1.test:8443/", 23},
		{"https://[2001:db8::1]:8443", 26},
		{"https://gru-1.test/a//", 20},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(good); i++) {
		size_t length = 0;
		CU_ASSERT_EQUAL(channel_url_check(good[i].url, &length), 0);
		CU_ASSERT_EQUAL(length, good[i].length);
	}
}

TEST(what_nobody_can_be_asked_by_is_refused)
{
	static const char *const bad[] = {"",
					  "gru-1.test",
					  "http://gru-1.test",
					  "https://",
					  "https:///",
					  "https://a b/",
					  "https://gru-1.test:99999",
					  "https://[2001:db8::1",
					  "https://gru-1.test/?a",
					  "https://gru-1.test/#a"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(bad); i++) {
		size_t length = 7;
		CU_ASSERT_EQUAL(channel_url_check(bad[i], &length), -EINVAL);
		CU_ASSERT_EQUAL(length, 7);
	}
}

TEST_MAIN(channel_url, T(a_url_ends_before_its_last_slashes),
	  T(what_nobody_can_be_asked_by_is_refused))
