// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/settings/setting_fault.h>

#include <parallax/base/error.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int plx_setting_fault_set(struct plx_setting_fault *fault, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	for (char *c = fault->text; *c != '\0'; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f) {
			*c = '?';
		}
	}
	return PLX_ERR_CONFIG;
}

int plx_setting_fault_prefix(struct plx_setting_fault *fault, const char *format, ...)
{
	char place[PLX_SETTING_FAULT_MAX / 2];
	char rest[PLX_SETTING_FAULT_MAX];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(place, sizeof(place), format, arguments);
	va_end(arguments);
	memcpy(rest, fault->text, sizeof(rest));
	return plx_setting_fault_set(fault, "%s: %s", place, rest);
}

int plx_setting_fault_at(struct plx_setting_fault *fault, const char *path,
			 const struct plx_setting_place *place, const char *key)
{
	return plx_setting_fault_prefix(fault, "%s:%u:%u%s%s", path, place->line, place->column,
					key != NULL ? ": " : "", key != NULL ? key : "");
}
