// SPDX-License-Identifier: BSD-3-Clause
// Two ports of one process that are each other's far end: what one sends the other receives, over rings without a
// copy. The cheapest port that there is, for self-tests.

#pragma once

#include <parallax/base/attributes.h>

#include <stdint.h>

#define RING_PAIR_NEAR "net_ring_parallax" // the device's name, for who asks
#define RING_PAIR_FAR "net_ring_reflect"   // and for who answers

struct port_fault;

// Makes both, once in a process: the near one is then there for device_open() and has a MAC address, the far one for
// queue_pairs_open(). Main thread. A negative error and the fault.
PLX_MUST_CHECK int ring_pair_make(uint16_t *ret_far, struct port_fault *fault);
