// SPDX-License-Identifier: BSD-3-Clause
// Flags to struct sweep_options. Every value is checked here, so that nothing is half-done when one is wrong.

#include "sweep/sweep_options.h"

#include <parallax/dns/rr_type.h>

#include "sweep/quantity.h"

#include <getopt.h>
#include <string.h>

enum option_code {
	OPTION_TYPE = 256,
	OPTION_CAA,
	OPTION_INPUT,
	OPTION_OUTPUT,
	OPTION_FORMAT,
	OPTION_RATE,
	OPTION_SHARD,
	OPTION_CHECKPOINT,
	OPTION_RESUME,
	OPTION_TIMEOUT,
	OPTION_ATTEMPTS,
	OPTION_RESOLUTION,
	OPTION_NO_CACHE,
	OPTION_SUMMARY,
	OPTION_JSON,
	OPTION_SOCKET,
	OPTION_WINDOW,
	OPTION_RECONNECT_TIMEOUT,
	OPTION_QUIET,
	OPTION_HELP,
	OPTION_VERSION,
};

// Name, argument (NULL: none), letter, help.
#define SWEEP_OPTIONS(X)                                                                           \
	X(TYPE, "type", "T", 't', "look up records of type T (default A) as they are")             \
	X(CAA, "caa", NULL, 0, "look up the relevant CAA set of each name (RFC 8659 climb)")       \
	X(INPUT, "input", "FILE", 'i', "names to look up, one a line; - is stdin (default)")       \
	X(OUTPUT, "output", "FILE", 'o', "where the output lines go; - is stdout (default)")       \
	X(FORMAT, "format", "F", 'f', "jsonl (default), massdns-simple, massdns-ndjson, zdns")     \
	X(RATE, "rate", "N", 'r', "at most N names a second, like 500 or 10k (default: no limit)") \
	X(SHARD, "shard", "I/N", 0, "only part I of N of the names, by a stable hash")             \
	X(CHECKPOINT, "checkpoint", "FILE", 'c', "note the progress in FILE each second")          \
	X(RESUME, "resume", NULL, 0, "go on where the checkpoint says")                            \
	X(TIMEOUT, "timeout", "D", 0, "give a name up after D, like 8s (default) or 250ms")        \
	X(ATTEMPTS, "attempts", "N", 0, "queries for one question at most (default 6)")            \
	X(RESOLUTION, "resolution", "R", 0,                                                        \
	  "stub (default): by the dataplane's upstreams; iterative: from the root down")           \
	X(NO_CACHE, "no-cache", NULL, 0,                                                           \
	  "iterative: remember nothing of a name but its root and TLD (for evidence)")             \
	X(WINDOW, "window", "N", 0, "names asked at the same time (default 16384)")                \
	X(SUMMARY, "summary", "FILE", 0, "write counts and rates to FILE as JSON at the end")      \
	X(JSON, "json", NULL, 0, "print the summary to stderr as one line of JSON")                \
	X(SOCKET, "socket", "PATH", 's',                                                           \
	  "the dataplane's (default " PLX_DATAPLANE_SOCKET_DEFAULT ")")                            \
	X(RECONNECT_TIMEOUT, "reconnect-timeout", "D", 0,                                          \
	  "give up when the dataplane is away for D (default 60s)")                                \
	X(QUIET, "quiet", NULL, 'q', "print failures only")                                        \
	X(HELP, "help", NULL, 'h', "print this text")                                              \
	X(VERSION, "version", NULL, 'V', "print the version")

static const char short_options[] = ":t:i:o:f:r:c:s:qhV";

