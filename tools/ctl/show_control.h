// SPDX-License-Identifier: BSD-3-Clause
// What parallaxd answers, for people.

#pragma once

#include <stdbool.h>
#include <stdio.h>

struct json_t;

void show_order(const struct json_t *result, FILE *out);
void show_modes(const struct json_t *result, FILE *out);
void show_mode_schedule(const struct json_t *result, FILE *out);
void show_perspectives(const struct json_t *result, FILE *out);
void show_perspective_test(const struct json_t *result, FILE *out);
void show_audit_records(const struct json_t *result, FILE *out);
void show_audit_evidence(const struct json_t *result, FILE *out);
void show_audit_report(const struct json_t *result, FILE *out);
// False: not a status of parallaxd, nothing was shown.
bool show_control_status(const struct json_t *result, FILE *out);
