// SPDX-License-Identifier: BSD-3-Clause
// From the result rings, or from the end of the dataplane, to the caller: every look-up exactly once.

#include "dataplane_link/client_state.h"

#include <parallax/exchange/wake_event.h>

#include <string.h>

#define RESULTS_PER_RELEASE 64 // taken before the worker gets their room back

struct collection {
	struct plx_client *client;
	plx_result_cb callback;
	void *context;
	unsigned left;
};

// The record is a private copy. Enums are checked because callers index tables with them; the body is checked by
// plx_result_open.
static bool result_is_valid(const struct plx_result *result, uint32_t record_length)
{
	return record_length == sizeof(*result) + (uint64_t)result->body_length &&
	       result->status > PLX_STATUS_NOT_EVALUATED && result->status < PLX_STATUS_COUNT &&
	       result->dnssec < PLX_DNSSEC_COUNT && result->transport < PLX_TRANSPORT_COUNT &&
	       result->cause < PLX_CAUSE_COUNT;
}

static void result_hand_over(struct collection *collection, struct worker_link *worker,
			     struct plx_result *result)
{
	struct plx_client *client = collection->client;
	uint64_t user_tag;
	// Closed before the callback, which may submit the next job into the same place.
	uint16_t index = (uint16_t)(worker - client->connection.workers);
	if (!outstanding_remove(&client->outstanding, result->tag, index, &user_tag)) {
		bool is_late = worker->late_expected > 0;
		worker->late_expected -= is_late;
		client->late_results += is_late;
		client->stray_results += !is_late;
		return;
	}
	result->tag = user_tag;
	collection->left--;
	collection->callback(collection->context, result, client->record + sizeof(*result));
}

// One result of a worker. False: none is there.
static bool result_take(struct collection *collection, struct worker_link *worker)
{
	struct plx_client *client = collection->client;
	uint32_t length;
	int found = plx_ring_peek(&worker->results, client->record, PLX_RESULT_RECORD_MAX, &length);
	if (found <= 0) {
		return false;
	}
	struct plx_result result;
	if (length >= sizeof(result) && length <= PLX_RESULT_RECORD_MAX) {
		memcpy(&result, client->record, sizeof(result));
		if (result_is_valid(&result, length)) {
			plx_ring_take(&worker->results);
			result_hand_over(collection, worker, &result);
			return true;
		}
	}
	worker->results.is_corrupt = true;
	return false;
}

static void release_results(struct worker_link *worker)
{
	if (plx_ring_release(&worker->results)) {
		plx_wake_event_kick(worker->wake_fd);
	}
}

static void collect_worker(struct collection *collection, struct worker_link *worker)
{
	unsigned unreleased = 0;
	while (collection->left > 0 && result_take(collection, worker)) {
		unreleased++;
		if (unreleased == RESULTS_PER_RELEASE) {
			release_results(worker);
			unreleased = 0;
		}
	}
	release_results(worker);
}

static void collect_rings(struct collection *collection)
{
	struct plx_client *client = collection->client;
	struct connection *connection = &client->connection;
	uint32_t worker_count = connection->region.worker_count;
	bool is_corrupt = false;
	for (uint32_t i = 0; i < worker_count && collection->left > 0; i++) {
		// Starting with another worker each time: `max` never starves one.
		struct worker_link *worker =
			&connection->workers[client->next_worker % worker_count];
		client->next_worker++;
		plx_ring_consumer_awake(&worker->results);
		collect_worker(collection, worker);
		is_corrupt |= worker->results.is_corrupt;
	}
	if (is_corrupt && connection->state == CONNECTION_ATTACHED) {
		connection_abandon(connection);
	}
}

static void collect_lost(struct collection *collection)
{
	struct plx_client *client = collection->client;
	struct plx_result result = {
		.time_ns = client->connection.lost_time_ns,
		.status = PLX_STATUS_LOST,
		.cause = PLX_CAUSE_DATAPLANE_LOST,
	};
	while (collection->left > 0 &&
	       outstanding_remove_next(&client->outstanding, OUTSTANDING_ANY_WORKER,
				       &client->lost_cursor, &result.tag, &result.qtype)) {
		collection->left--;
		collection->callback(collection->context, &result, client->record);
	}
}

static void collect_silent_worker(struct collection *collection, uint16_t index)
{
	struct plx_client *client = collection->client;
	struct worker_link *worker = &client->connection.workers[index];
	struct plx_result result = {
		.time_ns = connection_realtime_ns(),
		.status = PLX_STATUS_LOST,
		.cause = PLX_CAUSE_DATAPLANE_SILENT,
	};
	while (collection->left > 0 &&
	       outstanding_remove_next(&client->outstanding, index, &worker->end_cursor,
				       &result.tag, &result.qtype)) {
		worker->late_expected++;
		collection->left--;
		collection->callback(collection->context, &result, client->record);
	}
}

// The rings were empty: what silent workers have not answered is lost.
static void collect_silent(struct collection *collection)
{
	struct connection *connection = &collection->client->connection;
	if (connection->state != CONNECTION_ATTACHED || connection->silent_workers == 0) {
		return;
	}
	for (uint32_t i = 0; i < connection->region.worker_count; i++) {
		if (connection->workers[i].heartbeat.is_silent) {
			collect_silent_worker(collection, (uint16_t)i);
		}
	}
	if (collection->left == 0) {
		connection_wake_self(connection); // there may be more of them
	}
}

// Nothing was in the rings: has the connection changed? Then looks once more, because workers may have published
// before the dataplane ended or before they saw that we sleep.
static void collect_idle(struct collection *collection)
{
	struct plx_client *client = collection->client;
	struct connection *connection = &client->connection;
	// No time is spent waiting, so that a signal (-EINTR) cannot matter.
	int error = connection_step(connection, &client->identity, 0);
	(void)error;
	connection_drain_kick(connection);
	if (connection->state == CONNECTION_DRAINING) {
		collect_rings(collection);
	} else if (connection->state == CONNECTION_ATTACHED &&
		   connection_announce_sleep(connection)) {
		// The kick for these is drained, or there was none, and looking at them withdraws the
		// announcement: nobody would kick for the next.
		connection_wake_self(connection);
		collect_rings(collection);
	}
}

unsigned plx_client_collect(struct plx_client *client, unsigned max, plx_result_cb callback,
			    void *context)
{
	struct collection collection = {
		.client = client, .callback = callback, .context = context, .left = max};
	connection_drain_kick(&client->connection);
	collect_rings(&collection);
	if (collection.left == max) {
		collect_idle(&collection);
	}
	if (collection.left > 0) {
		collect_silent(&collection);
	}
	client_settle(client);
	if (client->connection.state == CONNECTION_LOST) {
		collect_lost(&collection);
		client_settle(client);
	}
	return max - collection.left;
}
