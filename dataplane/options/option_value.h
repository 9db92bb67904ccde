// SPDX-License-Identifier: BSD-3-Clause
// Text of one value into its field of `struct options`. Faults say what is wrong with the text and what to write
// instead; the caller puts the place in front.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct option_spec;
struct options;
struct options_fault;
struct upstream_config;

// Lists grow by one element. PLX_ERR_CONFIG.
PLX_MUST_CHECK int option_value_parse(const struct option_spec *spec, const char *text,
				      struct options *options, struct options_fault *fault);
// Lists and pinned workers become empty; other values need no clearing.
void option_value_clear(const struct option_spec *spec, struct options *options);
// One CPU of a list of them.
PLX_MUST_CHECK int option_value_add_cpu(const char *text, struct options *options,
					struct options_fault *fault);

// `10`, `10k`, `2M` within the bounds; shared by several types.
PLX_MUST_CHECK int option_parse_count(const char *text, uint32_t minimum, uint32_t maximum,
				      uint32_t *ret_value);
PLX_MUST_CHECK int option_parse_boolean(const char *text, bool *ret_value);

// Parts of an upstream, by the names of the mapping form ("address", "port", "trusted", "rate", "in_flight").
PLX_MUST_CHECK int upstream_part_parse(const char *name, const char *text,
				       struct upstream_config *upstream,
				       struct options_fault *fault);
const char *upstream_part_at(size_t index);
extern const size_t upstream_part_count;
void upstream_part_defaults(struct upstream_config *upstream);
PLX_MUST_CHECK int option_add_upstream(const struct option_spec *spec, struct options *options,
				       const struct upstream_config *upstream,
				       struct options_fault *fault);

// Replaces the fault's text; returns PLX_ERR_CONFIG.
int options_fault_set(struct options_fault *fault, const char *format, ...) PLX_PRINTF(2, 3);
// Puts a place in front of the text that is there; returns PLX_ERR_CONFIG.
int options_fault_prefix(struct options_fault *fault, const char *format, ...) PLX_PRINTF(2, 3);
