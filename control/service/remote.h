// SPDX-License-Identifier: BSD-3-Clause
// The remote perspectives of one configuration and the channels to them.

#pragma once

#include <parallax/base/attributes.h>

#include "config/config.h"

#include <stdbool.h>
#include <stddef.h>

struct event_base;
struct perspective_client;
struct plx_random;

struct remote {
	const struct config_perspective *config; // borrowed
	struct perspective_client *client;
	bool is_draining; // by hand
};

struct remote_list {
	size_t count;
	struct remote remotes[CONFIG_PERSPECTIVES_MAX];
};

// Opens a channel to each, which connects with its first check. PLX_ERR_CONFIG, -ENOMEM, -EINVAL and the fault;
// ret_list is to be closed then too. `config` outlives the list.
PLX_MUST_CHECK int remote_list_open(const char *path, const struct config *config,
				    struct event_base *base, struct plx_random *random,
				    struct remote_list *ret_list, struct config_fault *fault);
// What was asked ends as PERSPECTIVE_CLOSED from within. Not from a callback of a channel.
void remote_list_close(struct remote_list *list);
// NULL: none of that name.
struct remote *remote_list_find(struct remote_list *list, const char *name);
// Whether new panels leave it out; who has it already may go on asking.
void remote_set_draining(struct remote *remote, bool is_draining);
