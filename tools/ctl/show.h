// SPDX-License-Identifier: BSD-3-Clause
// Answers for people.

#pragma once

#include <stdbool.h>
#include <stdio.h>

struct json_t;

// Prints the result of a method as tables and lines.
void show_result(const char *method, const struct json_t *result, FILE *out);
// False for a look-up whose result is no definitive answer (NOERROR, NXDOMAIN).
bool result_is_success(const char *method, const struct json_t *result);

// Parts that the live screen shows as well.
void show_upstreams(const struct json_t *result, FILE *out);
