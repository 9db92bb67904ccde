// SPDX-License-Identifier: BSD-3-Clause
// The steps of the start.

#include <parallax/base/error.h>
#include <parallax/base/log_line.h>
#include <parallax/process/account.h>
#include <parallax/process/supervisor.h>

#include "command/command_server.h"
#include "daemon/daemon.h"
#include "http_api/http_api.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

bool daemon_logs_json(const struct daemon *daemon)
{
	return daemon->service.generation != NULL ? daemon->service.logs_json : daemon->logs_json;
}

int start_fault(const struct daemon *daemon, const char *step, int error, const char *format, ...)
{
	char message[1024];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	struct plx_log_line line;
	plx_log_begin(&line, daemon_logs_json(daemon), PLX_LOG_LEVEL_ERROR, "start_failed");
	plx_log_text(&line, "step", step);
	plx_log_text(&line, "message", message);
	plx_log_end(&line);
	return error < 0 ? error : -EIO;
}

static void write_status(void *context, char *ret_text, size_t size)
{
	struct daemon *daemon = context;
	const char *lack = http_api_not_ready(&daemon->service);
	snprintf(ret_text, size, "%s%s%s",
		 config_role_name((enum config_role)service_config(&daemon->service)->role),
		 lack == NULL ? ", ready" : ", not ready: ", lack == NULL ? "" : lack);
}

int start_supervisor(struct daemon *daemon)
{
	int error = plx_supervisor_open(daemon->events, write_status, daemon, &daemon->supervisor);
	if (error != 0) {
		plx_log_message(daemon_logs_json(daemon), PLX_LOG_LEVEL_WARNING, "supervisor",
				"it is not told how we do: NOTIFY_SOCKET or WATCHDOG_USEC: %s",
				plx_error_text(error));
	}
	daemon->service.supervisor = daemon->supervisor;
	return 0;
}

int start_service(struct daemon *daemon)
{
	struct service_fault fault;
	int error = service_open(&daemon->service, daemon->events, daemon->options.config_path,
				 &daemon->configuration, &fault);
	return error == 0 ? 0 : start_fault(daemon, fault.step, error, "%s", fault.text);
}

static void drain(void *context, const char *actor)
{
	char why[SERVICE_REASON_MAX];
	snprintf(why, sizeof(why), "drain.start by %s", actor);
	start_drain(context, why);
}

int start_commands(struct daemon *daemon)
{
	const struct config *config = service_config(&daemon->service);
	const struct command_server_config server_config = {
		.service = &daemon->service, .drain = drain, .context = daemon};
	struct plx_account_fault account_fault;
	struct plx_rpc_fault fault;
	int error = plx_account_make_folder(config->user, config->socket, &account_fault);
	if (error != 0) {
		return start_fault(daemon, "socket", error, "%s", account_fault.text);
	}
	daemon->commands = command_server_open(&server_config, &error, &fault);
	if (daemon->commands == NULL) {
		return start_fault(daemon, "socket", error, "%s", fault.text);
	}
	error = plx_account_give(config->user, config->socket, &account_fault);
	return error == 0 ? 0 : start_fault(daemon, "socket", error, "%s", account_fault.text);
}

int drop_privileges(struct daemon *daemon)
{
	struct plx_account_fault fault;
	bool is_root;
	int error = plx_account_take(service_config(&daemon->service)->user, &is_root, &fault);
	if (error != 0) {
		return start_fault(daemon, "privileges", error, "%s", fault.text);
	}
	if (is_root) {
		plx_log_message(daemon_logs_json(daemon), PLX_LOG_LEVEL_WARNING, "privileges_kept",
				"running as root because user says so");
	}
	return 0;
}

int start_log(struct daemon *daemon)
{
	struct service_fault fault;
	int error = service_open_log(&daemon->service, &fault);
	return error == 0 ? 0 : start_fault(daemon, fault.step, error, "%s", fault.text);
}
