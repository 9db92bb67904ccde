// SPDX-License-Identifier: BSD-3-Clause
// One test program per source file: a table of named test functions, run by CUnit, exit status to meson.
//
//	TEST(expired_entry_is_not_matched) { CU_ASSERT_EQUAL(...); }
//	TEST_MAIN(timer_fifo, T(expired_entry_is_not_matched), T(...))

#pragma once

#include <CUnit/Basic.h>

#include <stdlib.h>

struct test_entry {
	const char *name;
	void (*run)(void);
};

#define TEST(name) static void name(void)
#define T(name)                                                                                    \
	{                                                                                          \
#name, name                                                                        \
	}

static inline int cunit_run(const char *suite_name, const struct test_entry *tests, size_t count)
{
	if (CU_initialize_registry() != CUE_SUCCESS) {
		return EXIT_FAILURE;
	}
	CU_pSuite suite = CU_add_suite(suite_name, NULL, NULL);
	for (size_t i = 0; i < count; i++) {
		if (CU_add_test(suite, tests[i].name, tests[i].run) == NULL) {
			return EXIT_FAILURE;
		}
	}
	CU_basic_set_mode(CU_BRM_NORMAL);
	CU_basic_run_tests();
	int failed = CU_get_number_of_tests_failed() > 0 || CU_get_number_of_tests_run() == 0;
	CU_cleanup_registry();
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define TEST_MAIN(suite, ...)                                                                      \
	int main(void)                                                                             \
	{                                                                                          \
		static const struct test_entry tests[] = {__VA_ARGS__};                            \
		return cunit_run(#suite, tests, sizeof(tests) / sizeof(tests[0]));                 \
	}
