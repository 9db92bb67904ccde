// SPDX-License-Identifier: BSD-3-Clause

#include "service/remote.h"

#include <parallax/base/error.h>

#include "perspective/foreign_checker.h"
#include "perspective/perspective_client.h"
#include "service/service_context.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

// Each holds a batch until its last answer: enough that a slow batch does not hold the next ones up, few enough for the
// remote's listener with several primaries.
#define CONNECTIONS_MAX 16
// DCV and CAA of 2,000 orders with a hundred identifiers each; past it orders wait.
#define ASKS_MAX 400000
#define WINDOW_MS 2
// A foreign checker takes one check a request, and has its own idea of how many at a time. Past it checks wait.
#define FOREIGN_CONNECTIONS_MAX 64
#define FOREIGN_ASKS_MAX 1024

// The channel knows the remote by the name in its certificate, so that a fixed address can stand for the URL's host.
static const char *remote_url(const struct config_perspective *config, char *text, size_t size)
{
	if (config->connect_to.ip.family == 0) {
		return config->url;
	}
	char endpoint[PLX_ENDPOINT_TEXT_MAX];
	snprintf(text, size, "https://%s", plx_endpoint_format(&config->connect_to, endpoint));
	return text;
}

static int open_remote(const struct config *config, const struct config_perspective *from,
		       struct event_base *base, struct plx_random *random, struct remote *remote,
		       struct perspective_fault *fault)
{
	char url[PLX_ENDPOINT_TEXT_MAX + 16];
	const struct perspective_client_config client_config = {
		.base = base,
		.random = random,
		.name = from->name,
		.rir = from->rir,
		.url = remote_url(from, url, sizeof(url)),
		.tls = {.ca_file = config->tls.server_ca,
			.certificate_file = config->tls.certificate,
			.key_file = config->tls.key,
			.public_key_file = from->public_key},
		.connections_max = CONNECTIONS_MAX,
		.asks_max = ASKS_MAX,
		.window_ms = WINDOW_MS,
	};
	int error = 0;
	remote->config = from;
	remote->client = perspective_client_create(&client_config, &error, fault);
	return remote->client != NULL ? 0 : error;
}

static int open_foreign(const struct config *config, const struct config_perspective *from,
			const struct identifier_rules *identifiers, struct event_base *base,
			struct remote *remote, struct perspective_fault *fault)
{
	char endpoint[PLX_ENDPOINT_TEXT_MAX];
	bool is_pinned = from->connect_to.ip.family != 0;
	const struct foreign_checker_config checker_config = {
		.base = base,
		.url = from->url,
		.connect_to = is_pinned ? plx_endpoint_format(&from->connect_to, endpoint) : NULL,
		.tls = {.ca_file = config->tls.server_ca,
			.certificate_file = config->tls.certificate,
			.key_file = config->tls.key},
		.identifiers = identifiers,
		.connections_max = FOREIGN_CONNECTIONS_MAX,
		.asks_max = FOREIGN_ASKS_MAX,
		.wall_us = service_now_us,
	};
	int error = 0;
	remote->config = from;
	remote->foreign = foreign_checker_create(&checker_config, &error, fault);
	return remote->foreign != NULL ? 0 : error;
}

int remote_list_open(const char *path, const struct config *config,
		     const struct identifier_rules *identifiers, struct event_base *base,
		     struct plx_random *random, struct remote_list *ret_list,
		     struct plx_setting_fault *fault)
{
	*ret_list = (struct remote_list) {.count = 0};
	for (unsigned i = 0; i < config->perspective_count; i++) {
		const struct config_perspective *from = &config->perspectives[i];
		struct perspective_fault reason = {.text = "its protocol is not served"};
		struct remote *remote = &ret_list->remotes[i];
		int error = PLX_ERR_CONFIG;
		if (from->protocol == CONFIG_PROTOCOL_PARALLAX) {
			error = open_remote(config, from, base, random, remote, &reason);
		} else if (from->protocol == CONFIG_PROTOCOL_OPEN_MPIC) {
			error = open_foreign(config, from, identifiers, base, remote, &reason);
		}
		if (error != 0) {
			snprintf(fault->text, sizeof(fault->text), "%s:%u:%u: perspective %s: %s",
				 path, from->place.line, from->place.column, from->name,
				 reason.text);
			return error;
		}
		ret_list->count++;
	}
	return 0;
}

void remote_list_close(struct remote_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		perspective_client_destroy(list->remotes[i].client);
		foreign_checker_destroy(list->remotes[i].foreign);
	}
	list->count = 0;
}

struct remote *remote_list_find(struct remote_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->remotes[i].config->name, name) == 0) {
			return &list->remotes[i];
		}
	}
	return NULL;
}

void remote_status(const struct remote *remote, struct perspective_client_status *ret_status)
{
	if (remote->foreign != NULL) {
		foreign_checker_status(remote->foreign, ret_status);
	} else {
		perspective_client_status(remote->client, ret_status);
	}
}

void remote_set_draining(struct remote *remote, bool is_draining)
{
	remote->is_draining = is_draining;
	if (!is_draining && remote->client != NULL) {
		perspective_client_set_draining(remote->client, false); // forgets old failures
	}
}
