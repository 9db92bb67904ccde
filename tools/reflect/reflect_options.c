// SPDX-License-Identifier: BSD-3-Clause
// One table: name, value, help, and who understands the value.

#include "reflect/reflect_options.h"

#include <parallax/base/error.h>

#include "link/route.h"
#include "options/option_table.h"
#include "options/option_value.h"
#include "reflect/delay_queue.h"
#include "reflect/generator.h"
#include "sweep/quantity.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DELAY_MAX_NS (60ull * 1000000000)
#define DELAY_SLOTS_DEFAULT 16384
#define FLAG_BASE 256

typedef int set_flag(struct reflect_options *options, const char *value,
		     struct plx_setting_fault *fault);

struct flag {
	const char *name;
	const char *argument; // NULL: a switch
	const char *shared;   // key of the dataplane's table, which reads the value
	set_flag *set;        // where shared is NULL
	const char *help;
};

static int wanted(struct plx_setting_fault *fault, const char *value, const char *what)
{
	return plx_setting_fault_set(fault, "\"%s\": give %s", value, what);
}

// A prefix length may follow, as parallax-dataplane wants it; nothing here needs one.
static int set_address(struct reflect_options *options, const char *value,
		       struct plx_setting_fault *fault)
{
	struct link_address address;
	struct options *shared = &options->shared;
	if (link_address_parse(value, &address) != 0 || !ip_is_unicast(&address.ip)) {
		return wanted(fault, value, "a host's address, like 192.0.2.53 or 2001:db8::53");
	}
	if (shared->address_count == OPTIONS_ADDRESSES_MAX) {
		return plx_setting_fault_set(fault, "at most %u addresses", OPTIONS_ADDRESSES_MAX);
	}
	for (unsigned i = 0; i < shared->address_count; i++) {
		if (plx_ip_equal(&shared->address[i].ip, &address.ip)) {
			return plx_setting_fault_set(fault, "\"%s\" is given twice", value);
		}
	}
	shared->address[shared->address_count++] =
		(struct options_prefix) {.ip = address.ip, .length = address.prefix_length};
	return 0;
}

static int set_answer(struct reflect_options *options, const char *value,
		      struct plx_setting_fault *fault)
{
	if (reflect_profile_parse(value, strlen(value), &options->answers.profile) != 0) {
		return plx_setting_fault_set(
			fault,
			"\"%s\": give nodata, caa:N (to %u), txt:SIZE (to %u), referral:N (to %u), "
			"truncated, nxdomain, servfail or refused",
			value, REFLECT_CAA_MAX, REFLECT_TXT_MAX, REFLECT_REFERRAL_MAX);
	}
	return 0;
}

static int set_by_name(struct reflect_options *options, const char *value,
		       struct plx_setting_fault *fault)
{
	options->answers.is_by_name = true;
	return 0;
}

static int set_recursion(struct reflect_options *options, const char *value,
			 struct plx_setting_fault *fault)
{
	options->answers.recursion_available = true;
	return 0;
}

static int set_authentic(struct reflect_options *options, const char *value,
			 struct plx_setting_fault *fault)
{
	options->answers.authentic_data = true;
	return 0;
}

static int set_echo(struct reflect_options *options, const char *value,
		    struct plx_setting_fault *fault)
{
	options->is_echo = true;
	return 0;
}

static int set_generate(struct reflect_options *options, const char *value,
			struct plx_setting_fault *fault)
{
	uint64_t count;
	if (quantity_parse_count(value, &count) != 0 || count == 0 ||
	    count > GENERATOR_UNDER_WAY_MAX) {
		return wanted(fault, value, "a number of queries under way from 1 to 4096");
	}
	options->generate = (uint32_t)count;
	return 0;
}

static int set_generate_to(struct reflect_options *options, const char *value,
			   struct plx_setting_fault *fault)
{
	if (plx_ip_parse(value, &options->generate_to) != 0 || options->generate_to.family != 4) {
		return wanted(fault, value, "an IPv4 address");
	}
	return 0;
}

