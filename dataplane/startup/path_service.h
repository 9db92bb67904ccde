// SPDX-License-Identifier: BSD-3-Clause
// Answers what workers ask for: the way to a server of an iterative look-up, from the kernel's tables (shared mode) or
// from the link layer's (exclusive mode). Control thread.

#pragma once

#include <parallax/base/attributes.h>

struct dataplane;
struct path_service;

// After the routes. NULL after a line in the log.
struct path_service *path_service_create(struct dataplane *dataplane);
void path_service_destroy(struct path_service *service); // or NULL
// Call when control_wake_fd is readable. Bounded work; what is left wakes us again.
void path_service_process(struct path_service *service);
