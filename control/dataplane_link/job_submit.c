// SPDX-License-Identifier: BSD-3-Clause
// From the caller's job to the ring of the worker that owns its name.

#include "dataplane_link/client_state.h"

#include <errno.h>

#define JOBS_PER_BATCH 32 // jobs published with one store, and at most one kick

static int job_send(struct plx_client *client, uint32_t index, const struct plx_job *job)
{
	struct worker_link *worker = &client->connection.workers[index];
	uint8_t *room = plx_ring_reserve(&worker->jobs, plx_job_record_bytes(job));
	if (room == NULL) {
		return worker->jobs.is_corrupt ? PLX_ERR_RING_CORRUPT : -EAGAIN;
	}
	uint64_t tag = outstanding_add(&client->outstanding, job->tag, plx_job_qtype(job),
				       (uint16_t)index);
	(void)plx_job_write_tagged(job, tag, room);
	worker->unpublished++;
	return 0;
}

int plx_client_submit(struct plx_client *client, const struct plx_job *job)
{
	struct connection *connection = &client->connection;
	if (connection->state != CONNECTION_ATTACHED) {
		return -ENOTCONN;
	}
	int error = plx_job_check(job); // one that the worker would refuse would never be answered
	if (error != 0) {
		return error;
	}
	if (outstanding_is_full(&client->outstanding)) {
		return -EAGAIN;
	}
	uint32_t index = plx_region_worker_of(&connection->region.worker_key, &job->name,
					      connection->region.worker_count);
	struct worker_link *worker = &connection->workers[index];
	if (worker->heartbeat.is_silent) {
		return -ENOTCONN;
	}
	error = job_send(client, index, job);
	if (error == PLX_ERR_RING_CORRUPT) {
		connection_abandon(connection);
		return -ENOTCONN;
	}
	if (worker->unpublished == JOBS_PER_BATCH || error == -EAGAIN) {
		connection_publish(worker);
	}
	return error;
}

void plx_client_flush(struct plx_client *client)
{
	struct connection *connection = &client->connection;
	if (connection->state != CONNECTION_ATTACHED) {
		return;
	}
	for (uint32_t i = 0; i < connection->region.worker_count; i++) {
		connection_publish(&connection->workers[i]);
	}
}
