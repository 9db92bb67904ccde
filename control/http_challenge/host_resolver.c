// SPDX-License-Identifier: BSD-3-Clause

#include "http_challenge/host_resolver.h"

static int query_start(void *context, const struct plx_name *host, uint32_t timeout_ms,
		       address_lookup_cb callback, void *callback_context, void **ret_query)
{
	struct address_lookup *lookup;
	int error = address_lookup_start(context, host, timeout_ms, callback, callback_context,
					 &lookup);
	if (error == 0) {
		*ret_query = lookup;
	}
	return error;
}

static void query_cancel(void *context, void *query)
{
	address_lookup_cancel(query);
}

struct host_resolver host_resolver_of(struct lookup_way *way)
{
	return (struct host_resolver) {
		.context = way, .start = query_start, .cancel = query_cancel};
}
