// SPDX-License-Identifier: BSD-3-Clause
// The command line of parallax-reflect. What parallax-dataplane has as well (--device, --address, --lcores ...) is read
// by the dataplane's own option table, so that the same text means the same.

#pragma once

#include <parallax/base/attributes.h>

#include "options/options.h"
#include "reflect/answer_set.h"

#include <stdbool.h>
#include <stdint.h>

struct reflect_options {
	struct options shared; // device, interface, addresses, workers, memory, user ...
	struct reflect_config answers;
	uint16_t port;
	uint64_t delay_ns;
	uint64_t jitter_ns;
	uint32_t delay_slots; // answers that may wait, a queue
	uint32_t loss_q32;
	uint64_t seed;
	uint64_t rate_limit; // a second, over all lcores; 0: none
	bool is_echo;
	uint32_t generate; // queries under way, of a generator; 0: a responder
	uint16_t frame_bytes;
	struct plx_ip generate_to;
	bool verifies_checksums;
	uint64_t stats_interval_ns; // 0: never
	uint64_t duration_ns;       // 0: until a signal
	const char *json_path;      // NULL: none
	char *const *eal_arguments;
	unsigned eal_argument_count;
};

enum reflect_request {
	REFLECT_RUN,
	REFLECT_HELP,
	REFLECT_VERSION,
};

// PLX_ERR_CONFIG and one line. Points into argv.
PLX_MUST_CHECK int reflect_options_read(int argc, char **argv, struct reflect_options *ret_options,
					enum reflect_request *ret_request,
					struct plx_setting_fault *fault);
// --device ring: both ends of the port are in this process.
bool reflect_options_has_rings(const struct reflect_options *options);
void reflect_options_print_help(void);
