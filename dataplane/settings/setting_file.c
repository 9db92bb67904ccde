// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/settings/setting_file.h>

#include <parallax/base/error.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

// One octet more than may be there tells that there are more.
static int read_octets(const char *path, char *bytes, size_t *ret_length)
{
	FILE *file = fopen(path, "re");
	if (file == NULL) {
		return -errno;
	}
	size_t length = fread(bytes, 1, PLX_SETTING_FILE_BYTES_MAX + 1, file);
	int error = ferror(file) != 0 ? -errno : 0;
	fclose(file);
	error = error == 0 && length > PLX_SETTING_FILE_BYTES_MAX ? -EFBIG : error;
	if (error == 0) {
		*ret_length = length;
	}
	return error;
}

int plx_setting_file_read(const char *path, struct plx_setting_fault *fault, char **ret_bytes,
			  size_t *ret_length)
{
	char *bytes = malloc(PLX_SETTING_FILE_BYTES_MAX + 1);
	size_t length = 0;
	int error = bytes != NULL ? read_octets(path, bytes, &length) : -ENOMEM;
	if (error == -EFBIG) {
		plx_setting_fault_set(fault, "%s: is longer than %d bytes", path,
				      PLX_SETTING_FILE_BYTES_MAX);
	} else if (error != 0) {
		plx_setting_fault_set(fault, "%s: cannot be read: %s", path, plx_error_text(error));
	}
	if (error != 0) {
		free(bytes);
		return error;
	}
	*ret_bytes = bytes;
	*ret_length = length;
	return 0;
}
