// SPDX-License-Identifier: BSD-3-Clause
// `rpc.describe`: the table of methods as JSON, for people with socat and for programs that make documents.

#include "rpc/rpc_internal.h"

static json_t *describe_param(const struct plx_param *param)
{
	json_t *object = json_pack("{s:s, s:s, s:b, s:s}", "name", param->name, "type",
				   plx_param_type_name(param->type), "required", param->is_required,
				   "help", param->help);
	bool is_string = param->type == PLX_PARAM_STRING;
	bool is_bounded = is_string || param->type == PLX_PARAM_INTEGER;
	if (is_bounded && (json_object_set_new(object, is_string ? "min_length" : "minimum",
					       json_integer(param->minimum)) != 0 ||
			   json_object_set_new(object, is_string ? "max_length" : "maximum",
					       json_integer(param->maximum)) != 0)) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static json_t *describe_method(const struct plx_method *method)
{
	json_t *params = json_array();
	size_t count = plx_method_param_count(method);
	for (size_t i = 0; i < count; i++) {
		if (json_array_append_new(params, describe_param(&method->params[i])) != 0) {
			json_decref(params);
			return NULL;
		}
	}
	return json_pack("{s:s, s:s, s:s, s:s?, s:o}", "name", method->name, "help", method->help,
			 "permission", plx_permission_name(method->permission), "command",
			 method->command, "params", params);
}

json_t *rpc_describe(const struct plx_rpc_server *server)
{
	json_t *methods = json_array();
	for (size_t i = 0; i < server->config.method_count; i++) {
		if (json_array_append_new(methods, describe_method(&server->config.methods[i])) !=
		    0) {
			json_decref(methods);
			return NULL;
		}
	}
	return json_pack("{s:s, s:s, s:o}", "server", server->name, "version", PLX_VERSION,
			 "methods", methods);
}
