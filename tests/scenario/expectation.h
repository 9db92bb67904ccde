// SPDX-License-Identifier: BSD-3-Clause
// A word of an EXPECT step: COUNT[@ADDRESS] COMPARISON NUMBER, as in sent@192.0.2.1<=3.

#pragma once

#include "scenario.h"

// -EINVAL with a fault.
PLX_MUST_CHECK int expectation_parse(const struct word *word, unsigned line,
				     struct expectation *ret_expectation,
				     struct scenario_fault *fault);
