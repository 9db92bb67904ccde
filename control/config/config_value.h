// SPDX-License-Identifier: BSD-3-Clause
// Text of one value into its field. Faults say what is wrong with the text and what to write instead; the caller puts
// the place in front.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/settings/setting_fault.h>

struct config_spec;

// `field` is where the value goes (an element for lists). PLX_ERR_CONFIG and the fault's text.
PLX_MUST_CHECK int config_value_parse(const struct config_spec *spec, const char *text, void *field,
				      struct plx_setting_fault *fault);
