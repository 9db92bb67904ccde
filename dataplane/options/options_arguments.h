// SPDX-License-Identifier: BSD-3-Clause
// The command line, in two passes: what is asked for and which file, then the flags onto what the file said.

#pragma once

#include <parallax/base/attributes.h>

struct options;
struct plx_setting_fault;
struct options_request;

// --help, --version, --check-config, --config FILE and the EAL arguments after `--`. PLX_ERR_CONFIG.
PLX_MUST_CHECK int options_arguments_scan(int argc, char **argv,
					  struct options_request *ret_request,
					  struct plx_setting_fault *fault);
// All other flags. PLX_ERR_CONFIG.
PLX_MUST_CHECK int options_arguments_apply(int argc, char **argv, struct options *options,
					   struct plx_setting_fault *fault);
