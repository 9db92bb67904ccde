// SPDX-License-Identifier: BSD-3-Clause
// The configuration of parallax-dataplane, from a YAML file and the command line.
//
// One table (option_table.h) holds every option's name, type, default and help. The keys under `dataplane:`, the
// flags, --help, the commented example file and docs/configuration.md all come from it, so they cannot differ.
// A flag is its key with dashes; flags win over the file. Every fault is one line that says where (FILE:LINE:COLUMN
// or the flag), what, and how to mend it. Control thread only; nothing here is touched after the start.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>
#include <parallax/settings/setting_fault.h>

#include "resolver/upstream_config.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define OPTIONS_ADDRESSES_MAX 8
#define OPTIONS_GATEWAYS_MAX 8 // LINK_GATEWAYS_MAX
#define OPTIONS_WORKERS_MAX 64 // EXCHANGE_WORKERS_MAX
#define OPTIONS_EAL_ARGUMENTS_MAX 64
#define OPTIONS_KEYS_MAX 64

struct options_prefix {
	struct plx_ip ip; // the host part is kept: this is an interface's address, not a network
	uint8_t length;
};

// `workers: 2` leaves the choice of CPUs to the start-up; `workers: [2, 3]` pins them.
struct options_workers {
	unsigned count;
	bool is_pinned;
	uint16_t cpu[OPTIONS_WORKERS_MAX]; // when pinned
};

struct options_port_range {
	uint16_t first;
	uint16_t last;
};

enum options_log_format {
	OPTIONS_LOG_TEXT, // key=value
	OPTIONS_LOG_JSON,
};

// Strings are "" when not given. Exactly one of interface and device is set after options_check.
struct options {
	char interface[16]; // shared mode: a kernel-owned interface
	char device
		[512]; // exclusive mode: a DPDK device string ("0000:01:00.0", "net_af_packet0,iface=eth1")
	struct options_prefix address[OPTIONS_ADDRESSES_MAX];
	unsigned address_count;
	struct plx_ip gateway[OPTIONS_GATEWAYS_MAX];
	unsigned gateway_count;
	struct options_workers workers;
	int main_cpu; // -1: any
	// A power of two of ports, 4096 to 32768 (query_identity.h).
	struct options_port_range source_ports;
	struct upstream_config upstreams[UPSTREAMS_MAX];
	unsigned upstreams_count;
	uint32_t total_rate;  // queries per second over all workers and servers; 0: no limit
	uint32_t lookups_max; // at once, over all workers
	bool iterative;
	char root_hints[256];   // "": the default place
	char trust_anchor[256]; // "": the default place; "none": nothing is validated
	struct options_workers validators;
	uint32_t iterative_lookups_max; // at once, over all workers
	uint32_t iterative_cache_mb;    // of all workers
	bool nsec3_iterations_insecure;
	bool dnssec_test_profile;
	char socket[108];
	char socket_group[32];
	char user[32]; // run as, after start-up
	bool poll_mode;
	bool trust_peer_checksums;
	bool hugepages;
	uint32_t memory_mb;
	char xdp_program[256]; // object file; "": the built-in place
	enum options_log_format log_format;
	char capture_dir[256];
	// By index in option_table; line 0 also when a flag took the place of the file's.
	struct plx_setting_place places[OPTIONS_KEYS_MAX];
};

enum options_action {
	OPTIONS_RUN,
	OPTIONS_CHECK_CONFIG, // --check-config: all is well, say so and exit 0
	OPTIONS_HELP,         // --help
	OPTIONS_VERSION,      // --version
};

// What the command line asked for. Arguments after `--` are the EAL's; they point into argv.
struct options_request {
	enum options_action action;
	const char *config_path; // NULL: no file was given
	unsigned eal_argument_count;
	char *eal_arguments[OPTIONS_EAL_ARGUMENTS_MAX];
};

// All defaults.
void options_init(struct options *options);
// Defaults, then the file of --config, then the flags, then options_check. PLX_ERR_CONFIG and the fault.
// With --help and --version nothing else is looked at and nothing is checked.
PLX_MUST_CHECK int options_read(int argc, char **argv, struct options *ret_options,
				struct options_request *ret_request,
				struct plx_setting_fault *fault);
// The `dataplane:` section of a file onto `options`. PLX_ERR_CONFIG, or -errno when it cannot be read.
PLX_MUST_CHECK int options_read_file(const char *path, struct options *options,
				     struct plx_setting_fault *fault);
// The same for a document in memory; `path` is for messages only.
PLX_MUST_CHECK int options_read_document(const char *path, const void *bytes, size_t length,
					 struct options *options, struct plx_setting_fault *fault);
// What one key alone cannot say: which go together, which are needed. PLX_ERR_CONFIG.
PLX_MUST_CHECK int options_check(const struct options *options, struct plx_setting_fault *fault);

// "192.0.2.53:5353,trusted,rate=10k,in_flight=4096", as in --upstream and `upstreams.add`. PLX_ERR_CONFIG; the
// fault says what is wrong with the text, without a place.
PLX_MUST_CHECK int options_parse_upstream(const char *text, struct upstream_config *ret_config,
					  struct plx_setting_fault *fault);

// Text made from the table.
void options_print_help(FILE *out);
void options_print_example(FILE *out);  // a commented YAML file
void options_print_markdown(FILE *out); // docs/configuration.md
