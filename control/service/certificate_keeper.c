// SPDX-License-Identifier: BSD-3-Clause

#include "service/certificate_keeper.h"

#include <parallax/base/error.h>
#include <parallax/base/log_line.h>

#include "guard/certificate_watch.h"
#include "service/service_context.h"

#include <errno.h>
#include <string.h>

struct source_list {
	struct certificate_source sources[CERTIFICATE_GUARD_FILES_MAX];
	size_t count;
};

static void on_alarm(void *context, const struct certificate_alarm *alarm)
{
	const struct service_context *service = context;
	const struct certificate_entry *entry = &alarm->entry;
	struct plx_log_line line;
	plx_log_begin(&line, service->logs_json,
		      entry->state == CERTIFICATE_EXPIRING ? PLX_LOG_LEVEL_WARNING
							   : PLX_LOG_LEVEL_ERROR,
		      "certificate");
	plx_log_text(&line, "state", certificate_state_name(entry->state));
	plx_log_text(&line, "file", entry->path);
	plx_log_text(&line, "kind", certificate_file_kind_name(entry->kind));
	if (entry->state == CERTIFICATE_UNREADABLE) {
		plx_log_text(&line, "message", entry->fault);
	} else {
		plx_log_text(&line, "subject", entry->subject);
		plx_log_number(&line, "days_left", entry->days_left);
	}
	plx_log_end(&line);
}

// One file may serve two ends; one alarm is enough. "": not configured.
static void add(struct source_list *list, const char *path, enum certificate_file_kind kind)
{
	bool is_there = path[0] == '\0' || list->count == CERTIFICATE_GUARD_FILES_MAX;
	for (size_t i = 0; i < list->count && !is_there; i++) {
		is_there =
			list->sources[i].kind == kind && strcmp(list->sources[i].path, path) == 0;
	}
	if (!is_there) {
		list->sources[list->count++] = (struct certificate_source) {path, kind};
	}
}

// Private keys are left out: they have no dates, and after the start the account may not be allowed to read them.
static int load(struct service_context *service)
{
	const struct config *config = service_config(service);
	struct source_list list = {.count = 0};
	add(&list, config->tls.certificate, CERTIFICATE_FILE_CERTIFICATES);
	add(&list, config->tls.client_ca, CERTIFICATE_FILE_CERTIFICATES);
	add(&list, config->tls.server_ca, CERTIFICATE_FILE_CERTIFICATES);
	for (unsigned i = 0; i < config->perspective_count; i++) {
		add(&list, config->perspectives[i].public_key, CERTIFICATE_FILE_PUBLIC_KEY);
	}
	return certificate_watch_load(service->certificates, list.sources, list.count);
}

int certificate_keeper_open(struct service_context *service)
{
	const struct certificate_watch_config config = {
		.base = service->base, .on_alarm = on_alarm, .context = service};
	int error = certificate_watch_open(&config, &service->certificates);
	return error != 0 ? error : load(service);
}

void certificate_keeper_renew(struct service_context *service)
{
	int error = load(service);
	if (error != 0) {
		plx_log_message(service->logs_json, PLX_LOG_LEVEL_ERROR, "certificate",
				"the files of the new configuration are not watched: %s",
				plx_error_text(error));
	}
}
