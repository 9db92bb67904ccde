// SPDX-License-Identifier: BSD-3-Clause
// A configuration file, read, and judged by the time of reading: what a start, a reload and --check-config have in common.

#pragma once

#include <parallax/base/attributes.h>

#include "config/config.h"

#include <stdint.h>

#define CONFIGURATION_DIGEST_MAX 65 // SHA-256 in hexadecimal and NUL

struct mode_schedule;

struct configuration {
	struct config *config;
	struct mode_schedule *schedule;        // of a primary and a remote alike
	char digest[CONFIGURATION_DIGEST_MAX]; // of the file's octets, for the audit log
};

// -errno or PLX_ERR_CONFIG, and the fault: one line that says where, what, and how to mend it. Opens no other file.
PLX_MUST_CHECK int configuration_read(const char *path, int64_t now_s,
				      struct configuration *ret_configuration,
				      struct plx_setting_fault *fault);
void configuration_fini(struct configuration *configuration);

// Whether `next` can come into force while the daemon runs; else the fault names the key that needs a restart.
// PLX_ERR_CONFIG.
PLX_MUST_CHECK int configuration_check_reload(const char *path, const struct config *now,
					      const struct config *next,
					      struct plx_setting_fault *fault);
