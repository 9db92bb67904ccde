// SPDX-License-Identifier: BSD-3-Clause
// The daemon's own footing: its clock and its certificates, watched for as long as it runs. Alarms are log lines; steps
// of the clock are records of the audit log as well, and hold new orders back.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>

struct json_t;
struct service_context;
struct service_fault;

// service->clock, service->certificates. -ENOMEM and the fault.
PLX_MUST_CHECK int self_watch_open(struct service_context *service, struct service_fault *fault);
void self_watch_close(struct service_context *service);
// The files of the present configuration, after a reload; what is due is told again.
void self_watch_renew(struct service_context *service);
// Whether the clock is believed: asked before an order is taken.
bool self_watch_may_decide(const struct service_context *service);
// For status; NULL without memory.
struct json_t *self_watch_clock(const struct service_context *service);
struct json_t *self_watch_certificates(const struct service_context *service);
