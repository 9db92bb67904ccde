// SPDX-License-Identifier: BSD-3-Clause
// A responder on a thread of the process that asks it, over a ring pair: NODATA for every query to one address.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>

struct port_fault;
struct ring_responder;

// Makes the ring pair, whose near end is then there for device_open(), and sets the thread running on `cpu`. Once in a
// process. Main thread, EAL up. NULL and the fault.
struct ring_responder *ring_responder_start(const struct plx_endpoint *server, int cpu,
					    struct port_fault *fault);
// Ends the thread. Its memory stays with the EAL, for packets may still lie in the rings. NULL is fine.
void ring_responder_stop(struct ring_responder *responder);
