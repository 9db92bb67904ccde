// SPDX-License-Identifier: BSD-3-Clause
// Callers compare these texts, the Python class names among them, so that they are kept as they are.

#include "open_mpic/check_errors.h"

#include "policy/dcv_parameters.h"

#include <parallax/base/attributes.h>

#include <jansson.h>

#include <string.h>

struct word_pair {
	const char *word;
	const char *other;
};

static const char *find_word(const struct word_pair *pairs, size_t count, const char *word,
			     const char *otherwise)
{
	for (size_t i = 0; word != NULL && i < count; i++) {
		if (strcmp(pairs[i].word, word) == 0) {
			return pairs[i].other;
		}
	}
	return otherwise;
}

const char *check_error_name(enum check_error error)
{
	static const char *const names[CHECK_ERROR_COUNT] = {
		[CHECK_ERROR_NONE] = "",
		[CHECK_ERROR_CAA_LOOKUP] = "mpic_error:caa_checker:lookup",
		[CHECK_ERROR_DCV_LOOKUP] = "mpic_error:dcv_checker:lookup",
		[CHECK_ERROR_DCV_PARAMETER] = "mpic_error:dcv_checker:parameter",
		[CHECK_ERROR_HTTP] = "mpic_error:http",
		[CHECK_ERROR_REDIRECT] = "mpic_error:redirect:invalid",
		[CHECK_ERROR_REMOTE] = "mpic_error:coordinator:remote_check",
		[CHECK_ERROR_CERTIFICATE] = "mpic_error:dcv_checker:tls_alpn:certificate:",
	};
	return (unsigned)error < CHECK_ERROR_COUNT ? names[error] : "";
}

static const json_t *last_of(const struct check_result *result, const char *list)
{
	const json_t *items = json_object_get(result->evidence, list);
	return json_array_size(items) > 0 ? json_array_get(items, json_array_size(items) - 1)
					  : NULL;
}

static const char *cause_of(const struct check_result *result, const char *protocol)
{
	const json_t *web = json_object_get(result->evidence, protocol);
	const char *cause = json_string_value(json_object_get(web, "cause"));
	return cause != NULL && strcmp(cause, "none") != 0 ? cause : NULL;
}

// Open MPIC names six faults of certificates; another digest is no error there but a check that did not pass.
static bool is_certificate_fault(const char *reason)
{
	static const char *const reasons[] = {"extension_missing",  "noncritical_alpn_extension",
					      "no_single_san",      "san_not_dnsname",
					      "san_type_not_match", "san_not_hostname"};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(reasons); i++) {
		if (strcmp(reason, reasons[i]) == 0) {
			return true;
		}
	}
	return false;
}

static bool is_http(enum dcv_method method)
{
	return method == DCV_WEBSITE_CHANGE || method == DCV_ACME_HTTP_01;
}

static enum check_error http_error_of(const struct check_result *result)
{
	const json_t *http = json_object_get(result->evidence, "http");
	json_int_t status = json_integer_value(json_object_get(http, "status"));
	const char *cause = cause_of(result, "http");
	if (cause != NULL) {
		return strncmp(cause, "redirect-", 9) == 0 ? CHECK_ERROR_REDIRECT
							   : CHECK_ERROR_DCV_LOOKUP;
	}
	return status != 0 && status != 200 ? CHECK_ERROR_HTTP : CHECK_ERROR_NONE;
}

static enum check_error tls_error_of(const struct check_result *result)
{
	if (cause_of(result, "tls") != NULL) {
		return CHECK_ERROR_DCV_LOOKUP;
	}
	return is_certificate_fault(result->reason) ? CHECK_ERROR_CERTIFICATE : CHECK_ERROR_NONE;
}

static enum check_error dns_error_of(const struct check_result *result)
{
	const json_t *lookup = last_of(result, "dns");
	const char *status = json_string_value(json_object_get(lookup, "status"));
	bool is_empty = json_array_size(json_object_get(lookup, "records")) == 0;
	return status != NULL && (is_empty || strcmp(status, "NOERROR") != 0)
		       ? CHECK_ERROR_DCV_LOOKUP
		       : CHECK_ERROR_NONE;
}

enum check_error check_error_of(const struct check_result *result, enum dcv_method method)
{
	enum check_error error;
	if (result->outcome == CHECK_PASS) {
		return CHECK_ERROR_NONE;
	}
	if (result->kind == CHECK_KIND_CAA && result->outcome == CHECK_FAIL) {
		return CHECK_ERROR_NONE;
	}
	if (strcmp(result->reason, dcv_parameters_verdict_name(DCV_PARAMETERS_NOT_HASH_HEX)) == 0) {
		return CHECK_ERROR_DCV_PARAMETER;
	}
	if (json_object_size(result->evidence) == 0) {
		return result->outcome == CHECK_FAIL ? CHECK_ERROR_NONE : CHECK_ERROR_REMOTE;
	}
	if (result->kind == CHECK_KIND_CAA) {
		return CHECK_ERROR_CAA_LOOKUP;
	}
	error = is_http(method)                  ? http_error_of(result)
		: method == DCV_ACME_TLS_ALPN_01 ? tls_error_of(result)
						 : dns_error_of(result);
	// An incomplete check always has one.
	return error == CHECK_ERROR_NONE && result->outcome != CHECK_FAIL ? CHECK_ERROR_DCV_LOOKUP
									  : error;
}

