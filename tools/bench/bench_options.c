// SPDX-License-Identifier: BSD-3-Clause

#include "bench/bench_options.h"

#include <parallax/exchange/job.h>

#include "sweep/quantity.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define RATE_MAX 1000000000ull
#define SECONDS_MAX 31536000.0 // a year
#define FIND_MAX_TIMEOUT_MS 500
#define RAMP_STEPS_DEFAULT 10

enum option_code {
	OPTION_RAMP = 256,
	OPTION_FIND_MAX,
	OPTION_STEP,
	OPTION_MAX_LOSS,
	OPTION_MAX_LATENCY_GROWTH,
	OPTION_JSON,
	OPTION_REPORT,
	OPTION_SELF_TEST,
	OPTION_REFLECT,
	OPTION_SOCKET,
	OPTION_DATAPLANE,
	OPTION_QUIET,
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_HANDED_ON,         // to the dataplane, with its value
	OPTION_HANDED_ON_SWITCH,  // without one
	OPTION_HANDED_ON_WORKERS, // -T says the same
	OPTION_HANDED_ON_POLL,
};

static const char short_options[] = ":s:p:d:l:n:Q:q:c:T:t:eDE:S:m:hV";

static const struct option long_options[] = {
	{"ramp", required_argument, NULL, OPTION_RAMP},
	{"find-max", no_argument, NULL, OPTION_FIND_MAX},
	{"step-time", required_argument, NULL, OPTION_STEP},
	{"max-loss", required_argument, NULL, OPTION_MAX_LOSS},
	{"max-latency-growth", required_argument, NULL, OPTION_MAX_LATENCY_GROWTH},
	{"json", required_argument, NULL, OPTION_JSON},
	{"report", required_argument, NULL, OPTION_REPORT},
	{"self-test", required_argument, NULL, OPTION_SELF_TEST},
	{"reflect", required_argument, NULL, OPTION_REFLECT},
	{"socket", required_argument, NULL, OPTION_SOCKET},
	{"dataplane", required_argument, NULL, OPTION_DATAPLANE},
	{"quiet", no_argument, NULL, OPTION_QUIET},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{"interface", required_argument, NULL, OPTION_HANDED_ON},
	{"device", required_argument, NULL, OPTION_HANDED_ON},
	{"address", required_argument, NULL, OPTION_HANDED_ON},
	{"gateway", required_argument, NULL, OPTION_HANDED_ON},
	{"workers", required_argument, NULL, OPTION_HANDED_ON_WORKERS},
	{"main-cpu", required_argument, NULL, OPTION_HANDED_ON},
	{"source-ports", required_argument, NULL, OPTION_HANDED_ON},
	{"memory-mb", required_argument, NULL, OPTION_HANDED_ON},
	{"user", required_argument, NULL, OPTION_HANDED_ON},
	{"xdp-program", required_argument, NULL, OPTION_HANDED_ON},
	{"hugepages", no_argument, NULL, OPTION_HANDED_ON_SWITCH},
	{"trust-peer-checksums", no_argument, NULL, OPTION_HANDED_ON_SWITCH},
	{"poll-mode", no_argument, NULL, OPTION_HANDED_ON_POLL},
	{0},
};

static void print_help(void)
{
	puts("Usage: parallax-bench -s ADDRESS [OPTION]... [--interface NAME | --device DEVICE "
	     "...] "
	     "[-- EAL OPTION...]\n"
	     "Measure a DNS server, by the engine of parallax-dataplane.\n\n"
	     "As in dnsperf:\n"
	     "  -s ADDRESS       the server\n"
	     "  -p PORT          its port (default 53)\n"
	     "  -d FILE          queries, a name and a type a line (default: stdin)\n"
	     "  -l SECONDS       send for so long\n"
	     "  -n N             send the queries N times (default: once, unless -l is given)\n"
	     "  -Q QPS           open loop: send at this rate, like 500 or 10k\n"
	     "  -q N             queries outstanding at most (closed loop: default 100)\n"
	     "  -t SECONDS       give a query up after so long (default 5; with --find-max 0.5)\n"
	     "  -e               with EDNS(0)\n"
	     "  -D               with the DO bit, and EDNS(0)\n"
	     "  -T N             workers of the dataplane\n"
	     "  -c N             accepted: queries always come from all source ports\n"
	     "  -S SECONDS       print the rate every so often\n"
	     "  -m udp           accepted: UDP is what is measured\n\n"
	     "Beyond it:\n"
	     "  --ramp FROM:TO[:STEP]    rates one after the other, an open loop each\n"
	     "  --find-max               the highest rate that the server sustains\n"
	     "  --step-time SECONDS      of each step of these two (default 3; with --find-max 1)\n"
	     "  --max-loss PERCENT       a step with more is not sustained (default 0.1)\n"
	     "  --max-latency-growth X   nor one whose p99 is X times that of the first (default "
	     "10)\n"
	     "  --json FILE              all numbers; - is stdout instead of the text\n"
	     "  --report FILE.html       one page with plots\n"
	     "  --self-test KIND         measure the engine itself: ring, memif, af_xdp\n"
	     "  --reflect PROGRAM        its responder (default: parallax-reflect beside this "
	     "program)\n"
	     "  --socket PATH            use a dataplane that runs already\n"
	     "  --dataplane PROGRAM      start this one (default: beside this program, or in "
	     "PATH)\n"
	     "  --quiet                  no progress on the terminal\n"
	     "  -h, --help               print this text\n"
	     "  -V, --version            print the version\n\n"
	     "Handed on to parallax-dataplane, see parallax-dataplane(8): --interface --device\n"
	     "--address --gateway --workers --main-cpu --source-ports --memory-mb --user\n"
	     "--xdp-program --hugepages --trust-peer-checksums --poll-mode, and all behind --.\n\n"
	     "Exit status: 0 all answered, 1 usage or files, 2 some queries were not answered,\n"
	     "3 no dataplane or no path to the server, 130 interrupted.");
}

