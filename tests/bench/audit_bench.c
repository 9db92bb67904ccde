// SPDX-License-Identifier: BSD-3-Clause
// Records a second into the audit log: all that waits in one commit, beside one commit a record, in the same run on
// the same disk. Not part of the test suite:
//
//   build/tests/bench/audit_bench [RECORDS [FOLDER]]

#include "audit/audit_log.h"

#include <event2/event.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

struct bench {
	struct audit_log *log;
	struct event_base *base;
	uint64_t wanted;
	uint64_t appended;
	uint64_t committed;
	unsigned in_flight_max;
	int error;
};

static double now_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu_s(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

// As a check with DNS evidence is: about 600 octets.
static json_t *make_body(uint64_t number)
{
	char order[40];
	char identifier[64];
	snprintf(order, sizeof(order), "0198a7f2-%08" PRIx64, number / 60);
	snprintf(identifier, sizeof(identifier), "host-%" PRIu64 ".example.test", number / 12);
	return json_pack(
		"{s:s, s:s, s:s, s:n, s:s, s:s, s:i, s:s, s:s, s:[], s:{s:s, s:s, s:s, s:s, "
		"s:[s]}}",
		"order_id", order, "perspective", "perspective-3", "identifier", identifier, "adn",
		"method", "dns-01", "check", "dcv", "attempt", 1, "result", "pass", "signature",
		"MEUCIQDk8h0n7o3b6n2cJ0j9X4oQyU7m1cJ5Qv5Zr8u3nqTzXQIgYl0o3b6n2cJ0j9X4oQyU7m1cJ5Qv5"
		"Zr8u3nqTzXQ==",
		"traces", "evidence", "server", "192.0.2.53", "transport", "udp", "rcode",
		"NOERROR", "dnssec", "secure", "records",
		"gfj9Xq1Rr0b0Hq8e7wq7fVYl2Jt8cV7m0g3a9l2k8Zo");
}

static void append_more(struct bench *bench);

static void on_committed(int status, void *context)
{
	struct bench *bench = context;
	bench->error = status != 0 ? status : bench->error;
	bench->committed++;
	if (bench->committed == bench->wanted || bench->error != 0) {
		event_base_loopbreak(bench->base);
		return;
	}
	append_more(bench);
}

static void append_more(struct bench *bench)
{
	while (bench->appended < bench->wanted && bench->error == 0 &&
	       bench->appended - bench->committed < bench->in_flight_max) {
		struct audit_fault fault;
		json_t *body = make_body(bench->appended);
		struct audit_record record = {.kind = AUDIT_KIND_CHECK,
					      .time_us = (int64_t)bench->appended,
					      .body = body};
		bench->error = audit_append(bench->log, &record, on_committed, bench, &fault);
		bench->appended++;
		json_decref(body);
	}
}

static int measure(const char *name, const char *folder, uint64_t records, unsigned in_flight_max)
{
	char path[256];
	struct audit_fault fault = {0};
	struct audit_log_status status = {0};
	struct bench bench = {.wanted = records, .in_flight_max = in_flight_max};
	snprintf(path, sizeof(path), "%s/audit_bench_%s_%d.db", folder, name, (int)getpid());
	bench.base = event_base_new();
	struct audit_log_config config = {.path = path, .base = bench.base, .version = "bench"};
	if (bench.base == NULL || audit_log_open(&config, &bench.log, &fault) != 0) {
		fprintf(stderr, "audit_bench: %s\n", fault.text);
		return EXIT_FAILURE;
	}
	double begin_s = now_s();
	double begin_cpu_s = cpu_s();
	append_more(&bench);
	event_base_dispatch(bench.base);
	double elapsed_s = now_s() - begin_s;
	audit_log_status(bench.log, &status);
	printf("%-6s %9.0f records/s %9.0f commits/s %6.1f records/commit %6.1f us CPU/record\n",
	       name, (double)bench.committed / elapsed_s, (double)status.commit_count / elapsed_s,
	       (double)status.committed_count / (double)status.commit_count,
	       (cpu_s() - begin_cpu_s) * 1e6 / (double)bench.committed);
	if (bench.error != 0) {
		fprintf(stderr, "audit_bench: %s\n", status.fault.text);
	}
	audit_log_close(bench.log);
	event_base_free(bench.base);
	unlink(path);
	return bench.error == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	uint64_t records = argc > 1 ? strtoull(argv[1], NULL, 10) : 200000;
	const char *folder = argc > 2 ? argv[2] : ".";
	struct utsname machine;
	uname(&machine);
	printf("%s %s %s, %ld processors: %s %" PRIu64 " %s\n", machine.sysname, machine.release,
	       machine.machine, sysconf(_SC_NPROCESSORS_ONLN), argv[0], records, folder);
	int group = measure("group", folder, records, 4096);
	int single = measure("single", folder, records / 40 + 1, 1);
	return group == EXIT_SUCCESS ? single : group;
}
