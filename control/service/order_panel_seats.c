// SPDX-License-Identifier: BSD-3-Clause

#include "service/order_panel_seats.h"

#include "order/order_panel.h"
#include "perspective/foreign_checker.h"
#include "perspective/perspective_client.h"
#include "service/generation.h"
#include "service/local_check.h"

#include <jansson.h>

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define MS_PER_S 1000
#define NS_PER_MS 1000000

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

// One question to one perspective: the handle that the order table holds.
struct seat_ask {
	order_answer_cb on_answer;
	void *context;
	struct local_check *check;   // the primary's own
	struct perspective_ask *ask; // a remote's
	struct foreign_ask *foreign; // a foreign checker's
	int64_t asked_ms;
};

static struct seat_ask *seat_ask_create(order_answer_cb on_answer, void *context)
{
	struct seat_ask *ask = calloc(1, sizeof(*ask));
	if (ask != NULL) {
		*ask = (struct seat_ask) {
			.on_answer = on_answer, .context = context, .asked_ms = now_ms()};
	}
	return ask;
}

static void on_own_result(void *context, json_t *result)
{
	struct seat_ask *ask = context;
	const struct order_perspective_answer answer = {
		.result = result,
		.cause = result != NULL ? "answered" : "no-memory",
		.detail = "",
		.latency_ms = now_ms() - ask->asked_ms,
	};
	ask->on_answer(ask->context, &answer);
	free(ask);
}

static int ask_own(void *context, json_t *check, unsigned deadline_ms, order_answer_cb on_answer,
		   void *answer_context, void **ret_handle)
{
	struct json_fault fault;
	struct seat_ask *ask = seat_ask_create(on_answer, answer_context);
	int error = ask == NULL ? -ENOMEM
				: local_check_start(context, check, deadline_ms, on_own_result, ask,
						    &ask->check, &fault);
	if (error != 0) {
		free(ask);
		return error;
	}
	*ret_handle = ask;
	return 0;
}

static void cancel_own(void *context, void *handle)
{
	struct seat_ask *ask = handle;
	local_check_cancel(ask->check);
	free(ask);
}

static void on_remote_answer(const struct perspective_answer *from, void *context)
{
	struct seat_ask *ask = context;
	const struct order_perspective_answer answer = {
		.envelope = from->envelope,
		.cause = perspective_cause_name(from->cause),
		.detail = from->detail,
		.latency_ms = from->latency_ms,
	};
	ask->on_answer(ask->context, &answer);
	free(ask);
}

static int ask_remote(void *context, json_t *check, unsigned deadline_ms, order_answer_cb on_answer,
		      void *answer_context, void **ret_handle)
{
	struct remote *remote = context;
	struct seat_ask *ask = seat_ask_create(on_answer, answer_context);
	int error = ask == NULL ? -ENOMEM
				: perspective_ask(remote->client, check, deadline_ms,
						  on_remote_answer, ask, &ask->ask);
	if (error != 0) {
		free(ask);
		return error;
	}
	*ret_handle = ask;
	return 0;
}

static void cancel_remote(void *context, void *handle)
{
	struct seat_ask *ask = handle;
	perspective_ask_cancel(ask->ask);
	free(ask);
}

// Unsigned: the record says so, and names the source in its evidence.
static void on_foreign_answer(void *context, enum perspective_cause cause, json_t *result,
			      const char *detail, int64_t latency_ms)
{
	struct seat_ask *ask = context;
	const struct order_perspective_answer answer = {
		.result = result,
		.cause = perspective_cause_name(cause),
		.detail = detail,
		.latency_ms = latency_ms,
	};
	ask->on_answer(ask->context, &answer);
	free(ask);
}

static int ask_foreign(void *context, json_t *check, unsigned deadline_ms,
		       order_answer_cb on_answer, void *answer_context, void **ret_handle)
{
	struct remote *remote = context;
	struct seat_ask *ask = seat_ask_create(on_answer, answer_context);
	int error = ask == NULL ? -ENOMEM
				: foreign_ask(remote->foreign, check, deadline_ms,
					      on_foreign_answer, ask, &ask->foreign);
	if (error != 0) {
		free(ask);
		return error;
	}
	*ret_handle = ask;
	return 0;
}

