// SPDX-License-Identifier: BSD-3-Clause
// The settings of a scenario that the virtual world understands.

#pragma once

#include "world.h"

// upstream, rtt, seed. -EINVAL with a fault for anything else: a setting that is ignored would change the meaning.
PLX_MUST_CHECK int world_read_settings(struct world *world, uint64_t *ret_seed,
				       struct scenario_fault *fault);