static int fail_value(struct bench_failure *failure, const char *flag, const char *value,
		      const char *wanted)
{
	return bench_fail(failure, BENCH_EXIT_USAGE, "%s: `%s`: give %s", flag, value, wanted);
}

static int set_count(const char *flag, const char *value, uint64_t most, uint64_t *ret_count,
		     struct bench_failure *failure)
{
	uint64_t count;
	if (quantity_parse_count(value, &count) != 0 || count < 1 || count > most) {
		return bench_fail(failure, BENCH_EXIT_USAGE,
				  "%s: `%s`: give a number from 1 to %llu", flag, value,
				  (unsigned long long)most);
	}
	*ret_count = count;
	return 0;
}

static int set_number(const char *flag, const char *value, double most, double *ret_number,
		      struct bench_failure *failure)
{
	char *end;
	double number = strtod(value, &end);
	if (end == value || *end != '\0' || !(number > 0) || number > most) {
		return bench_fail(failure, BENCH_EXIT_USAGE,
				  "%s: `%s`: give a number above 0 and up to %.0f", flag, value,
				  most);
	}
	*ret_number = number;
	return 0;
}

static int set_seconds(const char *flag, const char *value, uint64_t *ret_ns,
		       struct bench_failure *failure)
{
	double seconds;
	if (set_number(flag, value, SECONDS_MAX, &seconds, failure) != 0) {
		return -1;
	}
	*ret_ns = (uint64_t)(seconds * 1e9);
	return 0;
}

static int set_ramp(const char *value, struct load_ramp *ramp, struct bench_failure *failure)
{
	char copy[128];
	uint64_t numbers[3] = {0};
	unsigned count = 0;
	bool is_good = strlen(value) < sizeof(copy);
	if (is_good) {
		memcpy(copy, value, strlen(value) + 1);
		char *rest = copy;
		for (char *part; is_good && (part = strsep(&rest, ":")) != NULL; count++) {
			is_good = count < 3 && quantity_parse_count(part, &numbers[count]) == 0 &&
				  numbers[count] > 0 && numbers[count] <= RATE_MAX;
		}
	}
	if (!is_good || count < 2 || numbers[1] < numbers[0]) {
		return fail_value(failure, "--ramp", value, "FROM:TO[:STEP], like 10k:200k:10k");
	}
	ramp->from_qps = (double)numbers[0];
	ramp->to_qps = (double)numbers[1];
	ramp->step_qps = count == 3 ? (double)numbers[2]
				    : (ramp->to_qps - ramp->from_qps) / RAMP_STEPS_DEFAULT;
	if (ramp->step_qps <= 0) {
		ramp->step_qps = ramp->to_qps; // one step
	}
	if ((ramp->to_qps - ramp->from_qps) / ramp->step_qps >= LOAD_STEPS_MAX) {
		return bench_fail(failure, BENCH_EXIT_USAGE, "--ramp: `%s`: at most %d steps",
				  value, LOAD_STEPS_MAX);
	}
	return 0;
}

