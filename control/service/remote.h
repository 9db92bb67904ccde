// SPDX-License-Identifier: BSD-3-Clause
// The remote perspectives of one configuration and the channels to them.

#pragma once

#include <parallax/base/attributes.h>

#include "config/config.h"

#include <stdbool.h>
#include <stddef.h>

struct event_base;
struct foreign_checker;
struct identifier_rules;
struct perspective_client;
struct perspective_client_status;
struct plx_random;

struct remote {
	const struct config_perspective *config; // borrowed
	struct perspective_client *client;       // of protocol parallax; else NULL
	struct foreign_checker *foreign;         // of protocol open-mpic; else NULL
	bool is_draining;                        // by hand
};

struct remote_list {
	size_t count;
	struct remote remotes[CONFIG_PERSPECTIVES_MAX];
};

// Opens a channel to each, which connects with its first check. PLX_ERR_CONFIG, -ENOMEM, -EINVAL and the fault;
// ret_list is to be closed then too. `config` and `identifiers` outlive
// the list.
PLX_MUST_CHECK int remote_list_open(const char *path, const struct config *config,
				    const struct identifier_rules *identifiers,
				    struct event_base *base, struct plx_random *random,
				    struct remote_list *ret_list, struct plx_setting_fault *fault);
// What was asked ends as PERSPECTIVE_CLOSED from within. Not from a callback of a channel.
void remote_list_close(struct remote_list *list);
// NULL: none of that name.
struct remote *remote_list_find(struct remote_list *list, const char *name);
// Of either protocol.
void remote_status(const struct remote *remote, struct perspective_client_status *ret_status);
// Whether new panels leave it out; who has it already may go on asking.
void remote_set_draining(struct remote *remote, bool is_draining);
