// SPDX-License-Identifier: BSD-3-Clause
// What the families of methods share. Nobody else includes it.

#pragma once

#include "command/command_server.h"
#include "mode/mode.h"
#include "service/service_context.h"

#include <parallax/protocol/rpc_server.h>

#include <jansson.h>

#include <stdint.h>

struct audit_task;

struct command_server {
	struct command_server_config config;
	struct service_context *service;
	struct plx_rpc_server *rpc;
	struct audit_task *audit_task; // a walk through the audit log; NULL: none runs
};

// Handlers, by family.
void command_get_status(struct plx_rpc_call *call, const json_t *params, void *context);
void command_get_counters(struct plx_rpc_call *call, const json_t *params, void *context);
void command_run_order(struct plx_rpc_call *call, const json_t *params, void *context);
void command_get_order(struct plx_rpc_call *call, const json_t *params, void *context);
void command_get_mode(struct plx_rpc_call *call, const json_t *params, void *context);
void command_set_mode(struct plx_rpc_call *call, const json_t *params, void *context);
void command_release_mode(struct plx_rpc_call *call, const json_t *params, void *context);
void command_get_schedule(struct plx_rpc_call *call, const json_t *params, void *context);
void command_add_window(struct plx_rpc_call *call, const json_t *params, void *context);
void command_remove_window(struct plx_rpc_call *call, const json_t *params, void *context);
void command_list_perspectives(struct plx_rpc_call *call, const json_t *params, void *context);
void command_drain_perspective(struct plx_rpc_call *call, const json_t *params, void *context);
void command_resume_perspective(struct plx_rpc_call *call, const json_t *params, void *context);
void command_test_perspective(struct plx_rpc_call *call, const json_t *params, void *context);
void command_get_evidence(struct plx_rpc_call *call, const json_t *params, void *context);
void command_verify_audit(struct plx_rpc_call *call, const json_t *params, void *context);
void command_show_audit(struct plx_rpc_call *call, const json_t *params, void *context);
void command_export_audit(struct plx_rpc_call *call, const json_t *params, void *context);
void command_report_audit(struct plx_rpc_call *call, const json_t *params, void *context);
void command_reload(struct plx_rpc_call *call, const json_t *params, void *context);
void command_confirm_clock(struct plx_rpc_call *call, const json_t *params, void *context);
void command_drain(struct plx_rpc_call *call, const json_t *params, void *context);

// True when this is a primary; else the call is answered with PLX_RPC_STATE.
bool command_needs_primary(const struct command_server *server, struct plx_rpc_call *call);
// "alice (uid 1000, pid 4242)": who is at the other end of the call's connection, as the kernel says.
void command_actor(const struct plx_rpc_call *call, char ret_actor[static SERVICE_ACTOR_MAX]);
// RFC 3339 with microseconds; null outside of its years.
json_t *command_time(int64_t unix_us);
// The modes of all profiles now; NULL without memory.
json_t *command_modes(const struct service_context *service);
// Parts of the status; NULL without memory.
json_t *command_clock(const struct service_context *service);
json_t *command_certificates(const struct service_context *service);
// The text of a parameter; NULL: not given.
const char *command_text(const json_t *params, const char *name);
// Parameters of families about modes. False: the call was answered. A time that is not given is MODE_TIME_NEVER.
bool command_profile(struct plx_rpc_call *call, const json_t *params, enum profile *ret_profile);
bool command_mode(struct plx_rpc_call *call, const json_t *params, enum mode *ret_mode);
bool command_read_time(struct plx_rpc_call *call, const json_t *params, const char *parameter,
		       int64_t *ret_s);
