// SPDX-License-Identifier: BSD-3-Clause
// A line on the control socket. Oracle: what is accepted has only parameters of its method, each of its type and
// within its bounds; what is refused has a code and a message.

#include <parallax/protocol/dataplane_methods.h>

#include "rpc/rpc_request.h"

#include "fuzz_target.h"

#include <jansson.h>

#include <string.h>

static void check_accepted(const struct rpc_request *request)
{
	size_t known = 0;
	for (size_t i = 0; i < plx_method_param_count(request->method); i++) {
		const struct plx_param *param = &request->method->params[i];
		const json_t *value = json_object_get(request->params, param->name);
		must(value != NULL || !param->is_required);
		if (value == NULL) {
			continue;
		}
		known++;
		json_int_t size = param->type == PLX_PARAM_INTEGER
					  ? json_integer_value(value)
					  : (json_int_t)json_string_length(value);
		must(json_is_boolean(value) == (param->type == PLX_PARAM_BOOLEAN));
		must(json_is_integer(value) == (param->type == PLX_PARAM_INTEGER));
		must(json_is_string(value) == (param->type == PLX_PARAM_STRING));
		must(json_is_object(value) == (param->type == PLX_PARAM_OBJECT));
		must(param->type == PLX_PARAM_BOOLEAN || param->type == PLX_PARAM_OBJECT ||
		     (size >= param->minimum && size <= param->maximum));
	}
	must(json_object_size(request->params) == known);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rpc_request request;
	struct rpc_request_fault fault = {0};
	if (rpc_request_read((const char *)data, size, plx_dataplane_methods,
			     plx_dataplane_method_count, &request, &fault)) {
		check_accepted(&request);
	} else {
		must(fault.code < 0 && fault.message[0] != '\0');
	}
	must(request.id != NULL);
	rpc_request_release(&request);
	return 0;
}