static int hand_on(struct bench_options *options, const char *argument,
		   struct bench_failure *failure)
{
	if (options->dataplane_argument_count == BENCH_DATAPLANE_ARGUMENTS_MAX) {
		return bench_fail(failure, BENCH_EXIT_USAGE,
				  "too many options for the dataplane: at most %d",
				  BENCH_DATAPLANE_ARGUMENTS_MAX);
	}
	options->dataplane_arguments[options->dataplane_argument_count++] = argument;
	return 0;
}

static const char *const dataplane_flags[] = {
	"--interface",           "--device",    "--address", "--gateway",     "--main-cpu",
	"--source-ports",        "--memory-mb", "--user",    "--xdp-program", "--hugepages",
	"--trust-peer-checksums"};

static int hand_on_flag(struct bench_options *options, const char *name, const char *value,
			struct bench_failure *failure)
{
	for (size_t i = 0; i < PLX_ARRAY_SIZE(dataplane_flags); i++) {
		if (strcmp(dataplane_flags[i] + 2, name) == 0) {
			int error = hand_on(options, dataplane_flags[i], failure);
			return error != 0 || value == NULL ? error
							   : hand_on(options, value, failure);
		}
	}
	return bench_fail(failure, BENCH_EXIT_USAGE, "--%s: unknown option", name);
}

static int set_server(const char *value, struct bench_options *options,
		      struct bench_failure *failure)
{
	if (plx_ip_parse(value, &options->server.ip) != 0) {
		return fail_value(failure, "-s", value,
				  "the server's address, like 192.0.2.53 or 2001:db8::53");
	}
	return 0;
}

// dnsperf's.
static int set_letter(int code, const char *value, struct bench_options *options,
		      struct bench_failure *failure)
{
	uint64_t number = 0;
	int error = 0;
	switch (code) {
	case 's':
		return set_server(value, options, failure);
	case 'p':
		error = set_count("-p", value, UINT16_MAX, &number, failure);
		options->server.port = (uint16_t)number;
		return error;
	case 'd':
		options->data_path = value;
		return 0;
	case 'l':
		return set_seconds("-l", value, &options->duration_ns, failure);
	case 'n':
		return set_count("-n", value, UINT32_MAX, &options->passes_max, failure);
	case 'Q':
		error = set_count("-Q", value, RATE_MAX, &number, failure);
		options->rate_qps = (double)number;
		return error;
	case 'q':
		error = set_count("-q", value, BENCH_OUTSTANDING_MAX, &number, failure);
		options->outstanding_max = (uint32_t)number;
		return error;
	case 'c':
		return set_count("-c", value, UINT32_MAX, &number, failure);
	case 'T':
		options->workers = value; // the dataplane judges it
		return 0;
	case 't':
		error = set_seconds("-t", value, &number, failure);
		if (error == 0 &&
		    (number < 1000000 || number > PLX_JOB_TIMEOUT_MS_MAX * 1000000ull)) {
			return fail_value(failure, "-t", value, "seconds from 0.001 to 120");
		}
		options->timeout_ms = (uint32_t)(number / 1000000);
		return error;
	case 'S':
		return set_seconds("-S", value, &options->interval_ns, failure);
	case 'm':
		return strcmp(value, "udp") == 0
			       ? 0
			       : fail_value(failure, "-m", value, "udp: nothing else is measured");
	case 'E':
		return bench_fail(failure, BENCH_EXIT_USAGE,
				  "-E: EDNS options of one's own are not part of parallax-bench");
	default:
		options->edns = true;
		options->dnssec_ok |= code == 'D';
		return 0;
	}
}

static int set_mode(enum bench_mode mode, struct bench_options *options,
		    struct bench_failure *failure)
{
	if (options->mode != BENCH_MODE_PLAIN && options->mode != mode) {
		return bench_fail(
			failure, BENCH_EXIT_USAGE,
			"--ramp, --find-max and --self-test are three kinds of run: give one");
	}
	options->mode = mode;
	return 0;
}