static int set_frame_bytes(struct reflect_options *options, const char *value,
			   struct plx_setting_fault *fault)
{
	uint64_t bytes;
	if (quantity_parse_count(value, &bytes) != 0 || bytes == 0 || bytes > GENERATOR_FRAME_MAX) {
		return wanted(fault, value, "a number of octets up to 512");
	}
	options->frame_bytes = (uint16_t)bytes;
	return 0;
}

static int set_verify(struct reflect_options *options, const char *value,
		      struct plx_setting_fault *fault)
{
	options->verifies_checksums = true;
	return 0;
}

static int set_port(struct reflect_options *options, const char *value,
		    struct plx_setting_fault *fault)
{
	uint64_t port;
	if (quantity_parse_count(value, &port) != 0 || port == 0 || port > UINT16_MAX) {
		return wanted(fault, value, "a port from 1 to 65535");
	}
	options->port = (uint16_t)port;
	return 0;
}

// "20ms" or "20ms:5ms".
static int set_delay(struct reflect_options *options, const char *value,
		     struct plx_setting_fault *fault)
{
	char first[32];
	uint64_t delay_ns, jitter_ns = 0;
	size_t length = strcspn(value, ":");
	snprintf(first, sizeof(first), "%.*s", (int)(length < sizeof(first) ? length : 0), value);
	if (quantity_parse_duration_ns(first, &delay_ns) != 0 ||
	    (value[length] == ':' &&
	     quantity_parse_duration_ns(value + length + 1, &jitter_ns) != 0) ||
	    delay_ns > DELAY_MAX_NS || jitter_ns > delay_ns) {
		return wanted(fault, value,
			      "a delay with its unit of at most 60s, and perhaps a jitter that is "
			      "no more, like 20ms or 20ms:5ms");
	}
	options->delay_ns = delay_ns;
	options->jitter_ns = jitter_ns;
	return 0;
}

static int set_delay_slots(struct reflect_options *options, const char *value,
			   struct plx_setting_fault *fault)
{
	uint64_t count;
	if (quantity_parse_count(value, &count) != 0 || count == 0 ||
	    count > DELAY_QUEUE_SLOTS_MAX) {
		return wanted(fault, value, "a number from 1 to 4194304");
	}
	options->delay_slots = (uint32_t)count;
	return 0;
}

static int set_loss(struct reflect_options *options, const char *value,
		    struct plx_setting_fault *fault)
{
	char *end;
	double percent = strtod(value, &end);
	if (end == value || (strcmp(end, "%") != 0 && *end != '\0') ||
	    !(percent >= 0 && percent <= 100)) {
		return wanted(fault, value, "a percentage from 0 to 100, like 2.5%");
	}
	double loss = percent / 100 * 4294967296.0;
	options->loss_q32 = loss >= 4294967295.0 ? UINT32_MAX : (uint32_t)loss;
	return 0;
}

static int set_number(uint64_t *field, const char *value, struct plx_setting_fault *fault)
{
	return quantity_parse_count(value, field) == 0
		       ? 0
		       : wanted(fault, value, "a number, like 500 or 10k");
}

static int set_seed(struct reflect_options *options, const char *value,
		    struct plx_setting_fault *fault)
{
	return set_number(&options->seed, value, fault);
}

static int set_rate_limit(struct reflect_options *options, const char *value,
			  struct plx_setting_fault *fault)
{
	return set_number(&options->rate_limit, value, fault);
}

static int set_duration_field(uint64_t *field, const char *value, struct plx_setting_fault *fault)
{
	return quantity_parse_duration_ns(value, field) == 0 && *field > 0
		       ? 0
		       : wanted(fault, value, "a duration with its unit, like 10s");
}

static int set_stats_interval(struct reflect_options *options, const char *value,
			      struct plx_setting_fault *fault)
{
	return set_duration_field(&options->stats_interval_ns, value, fault);
}

static int set_duration(struct reflect_options *options, const char *value,
			struct plx_setting_fault *fault)
{
	return set_duration_field(&options->duration_ns, value, fault);
}

static int set_json(struct reflect_options *options, const char *value,
		    struct plx_setting_fault *fault)
{
	options->json_path = value;
	return 0;
}

