// SPDX-License-Identifier: BSD-3-Clause
// The load engine that is a dataplane, by the client library.

#pragma once

#include "bench/load_engine.h"

void client_load_engine_init(struct load_engine *engine, struct plx_client *client);
