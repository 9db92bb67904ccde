// SPDX-License-Identifier: BSD-3-Clause

#include "rpc/rpc_request.h"

#include <jansson.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool request_fault(struct rpc_request_fault *fault, int code, const char *pointer,
			  const char *format, ...) PLX_PRINTF(4, 5);

static bool request_fault(struct rpc_request_fault *fault, int code, const char *pointer,
			  const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fault->code = code;
	snprintf(fault->pointer, sizeof(fault->pointer), "%s", pointer);
	vsnprintf(fault->message, sizeof(fault->message), format, arguments);
	va_end(arguments);
	return false;
}

static bool check_integer(const struct plx_param *param, json_int_t value, const char *pointer,
			  struct rpc_request_fault *fault)
{
	if (value < param->minimum || value > param->maximum) {
		return request_fault(fault, PLX_RPC_INVALID_PARAMS, pointer,
				     "%s is %lld; it must be from %lld to %lld", param->name,
				     (long long)value, (long long)param->minimum,
				     (long long)param->maximum);
	}
	return true;
}

static bool check_string(const struct plx_param *param, size_t length, const char *pointer,
			 struct rpc_request_fault *fault)
{
	if (param->minimum == param->maximum && length != (size_t)param->minimum) {
		return request_fault(fault, PLX_RPC_INVALID_PARAMS, pointer,
				     "%s has %zu bytes; it must have %lld", param->name, length,
				     (long long)param->minimum);
	}
	if (length < (size_t)param->minimum || length > (size_t)param->maximum) {
		return request_fault(fault, PLX_RPC_INVALID_PARAMS, pointer,
				     "%s has %zu bytes; it must have %lld to %lld", param->name,
				     length, (long long)param->minimum, (long long)param->maximum);
	}
	return true;
}

static bool check_param(const struct plx_param *param, const json_t *value,
			struct rpc_request_fault *fault)
{
	char pointer[64];
	snprintf(pointer, sizeof(pointer), "/params/%s", param->name);
	switch (param->type) {
	case PLX_PARAM_STRING:
		if (json_is_string(value)) {
			return check_string(param, json_string_length(value), pointer, fault);
		}
		break;
	case PLX_PARAM_INTEGER:
		if (json_is_integer(value)) {
			return check_integer(param, json_integer_value(value), pointer, fault);
		}
		break;
	case PLX_PARAM_BOOLEAN:
		if (json_is_boolean(value)) {
			return true;
		}
		break;
	case PLX_PARAM_OBJECT:
		if (json_is_object(value)) {
			return true;
		}
		break;
	}
	return request_fault(
		fault, PLX_RPC_INVALID_PARAMS, pointer, "%s must be %s %s", param->name,
		param->type == PLX_PARAM_INTEGER || param->type == PLX_PARAM_OBJECT ? "an" : "a",
		plx_param_type_name(param->type));
}

// Keys that the method does not declare. The key is the peer's: only its own escaped text goes back, as JSON.
static bool check_unknown(const struct plx_method *method, size_t count, const json_t *params,
			  struct rpc_request_fault *fault)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)params, key, value)
	{
		bool is_known = false;
		for (size_t i = 0; i < count; i++) {
			is_known |= strcmp(method->params[i].name, key) == 0;
		}
		if (!is_known) {
			return request_fault(
				fault, PLX_RPC_INVALID_PARAMS, "/params",
				"%s has no parameter of that name: \"%.64s\"; see rpc.describe",
				method->name, key);
		}
	}
	return true;
}

static bool check_params(const struct plx_method *method, const json_t *params,
			 struct rpc_request_fault *fault)
{
	size_t count = plx_method_param_count(method);
	for (size_t i = 0; i < count; i++) {
		const struct plx_param *param = &method->params[i];
		const json_t *value = json_object_get(params, param->name);
		if (value == NULL && param->is_required) {
			return request_fault(fault, PLX_RPC_INVALID_PARAMS, "/params",
					     "%s is missing: %s", param->name, param->help);
		}
		if (value != NULL && !check_param(param, value, fault)) {
			return false;
		}
	}
	return check_unknown(method, count, params, fault);
}

static bool read_id(const json_t *object, struct rpc_request *request,
		    struct rpc_request_fault *fault)
{
	json_t *id = json_object_get(object, "id");
	request->is_notification = id == NULL;
	if (id == NULL || json_is_null(id)) {
		return true;
	}
	if (!json_is_string(id) && !json_is_number(id)) {
		return request_fault(fault, PLX_RPC_INVALID_REQUEST, "/id",
				     "id must be a string or a number");
	}
	json_decref(request->id);
	request->id = json_incref(id);
	return true;
}

static bool read_method(const json_t *object, const struct plx_method *methods, size_t method_count,
			struct rpc_request *request, struct rpc_request_fault *fault)
{
	const char *version = json_string_value(json_object_get(object, "jsonrpc"));
	if (version == NULL || strcmp(version, "2.0") != 0) {
		return request_fault(fault, PLX_RPC_INVALID_REQUEST, "/jsonrpc",
				     "jsonrpc must be \"2.0\"");
	}
	const char *name = json_string_value(json_object_get(object, "method"));
	if (name == NULL) {
		return request_fault(fault, PLX_RPC_INVALID_REQUEST, "/method",
				     "method must be a string such as \"status.get\"");
	}
	request->method = plx_method_find(methods, method_count, name);
	if (request->method == NULL) {
		return request_fault(fault, PLX_RPC_NO_METHOD, "/method",
				     "there is no method \"%.64s\"; rpc.describe lists all", name);
	}
	return true;
}

static bool read_params(const json_t *object, struct rpc_request *request,
			struct rpc_request_fault *fault)
{
	json_t *params = json_object_get(object, "params");
	if (params != NULL && !json_is_object(params)) {
		return request_fault(fault, PLX_RPC_INVALID_PARAMS, "/params",
				     "params must be an object with a member for each parameter");
	}
	request->params = params != NULL ? json_incref(params) : json_object();
	if (request->params == NULL) {
		return request_fault(fault, PLX_RPC_INTERNAL, "", "not enough memory");
	}
	return check_params(request->method, request->params, fault);
}

bool rpc_request_read(const char *line, size_t length, const struct plx_method *methods,
		      size_t method_count, struct rpc_request *ret_request,
		      struct rpc_request_fault *ret_fault)
{
	*ret_request = (struct rpc_request) {.id = json_null()};
	json_error_t error;
	json_t *root = json_loadb(line, length, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL) {
		return request_fault(ret_fault, PLX_RPC_NOT_JSON, "", "column %d: %s", error.column,
				     error.text);
	}
	bool is_good;
	if (!json_is_object(root)) {
		is_good = request_fault(ret_fault, PLX_RPC_INVALID_REQUEST, "",
					"a request is one object on a line; batches are not taken");
	} else {
		is_good = read_id(root, ret_request, ret_fault) &&
			  read_method(root, methods, method_count, ret_request, ret_fault) &&
			  read_params(root, ret_request, ret_fault);
	}
	json_decref(root);
	return is_good;
}

void rpc_request_release(struct rpc_request *request)
{
	json_decref(request->id);
	json_decref(request->params);
	*request = (struct rpc_request) {0};
}
