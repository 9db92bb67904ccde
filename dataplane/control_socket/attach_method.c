// SPDX-License-Identifier: BSD-3-Clause
// exchange.attach and clients.list. The session that attached is the client: when it closes, the client is gone.

#include <parallax/exchange/region_layout.h>

#include "control_socket/control_state.h"
#include "evidence/judged_by.h"
#include "exchange/exchange_server.h"
#include "worker/worker_control.h"

#include <jansson.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// State of a session that attached.
struct attached_session {
	struct exchange_server *exchange;
	unsigned client;
};

static void session_closed(void *state)
{
	struct attached_session *attached = state;
	exchange_server_detach(attached->exchange, attached->client);
	free(attached);
}

static void close_session(void *owner)
{
	plx_rpc_session_close(owner);
}

unsigned control_client_count(const struct control *control)
{
	unsigned count = 0;
	struct exchange_client_info info;
	for (unsigned i = 0; i < EXCHANGE_CLIENTS_MAX; i++) {
		count += exchange_server_client_info(control->config.exchange, i, &info) &&
			 !info.is_detaching;
	}
	return count;
}

static bool parse_priority(const char *text, enum plx_priority *ret_priority)
{
	if (strcmp(text, "interactive") == 0) {
		*ret_priority = PLX_PRIORITY_INTERACTIVE;
	} else if (strcmp(text, "bulk") == 0) {
		*ret_priority = PLX_PRIORITY_BULK;
	} else {
		return false;
	}
	return true;
}

// False when the call was answered with an error.
static bool check_attach(struct control *control, struct plx_rpc_call *call, const json_t *params,
			 enum plx_priority *ret_priority)
{
	json_int_t version = json_integer_value(json_object_get(params, "version"));
	if (version != PLX_EXCHANGE_VERSION) {
		plx_rpc_fail(call, PLX_ATTACH_ERROR_VERSION, "/params/version",
			     "exchange version %lld is not spoken here: %d", (long long)version,
			     PLX_EXCHANGE_VERSION);
		return false;
	}
	if (!parse_priority(json_string_value(json_object_get(params, "priority")), ret_priority)) {
		plx_rpc_fail(call, PLX_RPC_INVALID_PARAMS, "/params/priority",
			     "priority is neither \"interactive\" nor \"bulk\"");
		return false;
	}
	if (plx_rpc_session_state(plx_rpc_call_session(call)) != NULL) {
		plx_rpc_fail(call, PLX_ATTACH_ERROR_ATTACHED, NULL,
			     "this connection is attached already");
		return false;
	}
	if (worker_group_is_draining(control->config.group)) {
		plx_rpc_fail(call, PLX_RPC_STATE, NULL, "the dataplane is draining");
		return false;
	}
	return true;
}

// NULL: there is no room for it, or no memory.
static json_t *judged_by(const struct control_config *config)
{
	struct plx_text anchors = plx_text_growing();
	struct plx_evidence_terms terms;
	json_t *object = NULL;
	if (evidence_terms_of(config->anchors, config->policy, &anchors, &terms) == 0 &&
	    anchors.length <= PLX_ATTACH_ANCHORS_MAX) {
		object = json_pack("{s:s, s:b, s:b, s:i, s:i}", "trust_anchors",
				   terms.trust_anchors, "allow_sha1", (int)terms.allow_sha1,
				   "iterations_insecure", (int)terms.iterations_insecure,
				   "nsec3_iterations_max", (int)terms.nsec3_iterations_max,
				   "rsa_bits_min", (int)terms.rsa_bits_min);
	}
	plx_text_free(&anchors);
	return object;
}

static void send_attachment(const struct control *control, struct plx_rpc_call *call,
			    const struct exchange_attachment *attachment)
{
	int fds[2 + EXCHANGE_WORKERS_MAX] = {attachment->region_fd, attachment->client_wake_fd};
	memcpy(fds + 2, attachment->worker_wake_fd,
	       attachment->worker_count * sizeof(attachment->worker_wake_fd[0]));
	int error = plx_rpc_reply_with_fds(
		call,
		json_pack("{s:i, s:i, s:i, s:o*}", "version", PLX_EXCHANGE_VERSION, "client",
			  (int)attachment->client, "workers", (int)attachment->worker_count,
			  "judged_by", judged_by(&control->config)),
		fds, 2 + attachment->worker_count);
	(void)error; // the client was told; it detaches when it closes its connection
}

void control_attach_client(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct control *control = context;
	enum plx_priority priority;
	if (!check_attach(control, call, params, &priority)) {
		return;
	}
	struct plx_rpc_session *session = plx_rpc_call_session(call);
	struct attached_session *attached = malloc(sizeof(*attached));
	if (attached == NULL) {
		plx_rpc_reply(call, NULL);
		return;
	}
	struct exchange_attachment attachment;
	int error = exchange_server_attach(control->config.exchange, priority,
					   json_string_value(json_object_get(params, "name")),
					   plx_rpc_session_peer(session)->pid, &attachment);
	if (error != 0) {
		free(attached);
		plx_rpc_fail(call, error == -ENOSPC ? PLX_ATTACH_ERROR_FULL : PLX_RPC_INTERNAL,
			     NULL, "the exchange cannot take another client: %s",
			     error == -ENOSPC ? "all places are in use" : strerror(-error));
		return;
	}
	*attached = (struct attached_session) {control->config.exchange, attachment.client};
	plx_rpc_session_set_state(session, attached, session_closed);
	exchange_server_set_owner(control->config.exchange, attachment.client, close_session,
				  session);
	send_attachment(control, call, &attachment);
}

void control_list_clients(struct plx_rpc_call *call, const json_t *params, void *context)
{
	struct control *control = context;
	json_t *clients = json_array();
	for (unsigned i = 0; i < EXCHANGE_CLIENTS_MAX; i++) {
		struct exchange_client_info info;
		if (exchange_server_client_info(control->config.exchange, i, &info) &&
		    json_array_append_new(
			    clients,
			    json_pack("{s:i, s:s, s:i, s:s, s:b, s:I, s:I}", "client", (int)i,
				      "name", info.name, "pid", (int)info.pid, "priority",
				      info.priority == PLX_PRIORITY_BULK ? "bulk" : "interactive",
				      "detaching", info.is_detaching, "jobs", (json_int_t)info.jobs,
				      "results", (json_int_t)info.results)) != 0) {
			json_decref(clients);
			clients = NULL;
		}
	}
	plx_rpc_reply(call, clients == NULL ? NULL : json_pack("{s:o}", "clients", clients));
}
