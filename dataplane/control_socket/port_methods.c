// SPDX-License-Identifier: BSD-3-Clause
// ports.get.

#include "control_socket/control_state.h"
#include "worker/worker_control.h"

#include <jansson.h>

static json_t *port_object(const struct port_counters *counters)
{
	json_t *extras = json_object();
	int error = extras == NULL;
	for (unsigned i = 0; i < counters->extra_count; i++) {
		const struct port_extra *extra = &counters->extras[i];
		if (extra->value != 0) {
			error |= json_object_set_new(extras, extra->name,
						     json_integer((json_int_t)extra->value));
		}
	}
	if (error != 0) {
		json_decref(extras);
		return NULL;
	}
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "name",
			 counters->name, "driver", counters->driver, "link_mbps",
			 (json_int_t)counters->link_mbps, "packets_received",
			 (json_int_t)counters->packets_received, "packets_sent",
			 (json_int_t)counters->packets_sent, "bytes_received",
			 (json_int_t)counters->bytes_received, "bytes_sent",
			 (json_int_t)counters->bytes_sent, "missed", (json_int_t)counters->missed,
			 "receive_errors", (json_int_t)counters->receive_errors, "send_errors",
			 (json_int_t)counters->send_errors, "no_buffer",
			 (json_int_t)counters->no_buffer, "extra", extras);
}

void control_get_ports(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct control *control = context;
	json_t *ports = json_array();
	struct port_counters counters;
	for (unsigned place = 0;
	     ports != NULL && worker_group_read_port(control->config.group, place, &counters);
	     place++) {
		if (json_array_append_new(ports, port_object(&counters)) != 0) {
			json_decref(ports);
			ports = NULL;
		}
	}
	plx_rpc_reply(call, ports == NULL ? NULL : json_pack("{s:o}", "ports", ports));
}
