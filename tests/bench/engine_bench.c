// SPDX-License-Identifier: BSD-3-Clause
// What a look-up costs a worker, stage by stage, with everything on that production has: jobs and results through a
// lane, random port, ID and case, checksums, timers, acceptance rules. There is no port: packets are written to and
// read from plain memory, a burst at a time. Prints time stamp counter cycles per look-up, medians over short chunks,
// because the machine may be shared, and the memory that look-ups in flight take. Not part of the test suite:
//
//   build/tests/bench/engine_bench [-n IN_FLIGHT] [-t LOOKUPS] [-s SERVERS] [-w WORKERS] [-q]

#include "engine_stages.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#define CHUNK_TURNS 64
#define CHUNK_LOOKUPS (CHUNK_TURNS * ENGINE_BURST)
#define CHUNKS_MAX 65536
#define WORKERS_MAX 2
#define IN_FLIGHT_MAX (4u << 20)

struct chunk {
	uint32_t cycles[STAGE_COUNT]; // per look-up, in 1/16
};

struct bench_worker {
	pthread_t thread;
	struct engine engine;
	struct engine_config config;
	struct chunk *chunks;
	unsigned chunk_count;
	uint64_t resident_bytes; // by look-ups in flight
	pthread_barrier_t *start;
	const char *error;
};

static const struct {
	const char *text;
	bool is_worker;
} stages[STAGE_COUNT] = {
#define STAGE_TEXT(name, text, is_worker) [STAGE_##name] = {text, is_worker},
	ENGINE_STAGES(STAGE_TEXT)
#undef STAGE_TEXT
};

