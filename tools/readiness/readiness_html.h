// SPDX-License-Identifier: BSD-3-Clause
// The report as one page to hand on: no network, no file beside it, readable without script, on paper and in the dark.

#pragma once

#include <stdio.h>

struct json_t;

// `report` as readiness_tally_report makes it; its summary may have "input", "started", "finished", "end" and "fault".
void readiness_html_print(const struct json_t *report, FILE *out);
