// SPDX-License-Identifier: BSD-3-Clause
// How a challenge finds the addresses of a host: by the dataplane in production, by a script in tests. curl never
// resolves a name.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/dns/name.h>

#include "lookup/address_lookup.h"

#include <stdint.h>

struct lookup_way;

struct host_resolver {
	void *context;
	// The callback comes exactly once, never from within start. -errno: it never comes.
	int (*start)(void *context, const struct plx_name *host, uint32_t timeout_ms,
		     address_lookup_cb callback, void *callback_context, void **ret_query);
	void (*cancel)(void *context, void *query); // the callback does not come
};

// Through the look-up service, in this way, which outlives the resolver.
struct host_resolver host_resolver_of(struct lookup_way *way);
