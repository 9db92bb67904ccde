// SPDX-License-Identifier: BSD-3-Clause
// The engine of real sweeps: a client of the dataplane and the system's clocks.

#pragma once

#include "sweep/engine.h"

void client_engine_init(struct sweep_engine *engine, struct plx_client *client);
