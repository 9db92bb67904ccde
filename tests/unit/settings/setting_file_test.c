// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/settings/setting_file.h>

#include "cunit_runner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct plx_setting_fault fault;

// A file of `length` octets `x`, read and removed. The result of the reading.
static int read_file_of(size_t length, char **ret_bytes, size_t *ret_length)
{
	char path[] = "/tmp/parallax-settings-XXXXXX";
	int fd = mkstemp(path);
	CU_ASSERT_TRUE_FATAL(fd >= 0);
	FILE *file = fdopen(fd, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	for (size_t i = 0; i < length; i++) {
		fputc('x', file);
	}
	CU_ASSERT_EQUAL_FATAL(fclose(file), 0);
	int error = plx_setting_file_read(path, &fault, ret_bytes, ret_length);
	unlink(path);
	return error;
}

TEST(a_file_of_the_greatest_length_is_read)
{
	char *bytes = NULL;
	size_t length = 0;
	CU_ASSERT_EQUAL_FATAL(read_file_of(PLX_SETTING_FILE_BYTES_MAX, &bytes, &length), 0);
	CU_ASSERT_EQUAL(length, PLX_SETTING_FILE_BYTES_MAX);
	CU_ASSERT_EQUAL(bytes[length - 1], 'x');
	free(bytes);
	CU_ASSERT_EQUAL_FATAL(read_file_of(0, &bytes, &length), 0);
	CU_ASSERT_EQUAL(length, 0);
	free(bytes);
}

TEST(a_file_that_is_longer_is_refused)
{
	char *bytes = NULL;
	size_t length = 0;
	CU_ASSERT_EQUAL(read_file_of(PLX_SETTING_FILE_BYTES_MAX + 1, &bytes, &length), -EFBIG);
	CU_ASSERT_PTR_NULL(bytes);
	CU_ASSERT_PTR_NOT_NULL(strstr(fault.text, ": is longer than 1048576 bytes"));
	CU_ASSERT_EQUAL(strncmp(fault.text, "/tmp/parallax-settings-", 23), 0);
}

TEST(a_file_that_cannot_be_read_is_named)
{
	char *bytes = NULL;
	size_t length = 0;
	CU_ASSERT_EQUAL(plx_setting_file_read("/nonexistent/x", &fault, &bytes, &length), -ENOENT);
	CU_ASSERT_STRING_EQUAL(fault.text,
			       "/nonexistent/x: cannot be read: No such file or directory");
	CU_ASSERT_EQUAL(plx_setting_file_read("/", &fault, &bytes, &length), -EISDIR);
	CU_ASSERT_STRING_EQUAL(fault.text, "/: cannot be read: Is a directory");
}

TEST_MAIN(setting_file, T(a_file_of_the_greatest_length_is_read),
	  T(a_file_that_is_longer_is_refused), T(a_file_that_cannot_be_read_is_named))