static uint64_t resident_bytes(void)
{
	char line[128];
	unsigned long long pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");
	if (file != NULL) {
		if (fgets(line, sizeof(line), file) != NULL) {
			pages = strtoull(line + strcspn(line, " "), NULL, 10); // the second number
		}
		fclose(file);
	}
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void pin(unsigned worker)
{
	cpu_set_t cpus;
	CPU_ZERO(&cpus);
	CPU_SET(worker, &cpus);
	(void)!pthread_setaffinity_np(pthread_self(), sizeof(cpus), &cpus);
}

static void measure(struct bench_worker *worker)
{
	struct engine *engine = &worker->engine;
	for (unsigned i = 0; i < worker->chunk_count; i++) {
		memset(engine->cycles, 0, sizeof(engine->cycles));
		uint64_t before = engine->collected;
		for (unsigned turn = 0; turn < CHUNK_TURNS; turn++) {
			engine_turn(engine);
		}
		uint64_t done = engine->collected - before;
		struct chunk *chunk = &worker->chunks[i];
		for (unsigned stage = 0; stage < STAGE_COUNT; stage++) {
			chunk->cycles[stage] =
				(uint32_t)(engine->cycles[stage] * 16 / (done > 0 ? done : 1));
		}
	}
}

static void *worker_run(void *context)
{
	struct bench_worker *worker = context;
	struct engine *engine = &worker->engine;
	pin(worker->config.worker);
	bool is_started = engine_start(engine, &worker->config);
	uint64_t before = resident_bytes();
	bool is_full = is_started && engine_fill(engine);
	uint64_t after = resident_bytes();
	worker->resident_bytes = after > before ? after - before : 0;
	// Until every place was used and timers run out as fast as new ones are set, after 50 of 20 ms.
	uint64_t warm_until = engine->collected + 3ull * engine->config.in_flight + CHUNK_LOOKUPS;
	while (is_full && engine->collected < warm_until) {
		engine_turn(engine);
	}
	pthread_barrier_wait(worker->start);
	if (!is_full) {
		worker->error = is_started ? "the window does not open" : "out of memory";
		return NULL;
	}
	measure(worker);
	engine_drain(engine);
	if (engine->bad_results > 0 || engine->collected != engine->submitted ||
	    engine->counters.packets_by_reason[PLX_DROP_ACCEPTED] != engine->submitted) {
		worker->error = "look-ups went wrong";
	}
	engine_stop(engine);
	return NULL;
}

static int compare_u32(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a;
	uint32_t right = *(const uint32_t *)b;
	return left < right ? -1 : left > right;
}

struct spread {
	double best; // the tenth percentile
	double median;
};

static struct spread spread_of(const struct bench_worker *worker, unsigned stage)
{
	static uint32_t values[CHUNKS_MAX];
	for (unsigned i = 0; i < worker->chunk_count; i++) {
		values[i] = worker->chunks[i].cycles[stage];
	}
	qsort(values, worker->chunk_count, sizeof(values[0]), compare_u32);
	return (struct spread) {.best = values[worker->chunk_count / 10] / 16.0,
				.median = values[worker->chunk_count / 2] / 16.0};
}

// Of the worker's stages. A sum per chunk would tell of whoever else ran on the processor meanwhile: hardly a chunk is
// undisturbed in all of its stages.
static struct spread spread_of_worker(const struct bench_worker *worker)
{
	struct spread sum = {0};
	for (unsigned stage = 0; stage < STAGE_COUNT; stage++) {
		if (stages[stage].is_worker) {
			struct spread spread = spread_of(worker, stage);
			sum.best += spread.best;
			sum.median += spread.median;
		}
	}
	return sum;
}

static uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static double cycles_per_ns(void)
{
	uint64_t start_ns = now_ns();
	uint64_t start = __rdtsc();
	while (now_ns() - start_ns < 20 * 1000 * 1000) {
	}
	return (double)(__rdtsc() - start) / (double)(now_ns() - start_ns);
}

static void print_worker(const struct bench_worker *worker, double ghz)
{
	printf("| worker %u, %u in flight | cycles | best |\n|---|---|---|\n",
	       worker->config.worker, worker->config.in_flight);
	for (unsigned stage = 0; stage < STAGE_COUNT; stage++) {
		struct spread spread = spread_of(worker, stage);
		printf("| %s%s%s | %.0f | %.0f |\n", stages[stage].is_worker ? "" : "_",
		       stages[stage].text, stages[stage].is_worker ? "" : "_", spread.median,
		       spread.best);
	}
	struct spread sum = spread_of_worker(worker);
	printf("| **worker** | **%.0f** | **%.0f** |\n\n", sum.median, sum.best);
	printf("%.1f ns a look-up, %.2f million a second; %" PRIu64
	       " octets of memory for each in flight\n\n",
	       sum.median / ghz, ghz * 1e3 / sum.median,
	       worker->resident_bytes / worker->config.in_flight);
}

static uint32_t number_read(const char *text, uint32_t max)
{
	char *end;
	errno = 0;
	unsigned long value = strtoul(text, &end, 10);
	if (errno != 0 || *end != '\0' || value == 0 || value > max) {
		fprintf(stderr, "engine_bench: %s: give a number from 1 to %u\n", text, max);
		exit(1);
	}
	return (uint32_t)value;
}

static int run(struct bench_worker *workers, unsigned count, double ghz, bool is_quiet)
{
	pthread_barrier_t start;
	pthread_barrier_init(&start, NULL, count);
	for (unsigned i = 0; i < count; i++) {
		workers[i].start = &start;
		if (pthread_create(&workers[i].thread, NULL, worker_run, &workers[i]) != 0) {
			perror("engine_bench: thread");
			return 1;
		}
	}
	int status = 0;
	for (unsigned i = 0; i < count; i++) {
		pthread_join(workers[i].thread, NULL);
		if (workers[i].error != NULL) {
			fprintf(stderr, "engine_bench: %s\n", workers[i].error);
			status = 1;
		} else if (is_quiet) {
			struct spread sum = spread_of_worker(&workers[i]);
			printf("%u in flight: %.0f cycles, best %.0f\n",
			       workers[i].config.in_flight, sum.median, sum.best);
		} else {
			print_worker(&workers[i], ghz);
		}
	}
	return status;
}

int main(int argc, char **argv)
{
	static struct bench_worker workers[WORKERS_MAX];
	uint32_t in_flight = 1024;
	uint32_t lookups = 4u << 20;
	uint32_t servers = 1;
	uint32_t worker_count = 1;
	bool is_quiet = false;
	int option;
	while ((option = getopt(argc, argv, "n:t:s:w:q")) != -1) {
		switch (option) {
		case 'n':
			in_flight = number_read(optarg, IN_FLIGHT_MAX);
			break;
		case 't':
			lookups = number_read(optarg, CHUNKS_MAX * CHUNK_LOOKUPS);
			break;
		case 's':
			servers = number_read(optarg, ENGINE_UPSTREAMS_MAX);
			break;
		case 'w':
			worker_count = number_read(optarg, WORKERS_MAX);
			break;
		case 'q':
			is_quiet = true;
			break;
		default:
			fprintf(stderr, "usage: engine_bench [-n IN_FLIGHT] [-t LOOKUPS] [-s "
					"SERVERS] [-w WORKERS] [-q]\n");
			return 1;
		}
	}
	unsigned chunk_count = (lookups + CHUNK_LOOKUPS - 1) / CHUNK_LOOKUPS;
	for (unsigned i = 0; i < worker_count; i++) {
		workers[i].config = (struct engine_config) {
			.in_flight = in_flight,
			.worker = (uint16_t)i,
			.worker_count = (uint16_t)worker_count,
			.upstream_count = (uint8_t)servers,
		};
		workers[i].chunk_count = chunk_count;
		workers[i].chunks = calloc(chunk_count, sizeof(*workers[i].chunks));
		if (workers[i].chunks == NULL) {
			perror("engine_bench");
			return 1;
		}
	}
	return run(workers, worker_count, cycles_per_ns(), is_quiet);
}
