// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/protocol/rpc_method.h>

#include <string.h>

const char *plx_param_type_name(enum plx_param_type type)
{
	switch (type) {
	case PLX_PARAM_STRING:
		return "string";
	case PLX_PARAM_INTEGER:
		return "integer";
	case PLX_PARAM_BOOLEAN:
		return "boolean";
	case PLX_PARAM_OBJECT:
		return "object";
	}
	return "unknown";
}

const char *plx_permission_name(enum plx_permission permission)
{
	switch (permission) {
	case PLX_MAY_READ:
		return "read";
	case PLX_MAY_USE:
		return "use";
	case PLX_MAY_CHANGE:
		return "change";
	case PLX_MAY_COUNT:
		break;
	}
	return "unknown";
}

size_t plx_method_param_count(const struct plx_method *method)
{
	size_t count = 0;
	while (count < PLX_METHOD_PARAMS_MAX && method->params[count].name != NULL) {
		count++;
	}
	return count;
}

const struct plx_method *plx_method_find(const struct plx_method *methods, size_t count,
					 const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(methods[i].name, name) == 0) {
			return &methods[i];
		}
	}
	return NULL;
}
