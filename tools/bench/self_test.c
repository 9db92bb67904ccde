// SPDX-License-Identifier: BSD-3-Clause

#include "bench/self_test.h"

#include "bench/self_test_link.h"

#include <jansson.h>

#include <sched.h>
#include <string.h>

#define NAMES (1u << 20)
#define OUTSTANDING 2048
#define DURATION_NS 5000000000ull
#define CEILING_SECONDS "3s"
#define CEILING_PATIENCE_MS 30000
#define CEILING_UNDER_WAY "1024"
#define FRAME_HEADER_BYTES 42   // Ethernet, IPv4, UDP
#define QUERY_OVERHEAD_BYTES 39 // header, type, class, EDNS with a client cookie
#define START_PATIENCE_MS 20000 // until the responder has its port
#define SERVER "192.0.2.2"
#define CLIENT "192.0.2.1"
#define CPU_TEXT_MAX 24

struct self_test {
	struct bench_run *run;
	struct bench_options options; // those of the run, and what the test adds
	struct self_test_link link;
	struct child_process responder;
	struct child_process generator;
	cpu_set_t allowed;
	char worker_cpu[CPU_TEXT_MAX]; // "2-2": a list of one
	char responder_cpu[CPU_TEXT_MAX];
	char both_cpus[CPU_TEXT_MAX];
};

// The first two CPUs that we may use; this thread keeps off the first, which is the worker's.
static int choose_cpus(struct self_test *test, struct bench_failure *failure)
{
	cpu_set_t *allowed = &test->allowed;
	int cpus[2] = {-1, -1};
	unsigned count = 0;
	if (sched_getaffinity(0, sizeof(*allowed), allowed) != 0) {
		return bench_fail(failure, BENCH_EXIT_USAGE, "the allowed CPUs cannot be read");
	}
	for (int cpu = 0; cpu < CPU_SETSIZE && count < 2; cpu++) {
		if (CPU_ISSET(cpu, allowed)) {
			cpus[count++] = cpu;
		}
	}
	if (count < 2) { // all on one, where only the numbers suffer
		snprintf(test->worker_cpu, CPU_TEXT_MAX, "1");
		snprintf(test->responder_cpu, CPU_TEXT_MAX, "1");
		snprintf(test->both_cpus, CPU_TEXT_MAX, "2");
		return 0;
	}
	snprintf(test->worker_cpu, CPU_TEXT_MAX, "%d-%d", cpus[0], cpus[0]);
	snprintf(test->responder_cpu, CPU_TEXT_MAX, "%d-%d", cpus[1], cpus[1]);
	snprintf(test->both_cpus, CPU_TEXT_MAX, "%d,%d", cpus[0], cpus[1]);
	return 0;
}

static void leave_worker_cpu(const struct self_test *test)
{
	cpu_set_t others = test->allowed;
	if (CPU_COUNT(&others) < 2) {
		return;
	}
	int first = 0;
	while (!CPU_ISSET(first, &others)) {
		first++;
	}
	CPU_CLR(first, &others);
	(void)sched_setaffinity(0, sizeof(others), &others);
}

static int start_responder(struct self_test *test, const char *const *answer,
			   struct bench_failure *failure)
{
	if (test->link.server[0] == '\0') {
		return 0; // in the other's process
	}
	const char *arguments[16] = {"--device", test->link.server, "--lcores",
				     test->responder_cpu};
	unsigned count = 4;
	for (; *answer != NULL; answer++) {
		arguments[count++] = *answer;
	}
	if (child_process_prepare(&test->responder, "parallax-reflect", failure) != 0 ||
	    child_process_start(&test->responder, test->options.reflect_path, arguments, failure) !=
		    0) {
		return -1;
	}
	return child_process_await_log(&test->responder, "event=started", START_PATIENCE_MS,
				       failure);
}

static int read_ceiling(struct self_test *test, const char *path, struct bench_failure *failure)
{
	json_t *report = json_load_file(path, 0, NULL);
	test->run->ceiling_pps = json_real_value(json_object_get(report, "returned_per_s"));
	json_decref(report);
	return test->run->ceiling_pps > 0
		       ? 0
		       : bench_fail(failure, BENCH_EXIT_UNREACHABLE,
				    "nothing came back from the echo: there is no ceiling");
}

// Between a query's and an answer's: what goes both ways and comes back unchanged then has the octets of both.
static unsigned mean_frame_bytes(const struct load_tally *tally)
{
	double query =
		tally->submitted > 0 ? (double)tally->request_bytes / (double)tally->submitted : 0;
	double answer = tally->completed > 0
				? (double)tally->response_bytes / (double)tally->completed
				: query;
	return FRAME_HEADER_BYTES + (unsigned)((query + answer) / 2 + 0.5);
}

