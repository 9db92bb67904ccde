// SPDX-License-Identifier: BSD-3-Clause
// How long the audit log takes to be opened and reported on, for logs of the same size in different shapes: many orders
// for one name, and few orders of a thousand names. Not part of the test suite:
//
//   build/tests/bench/audit_report_bench [ORDERS [FOLDER]]

#include "audit/audit_log.h"
#include "audit/audit_reader.h"
#include "audit/audit_report.h"

#include <event2/event.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define PERSPECTIVES 6
#define RECORDS_OF_CHECK (PERSPECTIVES + 1) // and its quorum
#define RECORDS_OF_NAME (2 * RECORDS_OF_CHECK)
#define IN_FLIGHT_MAX 4096

struct shape {
	const char *name;
	uint64_t orders;
	unsigned names_per_order;
};

struct bench {
	struct shape shape;
	struct audit_log *log;
	struct event_base *base;
	uint64_t wanted;
	uint64_t appended;
	uint64_t committed;
	int error;
};

static double now_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static json_t *perspective_names(void)
{
	json_t *names = json_array();
	for (unsigned i = 0; i < PERSPECTIVES; i++) {
		json_array_append_new(names, json_sprintf("perspective-%u", i));
	}
	return names;
}

static json_t *identifier_name(unsigned number)
{
	return json_sprintf("host-%u.example.test", number);
}

static json_t *order_body(const struct shape *shape, const char *order_id)
{
	json_t *identifiers = json_array();
	for (unsigned i = 0; i < shape->names_per_order; i++) {
		json_array_append_new(identifiers,
				      json_pack("{s:o, s:s, s:i, s:[{s:o, s:o}]}", "identifier",
						identifier_name(i), "decision", "pass",
						"check_count", 2 * PERSPECTIVES, "attempts", "dcv",
						perspective_names(), "caa", perspective_names()));
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "order_id", order_id, "profile", "tls",
			 "mode", "enforce", "decision", "issue", "enforced_decision", "issue",
			 "identifiers", identifiers);
}

// The checks of each name, then their quorum; after all names the order.
static json_t *make_body(const struct shape *shape, uint64_t number, enum audit_kind *ret_kind)
{
	uint64_t order_records = (uint64_t)shape->names_per_order * RECORDS_OF_NAME + 1;
	unsigned rest = (unsigned)(number % order_records);
	unsigned place = rest % RECORDS_OF_NAME;
	const char *check = place < RECORDS_OF_CHECK ? "dcv" : "caa";
	unsigned perspective = place % RECORDS_OF_CHECK;
	char order_id[40];
	snprintf(order_id, sizeof(order_id), "0198a7f2-%08" PRIx64, number / order_records);
	if (rest == order_records - 1) {
		*ret_kind = AUDIT_KIND_ORDER;
		return order_body(shape, order_id);
	}
	json_t *name = identifier_name(rest / RECORDS_OF_NAME);
	if (perspective == PERSPECTIVES) {
		*ret_kind = AUDIT_KIND_QUORUM;
		return json_pack("{s:s, s:o, s:s, s:i, s:s, s:s}", "order_id", order_id,
				 "identifier", name, "check", check, "attempt", 1, "quorum", "5/5",
				 "result", "pass");
	}
	*ret_kind = AUDIT_KIND_CHECK;
	return json_pack(
		"{s:s, s:o, s:o, s:n, s:s, s:s, s:i, s:s, s:s, s:[], s:{s:s, s:s}}", "order_id",
		order_id, "perspective", json_sprintf("perspective-%u", perspective), "identifier",
		name, "adn", "method", "3.2.2.4.7", "check", check, "attempt", 1, "result",
		place < RECORDS_OF_CHECK ? "pass" : "permit", "signature", "b64:c2lnbmF0dXJl",
		"traces", "evidence", "rcode", "NOERROR", "dnssec", "secure");
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
	       bench->appended - bench->committed < IN_FLIGHT_MAX) {
		struct audit_fault fault;
		struct audit_record record = {.time_us = (int64_t)bench->appended};
		json_t *body = make_body(&bench->shape, bench->appended, &record.kind);
		record.body = body;
		bench->error = audit_append(bench->log, &record, on_committed, bench, &fault);
		bench->appended++;
		json_decref(body);
	}
}

static int open_log(struct bench *bench, const char *path, double *ret_s)
{
	struct audit_fault fault = {0};
	struct audit_log_config config = {.path = path, .base = bench->base, .version = "bench"};
	double begin_s = now_s();
	int error = audit_log_open(&config, &bench->log, &fault);
	*ret_s = now_s() - begin_s;
	if (error != 0) {
		fprintf(stderr, "audit_report_bench: %s\n", fault.text);
	}
	return error;
}

static int report(const char *path, struct audit_report_totals *ret_totals, double *ret_s)
{
	struct audit_fault fault = {0};
	struct audit_reader *reader = NULL;
	double begin_s = now_s();
	int error = audit_reader_open(path, &reader, &fault);
	error = error != 0 ? error : audit_report_run(reader, 0, 0, NULL, NULL, ret_totals, &fault);
	*ret_s = now_s() - begin_s;
	audit_reader_close(reader);
	if (error != 0 || ret_totals->missing_count != 0) {
		fprintf(stderr, "audit_report_bench: %s\n", fault.text);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}

static int measure(const struct shape *shape, const char *folder)
{
	char path[256];
	double open_s = 0;
	double report_s = 0;
	struct audit_report_totals totals = {0};
	struct bench bench = {
		.shape = *shape,
		.base = event_base_new(),
		.wanted = shape->orders * ((uint64_t)shape->names_per_order * RECORDS_OF_NAME + 1),
	};
	snprintf(path, sizeof(path), "%s/audit_report_bench_%d.db", folder, (int)getpid());
	if (bench.base == NULL || open_log(&bench, path, &open_s) != 0) {
		return EXIT_FAILURE;
	}
	append_more(&bench);
	event_base_dispatch(bench.base);
	audit_log_close(bench.log);
	int error = bench.error != 0 ? bench.error : open_log(&bench, path, &open_s);
	if (error == 0) {
		audit_log_close(bench.log);
		error = report(path, &totals, &report_s);
	}
	printf("%-6s %7" PRIu64 " orders of %4u names, %9" PRIu64 " records: open %8.3f ms, report "
	       "%7.2f s, %6.2f us/record\n",
	       shape->name, totals.order_count, shape->names_per_order, bench.committed,
	       open_s * 1e3, report_s, report_s * 1e6 / (double)bench.committed);
	event_base_free(bench.base);
	unlink(path);
	return error == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	uint64_t orders = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000;
	const char *folder = argc > 2 ? argv[2] : ".";
	const struct shape shapes[] = {{"few", orders / 10 + 1, 1},
				       {"many", orders, 1},
				       {"large", orders / 1000 + 1, 1000}};
	struct utsname machine;
	uname(&machine);
	printf("%s %s %s, %ld processors: %s %" PRIu64 " %s\n", machine.sysname, machine.release,
	       machine.machine, sysconf(_SC_NPROCESSORS_ONLN), argv[0], orders, folder);
	int status = EXIT_SUCCESS;
	for (size_t i = 0; i < PLX_ARRAY_SIZE(shapes); i++) {
		status = measure(&shapes[i], folder) == EXIT_SUCCESS ? status : EXIT_FAILURE;
	}
	return status;
}
