// SPDX-License-Identifier: BSD-3-Clause

#include "names/base_domain.h"

#include "cunit_runner.h"

#include <errno.h>
#include <string.h>

static struct plx_name name_of(const char *text)
{
	struct plx_name name = {0};
	CU_ASSERT_EQUAL_FATAL(plx_name_parse(text, strlen(text), &name), 0);
	return name;
}

static struct suffix_table *create_table(void)
{
	struct suffix_table *table = NULL;
	struct plx_name private_suffixes[2] = {name_of("test"), name_of("Lab.Internal")};
	CU_ASSERT_EQUAL_FATAL(suffix_table_create(NULL, private_suffixes, 2, &table), 0);
	return table;
}

TEST(the_base_domain_is_one_label_below_the_suffix)
{
	static const struct {
		const char *name;
		enum base_domain_state state;
		const char *base;
	} cases[] = {
		{"example.com", BASE_DOMAIN_FOUND, "example.com"},
		{"a.b.Example.COM", BASE_DOMAIN_FOUND, "example.com"},
		{"a.b.example.co.uk", BASE_DOMAIN_FOUND, "example.co.uk"},
		{"com", BASE_DOMAIN_IS_SUFFIX, NULL},
		{"co.uk", BASE_DOMAIN_IS_SUFFIX, NULL},
		// The private section does not count.
		{"a.github.io", BASE_DOMAIN_FOUND, "github.io"},
		{"github.io", BASE_DOMAIN_FOUND, "github.io"},
		// A wildcard rule and its exception.
		{"foo.ck", BASE_DOMAIN_IS_SUFFIX, NULL},
		{"a.foo.ck", BASE_DOMAIN_FOUND, "a.foo.ck"},
		{"a.www.ck", BASE_DOMAIN_FOUND, "www.ck"},
		{"x.xn--fiqs8s", BASE_DOMAIN_FOUND, "x.xn--fiqs8s"},
		// Only a lab has these.
		{"a.example.test", BASE_DOMAIN_FOUND, "example.test"},
		{"TEST", BASE_DOMAIN_IS_SUFFIX, NULL},
		{"a.b.lab.internal", BASE_DOMAIN_FOUND, "b.lab.internal"},
		{"lab.internal", BASE_DOMAIN_IS_SUFFIX, NULL},
		{"host.internal", BASE_DOMAIN_UNKNOWN_SUFFIX, NULL},
		{"localhost", BASE_DOMAIN_UNKNOWN_SUFFIX, NULL},
		{"example.local", BASE_DOMAIN_UNKNOWN_SUFFIX, NULL},
		{".", BASE_DOMAIN_UNKNOWN_SUFFIX, NULL},
		// The label "a.ck" is no name below ck.
		{"b.a\\.ck", BASE_DOMAIN_UNKNOWN_SUFFIX, NULL},
	};
	struct suffix_table *table = create_table();
	for (size_t i = 0; i < PLX_ARRAY_SIZE(cases); i++) {
		struct plx_name name = name_of(cases[i].name);
		struct plx_name base = {0};
		enum base_domain_state state = base_domain_find(table, &name, &base);
		CU_ASSERT_EQUAL(state, cases[i].state);
		if (cases[i].base != NULL) {
			struct plx_name expected = name_of(cases[i].base);
			CU_ASSERT_EQUAL(base.length, expected.length);
			CU_ASSERT_EQUAL(memcmp(base.wire, expected.wire, expected.length), 0);
		} else {
			CU_ASSERT_EQUAL(base.length, 0);
		}
	}
	suffix_table_destroy(table);
}

TEST(a_table_that_cannot_be_made_says_why)
{
	struct suffix_table *table = NULL;
	struct plx_name root = name_of(".");
	static struct plx_name many[SUFFIX_TABLE_PRIVATE_MAX + 1];
	CU_ASSERT_EQUAL(suffix_table_create("/nonexistent/list.dat", NULL, 0, &table), -ENOENT);
	CU_ASSERT_EQUAL(suffix_table_create(NULL, &root, 1, &table), -EINVAL);
	CU_ASSERT_EQUAL(suffix_table_create(NULL, many, 1, &table), -EINVAL);
	CU_ASSERT_EQUAL(suffix_table_create(NULL, many, PLX_ARRAY_SIZE(many), &table), -E2BIG);
	CU_ASSERT_PTR_NULL(table);
	suffix_table_destroy(NULL);
}

TEST_MAIN(base_domain, T(the_base_domain_is_one_label_below_the_suffix),
	  T(a_table_that_cannot_be_made_says_why))
