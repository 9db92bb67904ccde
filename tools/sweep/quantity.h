// SPDX-License-Identifier: BSD-3-Clause
// Numbers with units on the command line: "10k" a second, "250ms".

#pragma once

#include <parallax/base/attributes.h>

#include <stdint.h>

// A count with an optional k, M or G (powers of 1000). -EINVAL, -ERANGE.
PLX_MUST_CHECK int quantity_parse_count(const char *text, uint64_t *ret_count);
// A duration with its unit: us, ms, s, m or h. -EINVAL (a bare number too), -ERANGE.
PLX_MUST_CHECK int quantity_parse_duration_ns(const char *text, uint64_t *ret_ns);
