// SPDX-License-Identifier: BSD-3-Clause
// Exclusive mode: frames that are no answers go from the workers through the control thread to the link layer and to the
// kernel (TAP), and the other way round.

#pragma once

#include <parallax/base/attributes.h>

#include <stddef.h>
#include <stdint.h>

struct dataplane;
struct exception_path;

// After the routes. NULL after it logged why. Needs CAP_NET_ADMIN.
struct exception_path *exception_path_create(struct dataplane *dataplane);
void exception_path_destroy(struct exception_path *path);
// Takes the frames that workers handed over. Call when control_wake_fd is readable.
void exception_path_process(struct exception_path *path);
// Sends one frame out of the port. Dropped when there is no buffer, as a wire would.
void exception_path_send(struct exception_path *path, const uint8_t *frame, size_t length);
