// SPDX-License-Identifier: BSD-3-Clause
// How a method of a control socket is declared: once, for the server's checks, for `rpc.describe`, for parallaxctl's
// commands and help, and for the documents. Tables of them are plain data, free of any library.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLX_METHOD_PARAMS_MAX 8

enum plx_param_type {
	PLX_PARAM_STRING,
	PLX_PARAM_INTEGER,
	PLX_PARAM_BOOLEAN,
	PLX_PARAM_OBJECT, // a JSON object, which the handler reads; parallaxctl takes a file of it
};

struct plx_param {
	const char *name;
	const char *argument; // what help shows for its value; NULL: the name in capitals
	const char *help;     // one sentence without a full stop
	enum plx_param_type type;
	bool is_required;
	int64_t minimum, maximum; // of an integer; of the length in bytes of a string
};

// What a peer must be allowed to do. Root and the daemon's own account may do everything, members of the socket's
// group may read and use.
enum plx_permission {
	PLX_MAY_READ,   // looks only
	PLX_MAY_USE,    // look-ups: costs packets, changes nothing
	PLX_MAY_CHANGE, // configuration, modes, files
	PLX_MAY_COUNT
};

struct plx_method {
	const char *name;    // family.verb
	const char *command; // parallaxctl's words for it; NULL: no command
	const char *help;    // one sentence without a full stop
	enum plx_permission permission;
	struct plx_param params[PLX_METHOD_PARAMS_MAX]; // required ones first; ends at a NULL name
};

const char *plx_param_type_name(enum plx_param_type type);
const char *plx_permission_name(enum plx_permission permission);
size_t plx_method_param_count(const struct plx_method *method);
// NULL when there is none.
const struct plx_method *plx_method_find(const struct plx_method *methods, size_t count,
					 const char *name);
