// SPDX-License-Identifier: BSD-3-Clause
// capture.start, capture.stop, capture.status.

#include <parallax/base/error.h>

#include "control_socket/capture_session.h"
#include "control_socket/control_state.h"
#include "options/options.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_PER_MB (1024 * 1024ull)
#define SIZE_MB_DEFAULT 100

static json_t *status_object(const struct control *control)
{
	struct capture_status status;
	capture_session_read(control->capture, &status);
	char path[sizeof(status.file) + sizeof(control->config.options->capture_dir)];
	snprintf(path, sizeof(path), "%s/%s", control->config.options->capture_dir, status.file);
	const char *state = !status.is_running   ? "off"
			    : status.is_stopping ? "stopping"
						 : "running";
	return json_pack("{s:s, s:s?, s:I, s:I, s:I, s:I, s:s?}", "state", state, "file",
			 status.file[0] != '\0' ? path : NULL, "bytes", (json_int_t)status.bytes,
			 "limit_bytes", (json_int_t)status.limit_bytes, "captured",
			 (json_int_t)status.captured, "dropped", (json_int_t)status.dropped,
			 "end_reason", status.end_reason);
}

void control_get_capture(struct plx_rpc_call *call, const json_t *params, void *context)
{
	plx_rpc_reply(call, status_object(context));
}

// False when the call was answered with an error.
static bool read_filter(struct plx_rpc_call *call, const json_t *params,
			struct packet_filter *ret_filter)
{
	struct packet_filter filter = {0};
	const json_t *name = json_object_get(params, "name");
	const json_t *server = json_object_get(params, "server");
	int error = name == NULL ? 0
				 : plx_name_parse(json_string_value(name), json_string_length(name),
						  &filter.suffix);
	if (error != 0) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/name", "%s",
			     plx_error_text(error));
		return false;
	}
	// Without a port, port 0 stays, which means any.
	struct plx_endpoint endpoint = {0};
	if (server != NULL && plx_endpoint_parse(json_string_value(server), 0, &endpoint) != 0) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/server",
			     "\"%s\" is not an address; write 192.0.2.53 or 192.0.2.53:53",
			     json_string_value(server));
		return false;
	}
	filter.server = endpoint.ip;
	filter.server_port = endpoint.port;
	*ret_filter = filter;
	return true;
}

static void start_failed(struct control *control, struct plx_rpc_call *call, int error)
{
	switch (error) {
	case -EBUSY:
		plx_rpc_fail(call, PLX_RPC_STATE, NULL,
			     "a capture is running already; capture.stop ends it");
		break;
	case -EINVAL:
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/file",
			     "a file name has letters, digits, dots, dashes and underscores only "
			     "and does not start with a dot");
		break;
	case -EEXIST:
		plx_rpc_fail(call, PLX_RPC_EXISTS, "/params/file",
			     "the file exists already; choose another name");
		break;
	default:
		plx_rpc_fail(call, PLX_RPC_STATE, NULL, "no file can be made in %s: %s",
			     control->config.options->capture_dir, plx_error_text(error));
		break;
	}
}

void control_start_capture(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct control *control = context;
	struct packet_filter filter;
	if (!read_filter(call, params, &filter)) {
		return;
	}
	const json_t *size = json_object_get(params, "size_mb");
	uint64_t size_mb = size != NULL ? (uint64_t)json_integer_value(size) : SIZE_MB_DEFAULT;
	int error = capture_session_start(control->capture,
					  json_string_value(json_object_get(params, "file")),
					  size_mb * BYTES_PER_MB, &filter);
	if (error != 0) {
		start_failed(control, call, error);
		return;
	}
	plx_rpc_reply(call, status_object(control));
}

// A stop that waits for the workers.
struct capture_stop {
	struct control *control;
	struct plx_rpc_call *call;
};

static void stop_done(void *context)
{
	struct capture_stop *stop = context;
	plx_rpc_reply(stop->call, status_object(stop->control));
	free(stop);
}

void control_stop_capture(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct control *control = context;
	struct capture_stop *stop = malloc(sizeof(*stop));
	if (stop == NULL) {
		plx_rpc_reply(call, NULL);
		return;
	}
	*stop = (struct capture_stop) {control, call};
	int error = capture_session_stop(control->capture, stop_done, stop);
	if (error != 0) {
		free(stop);
		plx_rpc_fail(call, error == -ENOMEM ? PLX_RPC_INTERNAL : PLX_RPC_STATE, NULL, "%s",
			     error == -ENOENT  ? "no capture is running"
			     : error == -EBUSY ? "the capture is being stopped already"
					       : plx_error_text(error));
	}
}
