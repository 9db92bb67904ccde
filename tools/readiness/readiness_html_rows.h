// SPDX-License-Identifier: BSD-3-Clause
// The page's rows: identifiers that would fail, faulty lines, orders that were not run.

#pragma once

#include <stdio.h>

struct json_t;

void readiness_html_print_rows(const struct json_t *report, FILE *out);
