// SPDX-License-Identifier: BSD-3-Clause

#include "policy/http_header_rules.h"

#include <parallax/base/attributes.h>

#include "policy/dcv_text.h"

#include <string.h>

// What addresses, frames or authenticates a request, and what would let a cache or proxy answer in the host's place.
static const char *const reserved_names[] = {
	"authorization",
	"connection",
	"content-length",
	"cookie",
	"expect",
	"forwarded",
	"host",
	"keep-alive",
	"origin",
	"proxy-authorization",
	"proxy-connection",
	"range",
	"te",
	"trailer",
	"transfer-encoding",
	"upgrade",
	"via",
	"x-forwarded-for",
	"x-forwarded-host",
	"x-forwarded-proto",
	"x-http-method-override",
	"x-original-url",
	"x-rewrite-url",
};

static bool is_token(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		char c = text[i];
		if (!dcv_text_is_digit(c) && !dcv_text_is_letter(c) &&
		    strchr("!#$%&'*+-.^_`|~", c) == NULL) {
			return false;
		}
	}
	return length > 0;
}

static bool is_reserved(const char *name, size_t length)
{
	for (size_t i = 0; i < PLX_ARRAY_SIZE(reserved_names); i++) {
		if (dcv_text_equal_folded(name, length, reserved_names[i],
					  strlen(reserved_names[i]))) {
			return true;
		}
	}
	return false;
}

enum dcv_parameters_verdict http_header_verdict(const struct dcv_http_header *header)
{
	if (header->name == NULL || header->value == NULL) {
		return DCV_PARAMETERS_MISSING;
	}
	size_t name_length = strnlen(header->name, DCV_HTTP_HEADER_NAME_MAX + 1);
	size_t value_length = strnlen(header->value, DCV_HTTP_HEADER_VALUE_MAX + 1);
	if (name_length > DCV_HTTP_HEADER_NAME_MAX || value_length > DCV_HTTP_HEADER_VALUE_MAX) {
		return DCV_PARAMETERS_TOO_LONG;
	}
	if (!is_token(header->name, name_length)) {
		return DCV_PARAMETERS_HEADER_NAME;
	}
	if (is_reserved(header->name, name_length)) {
		return DCV_PARAMETERS_HEADER_RESERVED;
	}
	for (size_t i = 0; i < value_length; i++) {
		unsigned char c = (unsigned char)header->value[i];
		// CR and LF would begin another header; a tab is allowed but nobody needs it.
		if (c < 0x20 || c == 0x7f) {
			return DCV_PARAMETERS_CONTROL_CHARACTER;
		}
	}
	return DCV_PARAMETERS_OK;
}
