// SPDX-License-Identifier: BSD-3-Clause
// The dataplane as a client of its own exchange, for look-ups by hand: interactive, by the same library and the same
// rings as everyone. It attaches when the first look-up comes, on a thread of its own because attaching waits for an
// answer of this very loop; from then on all of it happens on the loop and never blocks.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/exchange/job.h>
#include <parallax/exchange/result.h>

struct event_base;
struct own_client;

// NULL: no memory.
struct own_client *own_client_create(struct event_base *base, const char *socket_path);
// Each look-up that still waits is answered with an error (-ECANCELED). NULL is accepted.
void own_client_destroy(struct own_client *client);

// `error` 0: the result and its body. Otherwise neither: the look-up never started.
typedef void (*own_client_cb)(void *context, int error, const struct plx_job *job,
			      const struct plx_result *result, const uint8_t *body);
// A relevant CAA set is searched without the "*." of a wildcard; the callback sees the job as it was given.
// The callback comes exactly once, later. -ENOMEM, -EAGAIN (too many at once): it never comes.
PLX_MUST_CHECK int own_client_submit(struct own_client *client, const struct plx_job *job,
				     own_client_cb callback, void *context);
