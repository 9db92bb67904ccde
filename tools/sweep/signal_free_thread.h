// SPDX-License-Identifier: BSD-3-Clause
// Threads that no signal reaches: those are for the main thread.

#pragma once

#include <parallax/base/attributes.h>

#include <pthread.h>

// 0 or an errno, as pthread_create.
PLX_MUST_CHECK int signal_free_thread_start(pthread_t *ret_thread, void *(*run)(void *),
					    void *argument);
