// SPDX-License-Identifier: BSD-3-Clause

#include "perform/check_traces.h"

#include <parallax/base/error.h>
#include <parallax/exchange/trace.h>

#include "lookup/lookup_trace.h"
#include "perform/check_run.h"
#include "trace_store/trace_store.h"

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define CAPACITY_FIRST 4 // most checks ask one or two questions

struct check_trace {
	struct check_run *run;
	json_t *answer; // a reference
	struct lookup_trace *trace;
	struct trace_put *put; // NULL: none is under way
};

static const char *keep_text(int error)
{
	switch (error) {
	case -ENODATA:
		return "the dataplane gave an answer without its trace";
	case -ENOKEY:
		return "the dataplane does not say by what it judges: see that dataplane and "
		       "daemon are of one version";
	case -ENOBUFS:
		return "too much evidence waits to be stored";
	default:
		return plx_error_text(error);
	}
}

static void lose(struct check_traces *traces, json_t *answer, const char *why)
{
	traces->is_lost = true;
	(void)snprintf(traces->fault, sizeof(traces->fault), "%.*s", (int)sizeof(traces->fault) - 1,
		       why);
	// Without memory for it there is no answer at all, which check_run_add_dns notices.
	(void)json_object_set_new(answer, "trace_fault", json_string(traces->fault));
}

static bool has_room(struct check_traces *traces)
{
	if (traces->count < traces->capacity) {
		return true;
	}
	size_t capacity = traces->capacity > 0 ? 2 * traces->capacity : CAPACITY_FIRST;
	struct check_trace *items = reallocarray(traces->items, capacity, sizeof(*items));
	if (items == NULL) {
		return false;
	}
	traces->items = items;
	traces->capacity = capacity;
	return true;
}

void check_traces_add(struct check_run *run, struct lookup_trace *trace, int keep_error,
		      json_t *answer)
{
	struct check_traces *traces = &run->traces;
	if (keep_error != 0) {
		lose(traces, answer, keep_text(keep_error));
	} else if (trace != NULL && !has_room(traces)) {
		lose(traces, answer, plx_error_text(-ENOMEM));
		lookup_trace_release(trace);
	} else if (trace != NULL) {
		traces->items[traces->count++] = (struct check_trace) {
			.run = run, .answer = json_incref(answer), .trace = trace};
	}
}

static void on_put(void *context, const struct trace_fault *fault, const char *digest)
{
	struct check_trace *item = context;
	struct check_traces *traces = &item->run->traces;
	item->put = NULL;
	if (fault != NULL) {
		lose(traces, item->answer, fault->text);
	} else if (json_object_set_new(item->answer, "trace_sha256", json_string(digest)) != 0) {
		lose(traces, item->answer, plx_error_text(-ENOMEM));
	}
	if (--traces->open_count == 0) {
		check_run_stored(item->run);
	}
}

bool check_traces_store(struct check_run *run)
{
	struct check_traces *traces = &run->traces;
	const struct check_runner_config *config = &run->runner->config;
	if (!config->lookup.wants_trace ||
	    (run->result.outcome == CHECK_PASS && !config->keeps_passed)) {
		check_traces_fini(traces);
		traces->is_lost = false; // nobody asked for it
		return false;
	}
	for (size_t i = 0; i < traces->count; i++) {
		struct check_trace *item = &traces->items[i];
		const struct lookup_trace *trace = item->trace;
		if (!plx_trace_is_whole(plx_result_trace(&trace->result, trace->body))) {
			lose(traces, item->answer,
			     "its trace had no room for all that led to the answer");
		}
		int error = config->traces == NULL ? -ENODEV
						   : trace_store_put(config->traces, item->trace,
								     on_put, item, &item->put);
		if (error != 0) {
			lose(traces, item->answer, keep_text(error == -EAGAIN ? -ENOBUFS : error));
		} else {
			traces->open_count++;
		}
	}
	return traces->open_count > 0;
}

void check_traces_fini(struct check_traces *traces)
{
	for (size_t i = 0; i < traces->count; i++) {
		struct check_trace *item = &traces->items[i];
		trace_put_cancel(item->put);
		lookup_trace_release(item->trace);
		json_decref(item->answer);
	}
	free(traces->items);
	traces->items = NULL;
	traces->count = traces->capacity = traces->open_count = 0;
}
