// SPDX-License-Identifier: BSD-3-Clause
// Answers for people.

#pragma once

#include <stdbool.h>
#include <stdio.h>

struct json_t;

// Prints the result of a method as tables and lines.
void show_result(const char *method, const struct json_t *result, FILE *out);
// False for a look-up without a definitive answer (NOERROR, NXDOMAIN), an order that is refused, a log that is not whole
// or has missing entries, and a perspective that did not answer.
bool result_is_success(const char *method, const struct json_t *result);

// Parts that the live screen shows as well.
void show_upstreams(const struct json_t *result, FILE *out);