static void cancel_foreign(void *context, void *handle)
{
	struct seat_ask *ask = handle;
	foreign_ask_cancel(ask->foreign);
	free(ask);
}

// Where perspectives and their resolvers are, in the form in which quorum/ measures; made from the configuration, whose
// texts they borrow.
struct places {
	struct generation *generation;
	struct perspective_resolver own[CONFIG_RESOLVERS_MAX];
	struct perspective_resolver remotes[CONFIG_PERSPECTIVES_MAX][CONFIG_RESOLVERS_MAX];
};

static enum region region_of(const char *rir)
{
	enum region region = REGION_UNKNOWN;
	int error = region_parse(rir, &region);
	return error == 0 ? region : REGION_UNKNOWN;
}

static size_t place_resolvers(const struct config_resolver *from, unsigned count,
			      struct perspective_resolver *resolvers)
{
	for (unsigned i = 0; i < count; i++) {
		resolvers[i] = (struct perspective_resolver) {
			.id = from[i].address,
			.region = region_of(from[i].rir),
			.place = {from[i].latitude, from[i].longitude},
		};
	}
	return count;
}

static struct perspective own_facts(struct places *places)
{
	const struct config_location *from = &places->generation->configuration.config->perspective;
	return (struct perspective) {
		.name = from->name,
		.code = from->name,
		.region = region_of(from->rir),
		.place = {from->latitude, from->longitude},
		.resolvers = places->own,
		.resolver_count =
			place_resolvers(from->resolvers, from->resolver_count, places->own),
	};
}

static struct perspective remote_facts(struct places *places, const struct remote *remote,
				       size_t index)
{
	const struct config_perspective *from = remote->config;
	return (struct perspective) {
		.name = from->name,
		.code = from->name,
		.region = region_of(from->rir),
		.place = {from->latitude, from->longitude},
		.resolvers = places->remotes[index],
		.resolver_count = place_resolvers(from->resolvers, from->resolver_count,
						  places->remotes[index]),
	};
}

static void on_panel_free(void *context)
{
	struct places *places = context;
	generation_release(places->generation);
	free(places);
}

struct order_panel *order_panel_of_remotes(struct generation *generation, const size_t *indices,
					   size_t count)
{
	struct order_perspective remotes[CONFIG_PERSPECTIVES_MAX];
	struct places *places = calloc(1, sizeof(*places));
	if (places == NULL) {
		return NULL;
	}
	places->generation = generation_acquire(generation);
	struct order_panel_config config = {
		.primary = {.facts = own_facts(places),
			    .context = generation,
			    .ask = ask_own,
			    .cancel = cancel_own},
		.remotes = remotes,
		.dcv = generation->configuration.config->dcv.switches,
		.on_free = on_panel_free,
		.context = places,
	};
	for (size_t i = 0; i < count; i++) {
		struct remote *remote = &generation->remotes.remotes[indices[i]];
		remotes[config.remote_count++] = (struct order_perspective) {
			.facts = remote_facts(places, remote, indices[i]),
			.context = remote,
			.ask = remote->foreign != NULL ? ask_foreign : ask_remote,
			.cancel = remote->foreign != NULL ? cancel_foreign : cancel_remote};
	}
	struct order_panel *panel = order_panel_create(&config);
	if (panel == NULL) {
		on_panel_free(places);
	}
	return panel;
}

struct order_panel *order_panel_of(struct generation *generation)
{
	size_t indices[CONFIG_PERSPECTIVES_MAX];
	size_t count = 0;
	for (size_t i = 0; i < generation->remotes.count; i++) {
		if (!generation->remotes.remotes[i].is_draining) {
			indices[count++] = i;
		}
	}
	return order_panel_of_remotes(generation, indices, count);
}