static const struct flag flags[] = {
	{"device", "DEVICE", "device", NULL,
	 "a DPDK device: a PCI address, or net_memif0,role=server,id=0,socket=/run/x.sock"},
	{"interface", "NAME", "interface", NULL,
	 "instead: take queries off a kernel interface by XDP; the rest stays the kernel's"},
	{"address", "ADDRESS", NULL, set_address,
	 "answer queries to ADDRESS only, and ARP and ND for it; repeatable"},
	{"port", "N", NULL, set_port, "the UDP port that queries are sent to (default 53)"},
	{"answer", "A", NULL, set_answer,
	 "nodata (default), caa:N, txt:SIZE, referral:N, truncated, nxdomain, servfail, refused"},
	{"by-name", NULL, NULL, set_by_name,
	 "the first label chooses where it can: caa3, txt1000, ref4, tc, nx ..."},
	{"ra", NULL, NULL, set_recursion, "set RA, as a resolver does"},
	{"ad", NULL, NULL, set_authentic, "set AD when the query asks for it"},
	{"echo", NULL, NULL, set_echo, "turn queries round and set QR, no more: the ceiling"},
	{"generate", "N", NULL, set_generate,
	 "be the other end of an --echo: keep N queries under way, count those that come back"},
	{"to", "ADDRESS", NULL, set_generate_to, "with --generate: who is asked"},
	{"frame-bytes", "N", NULL, set_frame_bytes,
	 "with --generate: octets of a query's frame (default 100)"},
	{"delay", "D[:JITTER]", NULL, set_delay, "answer after D, plus or minus JITTER"},
	{"delay-slots", "N", NULL, set_delay_slots,
	 "answers that can wait at a time, a queue (default 16384)"},
	{"loss", "P%", NULL, set_loss, "do not answer P percent of the queries"},
	{"seed", "N", NULL, set_seed, "of losses and jitter (default 1)"},
	{"rate-limit", "N", NULL, set_rate_limit, "answer at most N queries a second"},
	{"verify-checksums", NULL, NULL, set_verify, "drop queries with wrong checksums"},
	{"lcores", "N|CPUS", "workers", NULL, "how many CPUs answer, or which: 2, 2,3 or 2-5"},
	{"main-cpu", "CPU", "main_cpu", NULL, "where the main thread runs"},
	{"poll", NULL, "poll_mode", NULL, "never sleep"},
	{"memory-mb", "MEGABYTES", "memory_mb", NULL, "memory of DPDK (default 256)"},
	{"hugepages", NULL, "hugepages", NULL, "take it from huge pages"},
	{"xdp-program", "PATH", "xdp_program", NULL, "object file, for --interface"},
	{"user", "NAME", "user", NULL, "the account to run as after the start"},
	{"stats-interval", "D", NULL, set_stats_interval, "log counters each D"},
	{"duration", "D", NULL, set_duration,
	 "end after D (default: at SIGTERM, SIGINT or SIGHUP)"},
	{"json", "FILE", NULL, set_json, "write the counters to FILE at the end"},
	{"help", NULL, NULL, NULL, "print this text"},
	{"version", NULL, NULL, NULL, "print the version"},
};

#define FLAG_COUNT PLX_ARRAY_SIZE(flags)
#define FLAG_HELP (FLAG_COUNT - 2)

void reflect_options_print_help(void)
{
	puts("Usage: parallax-reflect --device DEVICE|--interface NAME [OPTION]... [-- EAL "
	     "OPTION...]\n"
	     "Answer every DNS query that arrives on a DPDK device, faster than clients ask.\n");
	for (size_t i = 0; i < FLAG_COUNT; i++) {
		char text[48];
		snprintf(text, sizeof(text), "--%s%s%s", flags[i].name,
			 flags[i].argument != NULL ? " " : "",
			 flags[i].argument != NULL ? flags[i].argument : "");
		printf("  %-24s %s\n", text, flags[i].help);
	}
	puts("\nExit status: 0 ended, 1 usage or a start that failed.");
}

