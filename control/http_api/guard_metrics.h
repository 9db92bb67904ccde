// SPDX-License-Identifier: BSD-3-Clause
// The metrics of the clock and of certificates, for metrics_handler.c.

#pragma once

#include <stdio.h>

struct service_context;

void guard_metrics_write(FILE *out, const struct service_context *service);