static int measure_ceiling(struct self_test *test, struct bench_failure *failure)
{
	static const char *const echo[] = {"--echo", "--poll", NULL};
	char report[128];
	char frame_bytes[16];
	if (start_responder(test, echo, failure) != 0 ||
	    child_process_prepare(&test->generator, "parallax-reflect", failure) != 0) {
		return -1;
	}
	snprintf(report, sizeof(report), "%s/report", test->generator.directory);
	snprintf(frame_bytes, sizeof(frame_bytes), "%u",
		 mean_frame_bytes(&test->run->points[0].tally));
	const char *cpus = test->link.server[0] == '\0' ? test->both_cpus : test->worker_cpu;
	const char *const arguments[] = {"--device",      test->link.generator,
					 "--address",     CLIENT,
					 "--to",          SERVER,
					 "--lcores",      cpus,
					 "--generate",    CEILING_UNDER_WAY,
					 "--duration",    CEILING_SECONDS,
					 "--json",        report,
					 "--frame-bytes", frame_bytes,
					 "--poll",        NULL};
	int error = child_process_start(&test->generator, test->options.reflect_path, arguments,
					failure);
	if (error == 0) {
		error = child_process_wait(&test->generator, CEILING_PATIENCE_MS, failure);
	}
	if (error == 0) {
		error = read_ceiling(test, report, failure);
	}
	child_process_stop(&test->generator);
	child_process_stop(&test->responder);
	return error;
}

static int make_names(struct query_list *queries, struct bench_failure *failure)
{
	for (unsigned i = 0; i < NAMES; i++) {
		char text[32];
		struct plx_name name;
		int length = snprintf(text, sizeof(text), "c%06x.bench.test", i);
		if (plx_name_parse(text, (size_t)length, &name) != 0 ||
		    query_list_add(queries, &name, 257) != 0) {
			return bench_fail(failure, BENCH_EXIT_USAGE, "not enough memory");
		}
	}
	return 0;
}

static void describe_dataplane(struct self_test *test)
{
	struct bench_options *options = &test->options;
	unsigned count = 0;
	options->dataplane_arguments[count++] = "--device";
	options->dataplane_arguments[count++] = test->link.client;
	options->dataplane_arguments[count++] = "--address";
	options->dataplane_arguments[count++] = CLIENT "/24";
	options->dataplane_argument_count = count;
	options->dataplane_name = test->link.dataplane;
	options->workers = test->worker_cpu;
	options->is_poll_mode = true;
}

static int measure_engine(struct self_test *test, const volatile sig_atomic_t *stop_requests,
			  struct bench_failure *failure)
{
	static const char *const nodata[] = {"--address", SERVER, NULL};
	struct bench_run *run = test->run;
	if (make_names(&run->queries, failure) != 0 ||
	    start_responder(test, nodata, failure) != 0) {
		return -1;
	}
	describe_dataplane(test);
	int error = bench_session_open(run->session, &test->options, stop_requests, failure);
	if (error == 0) {
		leave_worker_cpu(test);
		const struct load_plan plan = {
			.outstanding_max = test->options.outstanding_max,
			.duration_ns = test->options.duration_ns,
			.timeout_ms = PLX_JOB_TIMEOUT_MS_DEFAULT,
			.query_overhead_bytes = QUERY_OVERHEAD_BYTES,
			.rest_ns = run->options->is_poll_mode ? 0 : BENCH_REST_NS,
			.stop_requests = stop_requests,
			.on_turn = run->on_turn,
			.context = run->context,
		};
		run->point_count = 1;
		error = bench_session_measure(run->session, &run->queries, &plan, &run->points[0],
					      failure);
		run->is_interrupted = *stop_requests > 0;
		(void)sched_setaffinity(0, sizeof(test->allowed), &test->allowed); // for children
	}
	bench_session_close(run->session);
	child_process_stop(&test->responder);
	return error;
}

int self_test_run(struct bench_run *run, const volatile sig_atomic_t *stop_requests,
		  struct bench_failure *failure)
{
	struct self_test test = {.run = run, .options = *run->options};
	struct bench_options *options = &test.options;
	options->duration_ns = options->duration_ns > 0 ? options->duration_ns : DURATION_NS;
	if (options->outstanding_max == BENCH_OUTSTANDING_OPEN) {
		options->outstanding_max = OUTSTANDING;
	}
	int error = plx_ip_parse(SERVER, &options->server.ip);
	if (error == 0) {
		error = self_test_link_open(&test.link, options->self_test, failure);
	}
	if (error == 0) {
		error = choose_cpus(&test, failure);
	}
	if (error == 0) {
		error = measure_engine(&test, stop_requests, failure);
	}
	if (error == 0 && !run->is_interrupted) {
		error = measure_ceiling(&test, failure); // with frames of the size just seen
	}
	child_process_stop(&test.generator);
	child_process_stop(&test.responder);
	self_test_link_close(&test.link);
	return error;
}
