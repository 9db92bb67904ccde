// SPDX-License-Identifier: BSD-3-Clause
// Text of one value into its field of `struct options`. Faults say what is wrong with the text and what to write
// instead; the caller puts the place in front.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/settings/setting_fault.h>

#include <stddef.h>

struct option_spec;
struct options;
struct upstream_config;

// Lists grow by one element. PLX_ERR_CONFIG.
PLX_MUST_CHECK int option_value_parse(const struct option_spec *spec, const char *text,
				      struct options *options, struct plx_setting_fault *fault);
// Lists and pinned workers become empty; other values need no clearing.
void option_value_clear(const struct option_spec *spec, struct options *options);
// One CPU of a list of them, of an option of OPTION_WORKERS.
PLX_MUST_CHECK int option_value_add_cpu(const struct option_spec *spec, const char *text,
					struct options *options, struct plx_setting_fault *fault);

// Parts of an upstream, by the names of the mapping form ("address", "port", "trusted", "rate", "in_flight").
PLX_MUST_CHECK int upstream_part_parse(const char *name, const char *text,
				       struct upstream_config *upstream,
				       struct plx_setting_fault *fault);
const char *upstream_part_at(size_t index);
extern const size_t upstream_part_count;
void upstream_part_defaults(struct upstream_config *upstream);
PLX_MUST_CHECK int option_add_upstream(const struct option_spec *spec, struct options *options,
				       const struct upstream_config *upstream,
				       struct plx_setting_fault *fault);
