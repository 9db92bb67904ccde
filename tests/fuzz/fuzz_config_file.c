// SPDX-License-Identifier: BSD-3-Clause
// A configuration file. Oracle: a refusal is one printable line that names the file; what is accepted keeps the bounds
// that start-up relies on.

#include <parallax/base/error.h>

#include "options/options.h"

#include "fuzz_target.h"

#include <string.h>

// Tables are sized by these, and files opened by their names.
static void check_iteration(const struct options *options)
{
	must(options->validators.count >= 1 && options->validators.count <= OPTIONS_WORKERS_MAX);
	must(options->lookups_max >= 256 && options->lookups_max <= 1u << 20);
	must(options->iterative_lookups_max >= 64 && options->iterative_lookups_max <= 1u << 18);
	must(options->iterative_cache_mb >= 4 && options->iterative_cache_mb <= 65536);
	must(options->root_hints[0] == '\0' || options->root_hints[0] == '/');
	must(options->trust_anchor[0] == '\0' || options->trust_anchor[0] == '/' ||
	     strcmp(options->trust_anchor, "none") == 0);
}

static void check_accepted(const struct options *options)
{
	struct plx_setting_fault fault;
	uint32_t ports = options->source_ports.last - options->source_ports.first + 1u;
	must(options->workers.count >= 1 && options->workers.count <= OPTIONS_WORKERS_MAX);
	must(ports >= 4096 && (ports & (ports - 1)) == 0 && options->source_ports.first >= 1024);
	must(options->address_count <= OPTIONS_ADDRESSES_MAX);
	must(options->gateway_count <= OPTIONS_GATEWAYS_MAX);
	must(options->upstreams_count <= UPSTREAMS_MAX);
	for (unsigned i = 0; i < options->upstreams_count; i++) {
		must(plx_ip_length(&options->upstreams[i].endpoint.ip) > 0);
		must(options->upstreams[i].endpoint.port > 0);
	}
	check_iteration(options);
	must(options->socket[0] == '/' && options->capture_dir[0] == '/');
	int error = options_check(options, &fault);
	must(error == 0 || error == PLX_ERR_CONFIG);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct options options;
	struct plx_setting_fault fault = {.text = ""};
	options_init(&options);
	if (options_read_document("f", data, size, &options, &fault) == 0) {
		check_accepted(&options);
		return 0;
	}
	must(strncmp(fault.text, "f:", 2) == 0);
	for (const char *c = fault.text; *c != '\0'; c++) {
		must((unsigned char)*c >= ' ' && *c != 0x7f);
	}
	return 0;
}