static int set_word(int code, const char *name, const char *value, struct bench_options *options,
		    struct bench_failure *failure)
{
	double number = 0;
	switch (code) {
	case OPTION_RAMP:
		return set_mode(BENCH_MODE_RAMP, options, failure) != 0
			       ? -1
			       : set_ramp(value, &options->ramp, failure);
	case OPTION_FIND_MAX:
		return set_mode(BENCH_MODE_FIND_MAX, options, failure);
	case OPTION_SELF_TEST:
		options->self_test = value;
		return set_mode(BENCH_MODE_SELF_TEST, options, failure);
	case OPTION_REFLECT:
		options->reflect_path = value;
		return 0;
	case OPTION_STEP:
		return set_seconds("--step-time", value, &options->step_ns, failure);
	case OPTION_MAX_LOSS:
		if (set_number("--max-loss", value, 100, &number, failure) != 0) {
			return -1;
		}
		options->rules.loss_max = number / 100;
		return 0;
	case OPTION_MAX_LATENCY_GROWTH:
		return set_number("--max-latency-growth", value, 1e6,
				  &options->rules.latency_growth, failure);
	case OPTION_JSON:
		options->json_path = value;
		return 0;
	case OPTION_REPORT:
		options->report_path = value;
		return 0;
	case OPTION_SOCKET:
		options->socket_path = value;
		return 0;
	case OPTION_DATAPLANE:
		options->dataplane_path = value;
		return 0;
	case OPTION_QUIET:
		options->is_quiet = true;
		return 0;
	case OPTION_HANDED_ON_WORKERS:
		options->workers = value;
		return 0;
	case OPTION_HANDED_ON_POLL:
		options->is_poll_mode = true;
		return 0;
	default:
		return hand_on_flag(options, name, value, failure);
	}
}

static int check_together(struct bench_options *options, struct bench_failure *failure)
{
	bool is_plain = options->mode == BENCH_MODE_PLAIN;
	if (options->mode != BENCH_MODE_SELF_TEST && options->server.ip.family == 0) {
		return bench_fail(failure, BENCH_EXIT_USAGE,
				  "give the server's address: -s ADDRESS");
	}
	if (!is_plain && options->rate_qps > 0) {
		return bench_fail(
			failure, BENCH_EXIT_USAGE,
			"-Q: the rates of --ramp, --find-max and --self-test are their own");
	}
	if (options->socket_path != NULL &&
	    (options->dataplane_argument_count > 0 || options->dataplane_path != NULL ||
	     options->workers != NULL)) {
		return bench_fail(
			failure, BENCH_EXIT_USAGE,
			"--socket: options of a dataplane that runs already cannot be given");
	}
	if (is_plain && options->duration_ns == 0 && options->passes_max == 0) {
		options->passes_max = 1;
	}
	bool is_closed = is_plain && options->rate_qps == 0;
	if (options->outstanding_max == 0) {
		options->outstanding_max =
			is_closed ? BENCH_OUTSTANDING_DEFAULT : BENCH_OUTSTANDING_OPEN;
	}
	if (options->step_ns == 0) {
		options->step_ns = options->mode == BENCH_MODE_FIND_MAX ? BENCH_FIND_MAX_STEP_NS
									: BENCH_STEP_NS_DEFAULT;
	}
	if (options->timeout_ms == 0) {
		options->timeout_ms = options->mode == BENCH_MODE_FIND_MAX
					      ? FIND_MAX_TIMEOUT_MS
					      : BENCH_TIMEOUT_MS_DEFAULT;
	}
	return 0;
}

static int fail_unknown(int code, const char *argument, struct bench_failure *failure)
{
	if (code == ':') {
		return bench_fail(failure, BENCH_EXIT_USAGE, "%s: it wants a value", argument);
	}
	return bench_fail(failure, BENCH_EXIT_USAGE,
			  "%s: unknown option: see parallax-bench --help", argument);
}

int bench_options_parse(int argc, char **argv, struct bench_options *ret_options,
			struct bench_failure *failure)
{
	struct bench_options options = {
		.server.port = 53,
		.dataplane_name = "parallax-dataplane",
		.rules = KNEE_RULES_DEFAULT,
	};
	optind = 0; // glibc: from anew
	opterr = 0;
	int code;
	int index = 0;
	while ((code = getopt_long(argc, argv, short_options, long_options, &index)) != -1) {
		int error;
		if (code == 'h') {
			print_help();
			return 1;
		}
		if (code == 'V') {
			puts("parallax-bench " PLX_VERSION);
			return 1;
		}
		if (code == '?' || code == ':') {
			error = fail_unknown(code, argv[optind - 1], failure);
		} else if (code >= OPTION_RAMP) {
			error = set_word(code, long_options[index].name, optarg, &options, failure);
		} else {
			error = set_letter(code, optarg, &options, failure);
		}
		if (error != 0) {
			return -1;
		}
	}
	bool has_more = optind < argc;
	if (has_more && strcmp(argv[optind - 1], "--") != 0) {
		return bench_fail(failure, BENCH_EXIT_USAGE,
				  "%s: not understood: see parallax-bench --help", argv[optind]);
	}
	if (has_more && hand_on(&options, "--", failure) != 0) {
		return -1;
	}
	for (; optind < argc; optind++) {
		if (hand_on(&options, argv[optind], failure) != 0) {
			return -1;
		}
	}
	if (check_together(&options, failure) != 0) {
		return -1;
	}
	*ret_options = options;
	return 0;
}
