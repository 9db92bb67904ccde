// SPDX-License-Identifier: BSD-3-Clause
// A look-up's result for people: records a line, then where it came from.

#pragma once

#include <stdio.h>

struct json_t;

void show_lookup(const struct json_t *result, FILE *out);
