// SPDX-License-Identifier: BSD-3-Clause
// What every interface of the daemon works with, in the order in which it is opened. One per process, on the loop's
// thread.
//
//	service_open       as root: configuration, keys, look-ups
//	service_open_log   as the daemon's own account: audit log, evidence, modes
//	service_reload     another generation, in force once its record is in the audit log
//	service_close      the last records, then everything in reverse

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/random_source.h>

#include "audit/audit_record.h"
#include "config/config.h"
#include "http_server/server_tls.h"
#include "service/generation.h"

#include <stdbool.h>
#include <stdint.h>

struct audit_log;
struct plx_supervisor;
struct certificate_watch;
struct clock_keeper;
struct event_base;
struct evidence_keeper;
struct evp_pkey_st;
struct http_listener;
struct lookup_service;
struct mode_keeper;
struct order_table;
struct perspective_server;
struct trace_store;
struct window_keeper;

#define SERVICE_ACTOR_MAX 128
#define SERVICE_REASON_MAX 160

enum service_state {
	SERVICE_STARTING = 0,
	SERVICE_RUNNING,
	SERVICE_DRAINING, // finishes what it has, takes nothing new
};

struct service_context {
	struct event_base *base;
	const char *config_path;
	struct plx_random random;
	struct generation *generation;      // in force
	struct generation_list generations; // it and those that orders still hold
	struct lookup_service *lookup;
	struct evp_pkey_st *signing_key; // NULL: none configured
	struct evp_pkey_st *public_key;  // its public half, for one thread that verifies
	struct certificate_watch *certificates;
	struct clock_keeper *clock; // NULL before service_open_log
	struct audit_log *audit;    // primary only, as what follows
	struct evidence_keeper *evidence;
	struct trace_store *traces; // the keeper's
	struct mode_keeper *modes;
	struct window_keeper *windows; // of the modes' schedule, added by operators
	struct order_table *orders;
	struct perspective_server *checks; // remote only
	struct http_listener *listener;    // the daemon's; NULL before it is open
	enum service_state state;
	int64_t started_us;  // Unix
	int64_t reloaded_us; // when the configuration came into force
	uint64_t reload_count;
	bool logs_json;
	struct service_reload *reload;     // on its way to the log
	struct plx_supervisor *supervisor; // borrowed from the daemon; NULL: nobody to tell
};

struct service_fault {
	const char *step; // for the log line
	char text[PLX_SETTING_FAULT_MAX];
};

// `configuration` is taken over. -errno and the fault; service_close undoes what was done.
PLX_MUST_CHECK int service_open(struct service_context *service, struct event_base *base,
				const char *config_path, struct configuration *configuration,
				struct service_fault *fault);
PLX_MUST_CHECK int service_open_log(struct service_context *service, struct service_fault *fault);
// `reason` goes into the log as the daemon's end. Not from the loop's callbacks.
void service_close(struct service_context *service, const char *reason);

const struct config *service_config(const struct service_context *service);
// How the listener shows itself; texts belong to the configuration.
struct http_tls_config service_tls(const struct config *config);
bool service_is_primary(const struct service_context *service);
int64_t service_now_us(void); // Unix

// `error` 0: it is in force. Else nothing changed, and `text` says why.
typedef void (*service_reload_cb)(void *context, int error, const char *text);
// `done` comes once, from within or from the loop. -EBUSY: another one is under way, `done` does not come.
PLX_MUST_CHECK int service_reload(struct service_context *service, const char *actor,
				  service_reload_cb done, void *context);
// The body of a configuration record. NULL: no memory.
struct json_t *service_configuration_body(const struct service_context *service,
					  const struct configuration *configuration,
					  const char *actor);

// A record without anybody who waits for it; a failure is logged. `body` is taken over.
void service_record(struct service_context *service, enum audit_kind kind, struct json_t *body);
