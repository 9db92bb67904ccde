// SPDX-License-Identifier: BSD-3-Clause

#include "service/configuration.h"

#include <parallax/base/error.h>
#include <parallax/exchange/job.h>
#include <parallax/settings/setting_file.h>

#include "mode/mode_schedule.h"
#include "perspective/service_name.h"
#include "rules/rule_table.h"
#include "service/mode_calendar.h"

#include <openssl/evp.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGEST_BYTES 32

static int digest_text(const char *bytes, size_t length, char *text)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	if (EVP_Digest(bytes, length, digest, &size, EVP_sha256(), NULL) != 1 ||
	    size != DIGEST_BYTES) {
		return -ENOMEM;
	}
	for (unsigned i = 0; i < size; i++) {
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	}
	return 0;
}

// At a primary they are of any form.
static int check_callers(const char *path, const struct config *config,
			 struct plx_setting_fault *fault)
{
	char uri[SERVICE_NAME_MAX + 1];
	for (unsigned i = 0; config->role == CONFIG_ROLE_REMOTE && i < config->caller_count; i++) {
		if (service_name_format(config->callers[i], NULL, uri) != 0) {
			snprintf(fault->text, sizeof(fault->text),
				 "%s: callers: \"%s\" is no name of a primary: write 1 to 63 of "
				 "a-z, "
				 "0-9 and '-'",
				 path, config->callers[i]);
			return PLX_ERR_CONFIG;
		}
	}
	return 0;
}

// Stub look-ups are validated by a trusted upstream or not at all, and without one every check of a primary ends with
// dnssec-unchecked. Upstreams that are not in the file are not known here.
static int check_validation(const char *path, const struct config *config, int64_t now_s,
			    struct plx_setting_fault *fault)
{
	if (config->role != CONFIG_ROLE_PRIMARY || config->resolution != PLX_RESOLUTION_STUB ||
	    config->upstream_count == 0 || config->trusted_upstream_count > 0 ||
	    !rules_at(now_s)->is_dnssec_required) {
		return 0;
	}
	snprintf(fault->text, sizeof(fault->text),
		 "%s: resolution: stub at a primary needs an upstream that validates (BR 4.2.2.2, "
		 "since 2026-03-15): mark one of `dataplane: upstreams:` as trusted, or set "
		 "resolution: iterative",
		 path);
	return PLX_ERR_CONFIG;
}

int configuration_read(const char *path, int64_t now_s, struct configuration *ret_configuration,
		       struct plx_setting_fault *fault)
{
	struct configuration configuration = {.config = NULL};
	char *bytes = NULL;
	size_t length = 0;
	int error = plx_setting_file_read(path, fault, &bytes, &length);
	if (error != 0) {
		return error;
	}
	configuration.config = config_read_document(path, bytes, length, fault);
	configuration.schedule = calloc(1, sizeof(*configuration.schedule));
	if (configuration.config == NULL) {
		error = PLX_ERR_CONFIG;
	} else if (configuration.schedule == NULL ||
		   digest_text(bytes, length, configuration.digest) != 0) {
		plx_setting_fault_set(fault, "%s: not enough memory", path);
		error = -ENOMEM;
	} else {
		error = mode_calendar_make(path, &configuration.config->profiles, now_s,
					   configuration.schedule, fault);
		error = error != 0 ? error : check_callers(path, configuration.config, fault);
		error = error != 0 ? error
				   : check_validation(path, configuration.config, now_s, fault);
	}
	free(bytes);
	if (error != 0) {
		configuration_fini(&configuration);
		return error;
	}
	*ret_configuration = configuration;
	return 0;
}

void configuration_fini(struct configuration *configuration)
{
	config_free(configuration->config);
	free(configuration->schedule);
	*configuration = (struct configuration) {.config = NULL};
}

static bool is_same_listen(const struct config *now, const struct config *next)
{
	bool is_same = now->listen_count == next->listen_count;
	for (unsigned i = 0; is_same && i < now->listen_count; i++) {
		is_same = plx_endpoint_equal(&now->listen[i], &next->listen[i]);
	}
	return is_same;
}

static bool is_same_perspective(const struct config_location *now,
				const struct config_location *next)
{
	return strcmp(now->name, next->name) == 0 && strcmp(now->rir, next->rir) == 0;
}

static bool is_same_guard(const struct config *now, const struct config *next)
{
	return now->guard.stable_ms == next->guard.stable_ms &&
	       now->guard.needs_confirmation == next->guard.needs_confirmation;
}

int configuration_check_reload(const char *path, const struct config *now,
			       const struct config *next, struct plx_setting_fault *fault)
{
	const struct {
		const char *key;
		bool is_same;
	} keys[] = {
		{"role", now->role == next->role},
		{"perspective", is_same_perspective(&now->perspective, &next->perspective)},
		{"listen", is_same_listen(now, next)},
		{"signing_key", strcmp(now->signing_key, next->signing_key) == 0},
		{"dataplane_socket", strcmp(now->dataplane_socket, next->dataplane_socket) == 0},
		{"socket", strcmp(now->socket, next->socket) == 0},
		{"socket_group", strcmp(now->socket_group, next->socket_group) == 0},
		{"user", strcmp(now->user, next->user) == 0},
		{"audit_log", strcmp(now->audit_log, next->audit_log) == 0},
		{"guard", is_same_guard(now, next)},
		{"limits.body_bytes", now->limits.body_bytes == next->limits.body_bytes},
	};
	for (size_t i = 0; i < PLX_ARRAY_SIZE(keys); i++) {
		if (!keys[i].is_same) {
			snprintf(fault->text, sizeof(fault->text),
				 "%s: %s cannot change while the daemon runs: set it back, or "
				 "restart parallaxd",
				 path, keys[i].key);
			return PLX_ERR_CONFIG;
		}
	}
	return 0;
}
