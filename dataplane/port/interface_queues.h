// SPDX-License-Identifier: BSD-3-Clause
// How many receive queues a kernel interface uses: packets may arrive on any of them, so each needs an AF_XDP socket.

#pragma once

#include <parallax/base/attributes.h>

// The number, at least 1, or -errno.
PLX_MUST_CHECK int count_interface_queues(const char *interface);