static int apply(const struct flag *flag, const char *value, struct reflect_options *options,
		 struct plx_setting_fault *fault)
{
	if (flag->shared == NULL) {
		return flag->set(options, value, fault);
	}
	return option_value_parse(option_find_key(flag->shared), value != NULL ? value : "true",
				  &options->shared, fault);
}

bool reflect_options_has_rings(const struct reflect_options *options)
{
	return strcmp(options->shared.device, "ring") == 0;
}

static int check(const struct reflect_options *options, struct plx_setting_fault *fault)
{
	bool has_device = options->shared.device[0] != '\0';
	bool has_interface = options->shared.interface[0] != '\0';
	if (has_device == has_interface) {
		return plx_setting_fault_set(fault,
					     has_device ? "give --device or --interface, not both"
							: "give --device or --interface: where "
							  "do queries come from?");
	}
	if (has_interface && options->shared.address_count == 0) {
		return plx_setting_fault_set(fault, "--interface needs --address: of all others, "
						    "queries stay the kernel's");
	}
	if (options->generate > 0 && (options->generate_to.family != 4 ||
				      options->shared.address_count != 1 || options->is_echo)) {
		return plx_setting_fault_set(
			fault, "--generate asks --to ADDRESS, from one --address, and is "
			       "not --echo");
	}
	if (reflect_options_has_rings(options) &&
	    (options->generate == 0 || options->shared.workers.count != 2)) {
		return plx_setting_fault_set(fault,
					     "--device ring is for --generate with two --lcores: "
					     "the second one is the echo");
	}
	if (options->is_echo && options->answers.is_by_name) {
		return plx_setting_fault_set(fault, "--echo answers nothing: leave out --by-name");
	}
	return 0;
}

static const char *flag_at(size_t index)
{
	return flags[index].name;
}

static int unknown_flag(const char *word, struct plx_setting_fault *fault)
{
	const char *nearest = option_nearest(word + strspn(word, "-"), flag_at, FLAG_COUNT);
	return plx_setting_fault_set(fault,
				     nearest != NULL ? "%s: unknown or incomplete; is it --%s?"
						     : "%s: unknown flag; --help lists all",
				     word, nearest);
}

int reflect_options_read(int argc, char **argv, struct reflect_options *ret_options,
			 enum reflect_request *ret_request, struct plx_setting_fault *fault)
{
	struct option long_options[FLAG_COUNT + 1] = {0};
	for (size_t i = 0; i < FLAG_COUNT; i++) {
		long_options[i] = (struct option) {.name = flags[i].name,
						   .has_arg = flags[i].argument != NULL,
						   .val = (int)(FLAG_BASE + i)};
	}
	*ret_options = (struct reflect_options) {.port = 53,
						 .seed = 1,
						 .delay_slots = DELAY_SLOTS_DEFAULT,
						 .frame_bytes = GENERATOR_FRAME_BYTES_DEFAULT};
	options_init(&ret_options->shared);
	*ret_request = REFLECT_RUN;
	opterr = 0;
	optind = 0; // from the start, however often
	for (;;) {
		int at = optind == 0 ? 1 : optind;
		int code = getopt_long(argc, argv, "+:", long_options, NULL);
		if (code == -1) {
			break;
		}
		if (code < FLAG_BASE) {
			return unknown_flag(argv[at], fault);
		}
		size_t index = (size_t)(code - FLAG_BASE);
		if (index >= FLAG_HELP) {
			*ret_request = index == FLAG_HELP ? REFLECT_HELP : REFLECT_VERSION;
			return 0;
		}
		int error = apply(&flags[index], optarg, ret_options, fault);
		if (error != 0) {
			return plx_setting_fault_prefix(fault, "--%s", flags[index].name);
		}
	}
	if (optind < argc && strcmp(argv[optind - 1], "--") != 0) {
		return plx_setting_fault_set(fault, "\"%s\" is not a flag; --help lists all",
					     argv[optind]);
	}
	ret_options->eal_arguments = argv + optind;
	ret_options->eal_argument_count = (unsigned)(argc - optind);
	return check(ret_options, fault);
}
