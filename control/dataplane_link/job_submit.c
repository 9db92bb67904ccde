// SPDX-License-Identifier: BSD-3-Clause
// From the caller's job to the ring of the worker that owns its name.

#include "dataplane_link/client_state.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define JOBS_PER_BATCH 32 // jobs published with one store, and at most one kick

// Checked by the same code that the worker uses: a job that it would refuse would never be answered.
static int job_check(const struct plx_job *job, struct plx_job *ret_wire_job)
{
	uint8_t record[PLX_JOB_RECORD_MAX];
	size_t length = plx_job_write(job, record);
	return plx_job_read(record, length, ret_wire_job);
}

static int job_send(struct plx_client *client, uint32_t index, struct plx_job *wire_job)
{
	struct worker_link *worker = &client->connection.workers[index];
	uint32_t length = PLX_JOB_RECORD_MAX - PLX_NAME_MAX + wire_job->name.length;
	uint8_t *room = plx_ring_reserve(&worker->jobs, length);
	if (room == NULL) {
		return worker->jobs.is_corrupt ? PLX_ERR_RING_CORRUPT : -EAGAIN;
	}
	wire_job->tag = outstanding_add(&client->outstanding, wire_job->tag, wire_job->qtype,
					(uint16_t)index);
	uint8_t record[PLX_JOB_RECORD_MAX];
	size_t written = plx_job_write(wire_job, record);
	assert(written == length);
	(void)written; // under NDEBUG
	memcpy(room, record, length);
	worker->unpublished++;
	return 0;
}

int plx_client_submit(struct plx_client *client, const struct plx_job *job)
{
	struct connection *connection = &client->connection;
	if (connection->state != CONNECTION_ATTACHED) {
		return -ENOTCONN;
	}
	struct plx_job wire_job;
	int error = job_check(job, &wire_job);
	if (error != 0) {
		return error;
	}
	if (outstanding_is_full(&client->outstanding)) {
		return -EAGAIN;
	}
	uint32_t index = plx_region_worker_of(&connection->region.worker_key, &wire_job.name,
					      connection->region.worker_count);
	struct worker_link *worker = &connection->workers[index];
	if (worker->heartbeat.is_silent) {
		return -ENOTCONN;
	}
	error = job_send(client, index, &wire_job);
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