// The exception that Open MPIC's resolver or HTTP client would have raised.
static const char *class_of(const struct check_result *result, enum dcv_method method)
{
	static const struct word_pair dns[] = {
		{"NXDOMAIN", "NXDOMAIN"}, {"NOERROR", "NoAnswer"}, {"TIMEOUT", "LifetimeTimeout"}};
	static const struct word_pair web[] = {
		{"connect-timeout", "TimeoutError"},
		{"deadline", "TimeoutError"},
		{"too-slow", "TimeoutError"},
		{"resolve-failed", "ClientConnectorDNSError"},
		{"no-address", "ClientConnectorDNSError"},
		{"connect-failed", "ClientConnectorError"},
		{"tls-failed", "ClientConnectorSSLError"},
		{"bad-response", "ServerDisconnectedError"},
		{"handshake-failed", "SSLError"},
		{"protocol-refused", "SSLError"},
	};
	const char *cause = cause_of(result, is_http(method) ? "http" : "tls");
	if (cause != NULL) {
		return find_word(web, PLX_ARRAY_SIZE(web), cause, "ClientError");
	}
	const json_t *lookup = last_of(result, "dns");
	return find_word(dns, PLX_ARRAY_SIZE(dns),
			 json_string_value(json_object_get(lookup, "status")), "NoNameservers");
}

// RFC 9110 15, as far as it is met in practice. What the server wrote is not kept.
static const char *reason_of(json_int_t status)
{
	static const struct {
		json_int_t status;
		const char *reason;
	} reasons[] = {{201, "Created"},
		       {202, "Accepted"},
		       {204, "No Content"},
		       {400, "Bad Request"},
		       {401, "Unauthorized"},
		       {403, "Forbidden"},
		       {404, "Not Found"},
		       {405, "Method Not Allowed"},
		       {406, "Not Acceptable"},
		       {410, "Gone"},
		       {421, "Misdirected Request"},
		       {429, "Too Many Requests"},
		       {451, "Unavailable For Legal Reasons"},
		       {500, "Internal Server Error"},
		       {502, "Bad Gateway"},
		       {503, "Service Unavailable"},
		       {504, "Gateway Timeout"}};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(reasons); i++) {
		if (reasons[i].status == status) {
			return reasons[i].reason;
		}
	}
	return "Unknown";
}

static json_t *redirect_write(const json_t *http)
{
	const json_t *hops = json_object_get(http, "hops");
	const json_t *hop =
		json_array_size(hops) > 0 ? json_array_get(hops, json_array_size(hops) - 1) : NULL;
	const char *target = json_string_value(json_object_get(hop, "location"));
	return json_sprintf("Invalid redirect. Redirect code: %lld, target: %s",
			    (long long)json_integer_value(json_object_get(hop, "status")),
			    target != NULL ? target : "None");
}

static json_t *message_write(enum check_error error, const struct check_result *result,
			     const struct open_mpic_request *request)
{
	const char *hash =
		json_string_value(json_object_get(request->parameters, "key_authorization_hash"));
	const json_t *http = json_object_get(result->evidence, "http");
	json_int_t status = json_integer_value(json_object_get(http, "status"));
	switch (error) {
	case CHECK_ERROR_CAA_LOOKUP:
		return json_sprintf("There was an error looking up the CAA record: %s",
				    result->message);
	case CHECK_ERROR_DCV_LOOKUP:
		return json_sprintf("There was an error looking up the DCV record. Error type: %s, "
				    "Error message: %s",
				    class_of(result, request->method), result->message);
	case CHECK_ERROR_DCV_PARAMETER:
		return json_sprintf("The provided parameter was invalid: %s, Value provided: %s",
				    "key_authorization_hash", hash != NULL ? hash : "None");
	case CHECK_ERROR_HTTP:
		return json_sprintf("An HTTP error occurred: Response status %lld, Response "
				    "reason: %s",
				    (long long)status, reason_of(status));
	case CHECK_ERROR_REDIRECT:
		return redirect_write(http);
	case CHECK_ERROR_REMOTE:
		return json_sprintf("The remote check failed to complete: %s", result->message);
	case CHECK_ERROR_CERTIFICATE:
	case CHECK_ERROR_NONE:
	case CHECK_ERROR_COUNT:
		break;
	}
	return json_string(result->message);
}

json_t *check_errors_write(const struct check_result *result,
			   const struct open_mpic_request *request)
{
	enum check_error error = check_error_of(result, request->method);
	if (error == CHECK_ERROR_NONE) {
		return json_null();
	}
	json_t *type = error == CHECK_ERROR_CERTIFICATE
			       ? json_sprintf("%s%s", check_error_name(error), result->reason)
			       : json_string(check_error_name(error));
	return json_pack("[{s:o, s:o}]", "error_type", type, "error_message",
			 message_write(error, result, request));
}
