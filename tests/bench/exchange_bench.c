// SPDX-License-Identifier: BSD-3-Clause
// How many jobs a second go through a job ring and come back as results, client thread to worker thread, with real
// records and lanes but without any DNS. Prints the machine with the figure. Not part of the test suite:
//
//   build/tests/bench/exchange_bench [JOBS [WINDOW [BODY_OCTETS]]]

#include <parallax/exchange/region_layout.h>

#include "exchange/exchange_lane.h"
#include "exchange/lane_state.h"
#include "exchange/region_create.h"

#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/socket.h>

#define BATCH 32u
#define BODY_MAX 4096u

struct bench {
	struct region region;
	struct exchange_lane lane;
	uint64_t job_count;
	uint32_t window;
	uint32_t body_length;
};

// Both ends poll: this measures the rings, not the scheduler. A yield keeps it fair where they share a core.
static void rest(void)
{
	sched_yield();
}

static void *worker_run(void *context)
{
	struct bench *bench = context;
	static const uint8_t body[BODY_MAX];
	uint64_t served = 0;
	while (served < bench->job_count) {
		unsigned taken = 0;
		struct plx_job job;
		while (taken < BATCH && exchange_lane_peek(&bench->lane, &job) == 1) {
			const struct plx_result result = {.tag = job.tag,
							  .qtype = job.qtype,
							  .body_length = bench->body_length,
							  .status = PLX_STATUS_ANSWERED};
			if (!exchange_lane_deliver(&bench->lane, &result, body)) {
				break;
			}
			exchange_lane_take(&bench->lane);
			taken++;
		}
		exchange_lane_flush(&bench->lane);
		served += taken;
		if (taken == 0) {
			rest();
		}
	}
	return NULL;
}

struct client {
	struct plx_ring_producer jobs;
	struct plx_ring_consumer results;
	uint64_t submitted;
	uint64_t collected;
	uint8_t record[PLX_RESULT_RECORD_MAX];
};

static unsigned client_submit(struct bench *bench, struct client *client, struct plx_job *job)
{
	unsigned count = 0;
	while (count < BATCH && client->submitted < bench->job_count &&
	       client->submitted - client->collected < bench->window) {
		uint8_t record[PLX_JOB_RECORD_MAX];
		job->tag = client->submitted;
		size_t length = plx_job_write(job, record);
		uint8_t *room = plx_ring_reserve(&client->jobs, (uint32_t)length);
		if (room == NULL) {
			break;
		}
		memcpy(room, record, length);
		client->submitted++;
		count++;
	}
	return count + plx_ring_publish(&client->jobs);
}

static unsigned client_collect(struct client *client)
{
	unsigned count = 0;
	uint32_t length;
	while (count < BATCH && plx_ring_peek(&client->results, client->record,
					      sizeof(client->record), &length) == 1) {
		struct plx_result result;
		memcpy(&result, client->record, sizeof(result));
		if (result.tag != client->collected) {
			fprintf(stderr,
				"exchange_bench: result %" PRIu64 " came for job %" PRIu64 "\n",
				result.tag, client->collected);
			exit(2);
		}
		plx_ring_take(&client->results);
		client->collected++;
		count++;
	}
	return count + plx_ring_release(&client->results);
}

static void client_run(struct bench *bench, struct client *client)
{
	struct plx_job job = {.kind = PLX_JOB_LOOKUP, .qtype = 257};
	if (plx_name_parse("www.customer-4711.example.test", 30, &job.name) != 0) {
		abort();
	}
	while (client->collected < bench->job_count) {
		unsigned done = client_submit(bench, client, &job);
		done += client_collect(client);
		if (done == 0) {
			rest();
		}
	}
}

static uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void machine_print(void)
{
	char line[256];
	FILE *file = fopen("/proc/cpuinfo", "re");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, "model name", 10) == 0) {
			printf("machine  %ld cpus,%s", sysconf(_SC_NPROCESSORS_ONLN),
			       strchr(line, ':') + 1);
			break;
		}
	}
	if (file != NULL) {
		fclose(file);
	}
}

static uint32_t argument_read(int argc, char **argv, int index, uint32_t otherwise, uint32_t max)
{
	if (index >= argc) {
		return otherwise;
	}
	char *end;
	unsigned long value = strtoul(argv[index], &end, 10);
	if (*end != '\0' || value == 0 || value > max) {
		fprintf(stderr, "exchange_bench: %s: give a number from 1 to %u\n", argv[index],
			max);
		exit(1);
	}
	return (uint32_t)value;
}

int main(int argc, char **argv)
{
	static struct bench bench;
	static struct client client;
	bench.job_count = argument_read(argc, argv, 1, 10000000, UINT32_MAX);
	bench.window = argument_read(argc, argv, 2, 65536, PLX_JOB_RING_BYTES);
	bench.body_length = argument_read(argc, argv, 3, 80, BODY_MAX);
	const struct plx_siphash_key key = {0};
	// Neither side ever sleeps here, so that nothing is ever sent on it.
	int wake_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const struct exchange_lane_wake wake = {wake_fd, wake_fd};
	if (wake_fd < 0 || region_create(1, &key, &bench.region) != 0) {
		perror("exchange_bench: memory");
		return 1;
	}
	struct plx_region_worker *rings = plx_region_worker(bench.region.base, 0);
	exchange_lane_init(&bench.lane, bench.region.base, 0, 0, PLX_PRIORITY_BULK, wake);
	plx_ring_producer_init(&client.jobs, &rings->jobs,
			       plx_region_job_bytes(bench.region.base, 0), PLX_JOB_RING_BYTES);
	plx_ring_consumer_init(&client.results, &rings->results,
			       plx_region_result_bytes(bench.region.base, 0),
			       PLX_RESULT_RING_BYTES);
	pthread_t worker;
	if (pthread_create(&worker, NULL, worker_run, &bench) != 0) {
		perror("exchange_bench: thread");
		return 1;
	}
	uint64_t start_ns = now_ns();
	client_run(&bench, &client);
	double seconds = (double)(now_ns() - start_ns) / 1e9;
	pthread_join(worker, NULL);
	machine_print();
	printf("jobs     %" PRIu64 ", window %u, result body %u octets\n", bench.job_count,
	       bench.window, bench.body_length);
	printf("rate     %.2f million jobs/s there and back, %.0f ns each\n",
	       (double)bench.job_count / seconds / 1e6, seconds * 1e9 / (double)bench.job_count);
	region_destroy(&bench.region);
	close(wake_fd);
	return 0;
}
