// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/base/error.h>

#include <string.h>

const char *plx_error_text(int error)
{
	switch (error) {
#define PLX_ERROR_TEXT(name, value, text)                                                          \
	case value:                                                                                \
		return text;
		PLX_ERRORS(PLX_ERROR_TEXT)
#undef PLX_ERROR_TEXT
	case 0:
		return "success";
	default:
		break;
	}
	const char *text = strerrordesc_np(error < 0 ? -error : error);
	return text != NULL ? text : "unknown error";
}