static const struct option long_options[] = {
#define LONG_OPTION(code, name, argument, letter, help)                                            \
	{name, (argument) != NULL, NULL, (letter) != 0 ? (letter) : OPTION_##code},
	SWEEP_OPTIONS(LONG_OPTION)
#undef LONG_OPTION
		{0},
};

static void print_help(void)
{
	static const struct {
		const char *name;
		const char *argument;
		char letter;
		const char *help;
	} entries[] = {
#define HELP_ENTRY(code, name, argument, letter, help) {name, argument, letter, help},
		SWEEP_OPTIONS(HELP_ENTRY)
#undef HELP_ENTRY
	};
	puts("Usage: parallax-sweep [OPTION]...\n"
	     "Look up many names through parallax-dataplane: one output line for each input "
	     "line.\n");
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		char flag[48];
		snprintf(flag, sizeof(flag), "--%s%s%s", entries[i].name,
			 entries[i].argument != NULL ? " " : "",
			 entries[i].argument != NULL ? entries[i].argument : "");
		printf("  %c%c%c %-22s %s\n", entries[i].letter != 0 ? '-' : ' ',
		       entries[i].letter != 0 ? entries[i].letter : ' ',
		       entries[i].letter != 0 ? ',' : ' ', flag, entries[i].help);
	}
	puts("\nInput lines: NAME, TYPE NAME, NAME TYPE or RANK,NAME; gzip and zstd are read as "
	     "they are.\n"
	     "Exit status: 0 all names answered, 1 usage, input or output, 2 some names failed,\n"
	     "3 no dataplane, 130 interrupted.");
}

static int fail_value(struct sweep_failure *failure, const char *flag, const char *value,
		      const char *wanted)
{
	return sweep_fail(failure, SWEEP_EXIT_USAGE, "%s: `%s`: give %s", flag, value, wanted);
}

static int set_number(const char *flag, const char *value, uint64_t least, uint64_t most,
		      uint64_t *ret_number, struct sweep_failure *failure)
{
	uint64_t number;
	if (quantity_parse_count(value, &number) != 0 || number < least || number > most) {
		return sweep_fail(failure, SWEEP_EXIT_USAGE,
				  "%s: `%s`: give a number from %llu to %llu", flag, value,
				  (unsigned long long)least, (unsigned long long)most);
	}
	*ret_number = number;
	return 0;
}

static int set_timeout(const char *value, struct sweep_config *config,
		       struct sweep_failure *failure)
{
	uint64_t ns;
	if (quantity_parse_duration_ns(value, &ns) != 0 || ns < 1000000 ||
	    ns > (uint64_t)PLX_JOB_TIMEOUT_MS_MAX * 1000000) {
		return fail_value(failure, "--timeout", value,
				  "a duration with its unit from 1ms to 120s, like 8s");
	}
	config->timeout_ms = (uint32_t)(ns / 1000000);
	return 0;
}

static int set_resolution(const char *value, struct sweep_config *config,
			  struct sweep_failure *failure)
{
	if (plx_resolution_parse(value, &config->resolution) != 0) {
		return fail_value(failure, "--resolution", value, "stub or iterative");
	}
	return 0;
}

static int set_type(const char *value, struct sweep_config *config, struct sweep_failure *failure)
{
	uint16_t type;
	if (plx_type_parse(value, strlen(value), &type) != 0 || plx_type_is_meta(type)) {
		return fail_value(failure, "--type", value,
				  "a record type that can be looked up, like TXT or TYPE65");
	}
	config->type = type;
	return 0;
}

// The options that take text or no argument.
static int set_text_option(int code, const char *value, struct sweep_options *options,
			   struct sweep_failure *failure)
{
	struct sweep_config *config = &options->config;
	switch (code) {
	case OPTION_CAA:
		config->relevant_caa = true;
		return 0;
	case 'i':
		config->input_path = value;
		return 0;
	case 'o':
		config->output_path = value;
		return 0;
	case 'c':
		config->checkpoint_path = value;
		return 0;
	case OPTION_RESUME:
		config->resume = true;
		return 0;
	case OPTION_NO_CACHE:
		config->no_cache = true;
		return 0;
	case OPTION_SUMMARY:
		options->summary_path = value;
		return 0;
	case OPTION_JSON:
		options->json = true;
		return 0;
	case 's':
		options->socket_path = value;
		return 0;
	case 'q':
		options->quiet = true;
		return 0;
	default:
		return sweep_fail(failure, SWEEP_EXIT_USAGE,
				  "unknown or incomplete option: see parallax-sweep --help");
	}
}

