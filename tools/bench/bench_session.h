// SPDX-License-Identifier: BSD-3-Clause
// A dataplane to measure with, our own or one that runs already, attached and with a path to the server.

#pragma once

#include <parallax/base/attributes.h>

#include "bench/bench_options.h"
#include "bench/bench_point.h"
#include "bench/child_process.h"
#include "bench/load_engine.h"
#include "bench/query_list.h"
#include "ctl/connection.h"

#include <signal.h>
#include <stdbool.h>

struct bench_session {
	const struct bench_options *options;
	struct child_process child;
	char child_socket[128];
	const char *socket_path;
	struct connection connection;
	struct plx_client *client;
	struct load_engine engine;
	bool has_added_server; // to a dataplane that is not ours
	const volatile sig_atomic_t *stop_requests;
};

PLX_MUST_CHECK int bench_session_open(struct bench_session *session,
				      const struct bench_options *options,
				      const volatile sig_atomic_t *stop_requests,
				      struct bench_failure *failure);
// A zeroed one is fine.
void bench_session_close(struct bench_session *session);
// Runs the plan between two readings. ret_point is to be freed, whatever comes back.
PLX_MUST_CHECK int bench_session_measure(struct bench_session *session, struct query_list *queries,
					 const struct load_plan *plan,
					 struct bench_point *ret_point,
					 struct bench_failure *failure);
