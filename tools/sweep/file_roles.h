// SPDX-License-Identifier: BSD-3-Clause
// Keeps one file from being two things: a sweep empties its output, and replaces its checkpoint and summary.

#pragma once

#include <parallax/base/attributes.h>

#include "sweep/sweep_options.h"

// To be called before anything is opened. Fails when two of input, output, checkpoint and summary are one file,
// by whatever names. Devices and pipes may be shared. Fails too when the summary could not be written, which would
// show at the end.
PLX_MUST_CHECK int file_roles_check(const struct sweep_options *options,
				    struct sweep_failure *failure);
