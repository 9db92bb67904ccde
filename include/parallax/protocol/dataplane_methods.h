// SPDX-License-Identifier: BSD-3-Clause
// The methods of the dataplane's control socket: one table for the server, rpc.describe, parallaxctl and documents.

#pragma once

#include <parallax/protocol/rpc_method.h>

#include <stddef.h>

extern const struct plx_method plx_dataplane_methods[];
extern const size_t plx_dataplane_method_count;
