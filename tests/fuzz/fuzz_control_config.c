// SPDX-License-Identifier: BSD-3-Clause
// A configuration file of parallaxd. Oracle: a refusal is one printable line that names the file; what is accepted keeps
// the bounds that the daemon relies on.

#include "config/config.h"

#include "fuzz_target.h"

#include <string.h>

static void check_accepted(const struct config *config)
{
	must(config->role == CONFIG_ROLE_PRIMARY || config->role == CONFIG_ROLE_REMOTE);
	must(config->listen_count <= CONFIG_LISTEN_MAX);
	must(config->perspective_count <= CONFIG_PERSPECTIVES_MAX);
	must(config->perspective.resolver_count <= CONFIG_RESOLVERS_MAX);
	must(config->allow_address_count <= CONFIG_PREFIXES_MAX);
	must(config->limits.orders >= 1 && config->limits.check_timeout_ms >= 1000);
	must(config->audit_log[0] == '/' && config->socket[0] == '/');
	for (unsigned i = 0; i < config->listen_count; i++) {
		must(config->listen[i].port != 0);
	}
	for (unsigned i = 0; i < config->profiles.tls.schedule_count; i++) {
		must(config->profiles.tls.schedule[i].start < config->profiles.tls.schedule[i].end);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plx_setting_fault fault = {.text = ""};
	struct config *config = config_read_document("f", data, size, &fault);
	if (config != NULL) {
		check_accepted(config);
		config_free(config);
		return 0;
	}
	must(strncmp(fault.text, "f:", 2) == 0);
	for (const char *c = fault.text; *c != '\0'; c++) {
		must((unsigned char)*c >= ' ' && *c != 0x7f);
	}
	return 0;
}
