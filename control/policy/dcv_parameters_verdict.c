// SPDX-License-Identifier: BSD-3-Clause
// The texts of dcv_parameters_check's verdicts.

#include "policy/dcv_parameters.h"

struct verdict_text {
	const char *name;
	const char *sentence;
};

static const struct verdict_text texts[DCV_PARAMETERS_VERDICT_COUNT] = {
	[DCV_PARAMETERS_NOT_EVALUATED] = {"not-evaluated", "the parameters were not judged"},
	[DCV_PARAMETERS_OK] = {"ok", "the parameters are in order"},
	[DCV_PARAMETERS_METHOD_UNKNOWN] = {"method-unknown", "this is no validation method"},
	[DCV_PARAMETERS_METHOD_RETIRED] = {"method-retired",
					   "the Baseline Requirements no longer allow this method"},
	[DCV_PARAMETERS_METHOD_NOT_FOR_IP] = {"method-not-for-ip",
					      "this method cannot validate an IP address"},
	[DCV_PARAMETERS_METHOD_NOT_FOR_DOMAIN] = {"method-not-for-domain",
						  "this method cannot validate a domain name"},
	[DCV_PARAMETERS_METHOD_NOT_FOR_WILDCARD] = {"method-not-for-wildcard",
						    "this method cannot validate a wildcard name"},
	[DCV_PARAMETERS_METHOD_NOT_FOR_ONION] = {"method-not-for-onion",
						 "this method cannot validate an onion name"},
	[DCV_PARAMETERS_MISSING] = {"missing", "the method needs this member"},
	[DCV_PARAMETERS_EMPTY] = {"empty", "the value is empty"},
	[DCV_PARAMETERS_TOO_SHORT] = {"too-short", "the value is too short to be unpredictable"},
	[DCV_PARAMETERS_TOO_LONG] = {"too-long", "the value is too long"},
	[DCV_PARAMETERS_TOO_MANY] = {"too-many", "the list has too many entries"},
	[DCV_PARAMETERS_CONTROL_CHARACTER] = {"control-character",
					      "the value holds a control character"},
	[DCV_PARAMETERS_NOT_BASE64URL] = {"not-base64url",
					  "the value holds a character outside A-Z a-z 0-9 - _"},
	[DCV_PARAMETERS_NOT_KEY_AUTHORIZATION] =
		{"not-key-authorization",
		 "the value is not TOKEN.THUMBPRINT with a thumbprint of 43 characters"},
	[DCV_PARAMETERS_NOT_HASH_BASE64URL] = {"not-hash-base64url",
					       "the value is not 43 characters of base64url"},
	[DCV_PARAMETERS_NOT_HASH_HEX] = {"not-hash-hex", "the value is not 64 hexadecimal digits"},
	[DCV_PARAMETERS_PATH] = {"path", "the value is not a relative path of plain characters "
					 "without empty or dot segments"},
	[DCV_PARAMETERS_SCHEME] = {"scheme", "the value is neither http nor https"},
	[DCV_PARAMETERS_REGEX] = {"regex", "the value is not a regular expression"},
	[DCV_PARAMETERS_PREFIX] = {"prefix", "the value is not one label that begins with _"},
	[DCV_PARAMETERS_RECORD_TYPE] = {"record-type", "the method does not use this record type"},
	[DCV_PARAMETERS_URI] = {"uri", "the value is not a URI"},
	[DCV_PARAMETERS_ADDRESS] = {"address", "the value is not an address of the record type"},
	[DCV_PARAMETERS_ISSUER_NAME] = {"issuer-name", "the value is not an issuer domain name"},
	[DCV_PARAMETERS_HEADER_NAME] = {"header-name", "the name is not an HTTP field name"},
	[DCV_PARAMETERS_HEADER_RESERVED] = {"header-reserved",
					    "this header is set by the check itself"},
	[DCV_PARAMETERS_EXPIRED] = {"expired", "the value was issued too long ago"},
	[DCV_PARAMETERS_FROM_THE_FUTURE] = {"from-the-future",
					    "the value was issued after the time of the decision"},
};

static const struct verdict_text *text_of(enum dcv_parameters_verdict verdict)
{
	return &texts[(unsigned)verdict < DCV_PARAMETERS_VERDICT_COUNT
			      ? verdict
			      : DCV_PARAMETERS_NOT_EVALUATED];
}

const char *dcv_parameters_verdict_name(enum dcv_parameters_verdict verdict)
{
	return text_of(verdict)->name;
}

const char *dcv_parameters_verdict_text(enum dcv_parameters_verdict verdict)
{
	return text_of(verdict)->sentence;
}
