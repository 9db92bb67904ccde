// SPDX-License-Identifier: BSD-3-Clause
// The settings that the virtual world and the stub engine understand.

#pragma once

#include "world.h"

// upstream, rtt, seed: of the stub engine. -EINVAL with a fault for anything else: a setting that is ignored would
// change the meaning.
PLX_MUST_CHECK int world_read_settings(struct world *world, struct scenario_fault *fault);

// The settings of every world, rtt and seed: 1 when it was one of these, 0 when not, -EINVAL with a fault.
PLX_MUST_CHECK int world_read_common_setting(struct world *world,
					     const struct scenario_setting *setting,
					     const struct line_words *words,
					     struct scenario_fault *fault);
// Splits a value into words, which have the setting's line.
PLX_MUST_CHECK int world_split_setting(const struct scenario_setting *setting,
				       struct line_words *ret_words, struct scenario_fault *fault);
