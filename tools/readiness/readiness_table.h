// SPDX-License-Identifier: BSD-3-Clause
// The report for a terminal. Nothing in it can move the cursor.

#pragma once

#include <stdio.h>

struct json_t;

// Lines of faulty orders and of those that were not run that are shown; --json and --html show all.
#define READINESS_TABLE_PROBLEMS_MAX 20

// `report` as readiness_tally_report makes it.
void readiness_table_print(const struct json_t *report, FILE *out);