static int set_option(int code, const char *value, struct sweep_options *options,
		      struct sweep_failure *failure)
{
	struct sweep_config *config = &options->config;
	uint64_t number = 0;
	int error;
	switch (code) {
	case 't':
		return set_type(value, config, failure);
	case 'f':
		if (plx_format_parse(value, &config->format) != 0) {
			return fail_value(failure, "--format", value,
					  "jsonl, massdns-simple, massdns-ndjson or zdns");
		}
		return 0;
	case 'r':
		return set_number("--rate", value, 1, 1000000000, &config->rate, failure);
	case OPTION_SHARD:
		if (shard_parse(value, &config->shard) != 0) {
			return fail_value(failure, "--shard", value,
					  "I/N with I from 1 to N, like 2/8");
		}
		return 0;
	case OPTION_TIMEOUT:
		return set_timeout(value, config, failure);
	case OPTION_ATTEMPTS:
		error = set_number("--attempts", value, 1, PLX_JOB_ATTEMPTS_MAX, &number, failure);
		config->attempts = (uint8_t)number;
		return error;
	case OPTION_WINDOW:
		error = set_number("--window", value, 1, PLX_CLIENT_WINDOW_MAX, &number, failure);
		config->window = (uint32_t)number;
		return error;
	case OPTION_RESOLUTION:
		return set_resolution(value, config, failure);
	case OPTION_RECONNECT_TIMEOUT:
		if (quantity_parse_duration_ns(value, &config->reconnect_timeout_ns) != 0) {
			return fail_value(failure, "--reconnect-timeout", value,
					  "a duration with its unit, like 60s");
		}
		return 0;
	default:
		return set_text_option(code, value, options, failure);
	}
}

static int check_together(const struct sweep_options *options, bool has_type,
			  struct sweep_failure *failure)
{
	const struct sweep_config *config = &options->config;
	if (config->relevant_caa && has_type) {
		return sweep_fail(failure, SWEEP_EXIT_USAGE,
				  "--caa and --type exclude each other: give one of them");
	}
	if (config->no_cache && config->resolution != PLX_RESOLUTION_ITERATIVE) {
		return sweep_fail(failure, SWEEP_EXIT_USAGE,
				  "--no-cache: of iterative look-ups only, upstreams have caches "
				  "of their own: add --resolution iterative");
	}
	if (config->resume && config->checkpoint_path == NULL) {
		return sweep_fail(failure, SWEEP_EXIT_USAGE,
				  "--resume: from where? add --checkpoint FILE");
	}
	if (config->checkpoint_path != NULL && strcmp(config->output_path, "-") == 0) {
		return sweep_fail(
			failure, SWEEP_EXIT_USAGE,
			"--checkpoint: stdout cannot be cut back on resume: add --output FILE");
	}
	return 0;
}

int sweep_options_parse(int argc, char **argv, struct sweep_options *ret_options,
			struct sweep_failure *failure)
{
	struct sweep_options options = {.config = {
						.input_path = "-",
						.output_path = "-",
						.type = PLX_TYPE_A,
						.format = PLX_FORMAT_JSONL,
						.shard = {1, 1},
						.window = PLX_CLIENT_WINDOW_DEFAULT,
						.reconnect_timeout_ns = 60000000000,
						.checkpoint_interval_ns = 1000000000,
					}};
	bool has_type = false;
	int code;
	opterr = 0;
	optind = 1;
	while ((code = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		if (code == 'h') {
			print_help();
			return 1;
		}
		if (code == 'V') {
			puts("parallax-sweep " PLX_VERSION);
			return 1;
		}
		if (code == ':') {
			return sweep_fail(failure, SWEEP_EXIT_USAGE, "%s: it wants a value",
					  argv[optind - 1]);
		}
		if (code == '?') {
			return sweep_fail(failure, SWEEP_EXIT_USAGE,
					  "%s: unknown option: see parallax-sweep --help",
					  argv[optind - 1]);
		}
		has_type |= code == 't';
		if (set_option(code, optarg, &options, failure) != 0) {
			return -1;
		}
	}
	if (optind < argc) {
		return sweep_fail(failure, SWEEP_EXIT_USAGE,
				  "%s: names come from the input: give --input FILE or a pipe",
				  argv[optind]);
	}
	if (options.config.relevant_caa) {
		options.config.type = PLX_TYPE_CAA;
	}
	*ret_options = options;
	return check_together(ret_options, has_type, failure);
}
