// SPDX-License-Identifier: BSD-3-Clause
// The virtual network: takes queries from the engine, asks the scenario, brings the replies, with their delays,
// losses, copies and forgeries.

#pragma once

#include "world.h"

// Takes all queries that the engine wants to send now.
void network_take_queries(struct world *world);
// Hands over what has arrived by now.
void network_deliver(struct world *world);
