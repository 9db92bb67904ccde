// SPDX-License-Identifier: BSD-3-Clause
// A file that is replaced whole: written as FILE.new and renamed, as the checkpoint and the summary are. Devices and
// pipes are written as they are.

#pragma once

#include <parallax/base/attributes.h>

#include "sweep/sweep_failure.h"

// Whether that can be expected to work, without touching anything. Else the failure, which names `flag`.
PLX_MUST_CHECK int replaced_file_check(const char *flag, const char *path,
				       struct sweep_failure *failure);
