// SPDX-License-Identifier: BSD-3-Clause

#include "service/generation.h"

#include <parallax/base/error.h>
#include <parallax/dns/name.h>

#include "names/base_domain.h"
#include "perform/check_runner.h"
#include "policy/caa_switches.h"
#include "rules/utc_time.h"

#include <event2/event.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_US 1000

static int generation_fault(const struct generation_config *config, int error, const char *what,
			    struct plx_setting_fault *fault)
{
	snprintf(fault->text, sizeof(fault->text), "%s: %s: %s", config->path, what,
		 plx_error_text(error));
	return error;
}

static int open_names(struct generation *generation, const struct generation_config *config,
		      struct plx_setting_fault *fault)
{
	const struct config *from = generation->configuration.config;
	struct plx_name suffixes[CONFIG_SUFFIXES_MAX];
	for (unsigned i = 0; i < from->private_suffix_count; i++) {
		int error = plx_name_parse(from->private_suffixes[i],
					   strlen(from->private_suffixes[i]), &suffixes[i]);
		if (error != 0) {
			return generation_fault(config, error, "private_suffixes", fault);
		}
	}
	for (unsigned i = 0; i < from->allow_address_count; i++) {
		int error =
			address_allowance_add(&generation->allowance, &from->allow_addresses[i]);
		if (error != 0) {
			return generation_fault(config, error, "allow_addresses", fault);
		}
	}
	int error = suffix_table_create(NULL, suffixes, from->private_suffix_count,
					&generation->suffixes);
	return error == 0
		       ? 0
		       : generation_fault(config, error,
					  "the Public Suffix List (install publicsuffix)", fault);
}

// One line; the line feed that editors add is not part of the secret.
static int read_secret(struct generation *generation, const struct generation_config *config,
		       struct plx_setting_fault *fault)
{
	const char *path = generation->configuration.config->mpic.hash_secret;
	if (path[0] == '\0') {
		return 0;
	}
	FILE *file = fopen(path, "re");
	size_t length = file == NULL ? 0
				     : fread(generation->hash_secret, 1,
					     sizeof(generation->hash_secret), file);
	if (file != NULL) {
		fclose(file);
	}
	if (length == 0 || length == sizeof(generation->hash_secret)) {
		return generation_fault(config, -EINVAL,
					"mpic.hash_secret: name a file of 1 to 1,023 octets",
					fault);
	}
	generation->hash_secret[strcspn(generation->hash_secret, "\r\n")] = '\0';
	return 0;
}

static int64_t now_us(void *context)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * UTC_SECOND_US + now.tv_nsec / NS_PER_US;
}

static int open_runner(struct generation *generation, const struct generation_config *config,
		       struct plx_setting_fault *fault)
{
	const struct config *from = generation->configuration.config;
	int error = 0;
	struct check_runner_config runner_config = {
		.base = config->base,
		.lookup = {.service = config->lookup,
			   .resolution = (enum plx_resolution)from->resolution,
			   .wants_trace = from->role == CONFIG_ROLE_PRIMARY &&
					  from->evidence.store != CONFIG_EVIDENCE_NONE},
		.suffixes = generation->suffixes,
		.allowance = &generation->allowance,
		.dcv_switches = from->dcv.switches,
		.user_agent = from->dcv.user_agent,
		.probe_user_agent = from->dcv.probe_user_agent,
		.lookup_timeout_ms = from->limits.lookup_timeout_ms,
		.lookup_attempts = (uint8_t)from->limits.lookup_attempts,
		.running_max = from->limits.checks < CHECK_RUNNING_MAX ? from->limits.checks
								       : CHECK_RUNNING_MAX,
		.requires_validation = from->role == CONFIG_ROLE_PRIMARY,
		.traces = config->traces,
		.keeps_passed = from->evidence.store == CONFIG_EVIDENCE_ALL,
		.now_us = now_us,
	};
	for (int i = 0; i < CAA_SWITCH_COUNT; i++) {
		caa_switch_set(&runner_config.caa_switches, (enum caa_switch)i, from->caa.is_on[i]);
	}
	generation->runner = check_runner_open(&runner_config, &error);
	return generation->runner != NULL ? 0 : generation_fault(config, error, "limits", fault);
}

static void reap(evutil_socket_t fd, short what, void *context)
{
	generation_destroy(context);
}

int generation_create(const struct generation_config *config, struct generation **ret_generation,
		      struct plx_setting_fault *fault)
{
	struct generation *generation = calloc(1, sizeof(*generation));
	if (generation == NULL) {
		configuration_fini(config->configuration);
		return generation_fault(config, -ENOMEM, "reload", fault);
	}
	LIST_INSERT_HEAD(config->list, generation, entry);
	generation->reference_count = 1;
	generation->configuration = *config->configuration;
	*config->configuration = (struct configuration) {.config = NULL};
	generation->reaper = evtimer_new(config->base, reap, generation);
	int error = generation->reaper == NULL ? generation_fault(config, -ENOMEM, "events", fault)
					       : open_names(generation, config, fault);
	error = error != 0 ? error : open_runner(generation, config, fault);
	error = error != 0 ? error : read_secret(generation, config, fault);
	generation->identifiers = (struct identifier_rules) {
		.suffixes = generation->suffixes,
		.allowance = &generation->allowance,
		.accepts_trailing_dot = true, // who asks in Open MPIC's form may
	};
	if (error == 0) {
		error = remote_list_open(config->path, generation->configuration.config,
					 &generation->identifiers, config->base, config->random,
					 &generation->remotes, fault);
	}
	if (error != 0) {
		generation_destroy(generation);
		return error;
	}
	*ret_generation = generation;
	return 0;
}

struct generation *generation_acquire(struct generation *generation)
{
	generation->reference_count++;
	return generation;
}

void generation_release(struct generation *generation)
{
	static const struct timeval at_once = {0};
	if (generation != NULL && --generation->reference_count == 0) {
		evtimer_add(generation->reaper, &at_once);
	}
}

void generation_destroy(struct generation *generation)
{
	if (generation == NULL) {
		return;
	}
	LIST_REMOVE(generation, entry);
	remote_list_close(&generation->remotes);
	check_runner_close(generation->runner);
	suffix_table_destroy(generation->suffixes);
	if (generation->reaper != NULL) {
		event_free(generation->reaper);
	}
	configuration_fini(&generation->configuration);
	free(generation);
}
