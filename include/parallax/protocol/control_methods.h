// SPDX-License-Identifier: BSD-3-Clause
// The methods of parallaxd's control socket: one table for the server, rpc.describe, parallaxctl and documents.

#pragma once

#include <parallax/protocol/rpc_method.h>

#include <stddef.h>

#define PLX_CONTROL_SOCKET_DEFAULT "/run/parallax/control.sock"
// An order of 1,000 identifiers fits.
#define PLX_CONTROL_LINE_MAX (4 * 1024 * 1024)

extern const struct plx_method plx_control_methods[];
extern const size_t plx_control_method_count;
