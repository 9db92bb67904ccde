// SPDX-License-Identifier: BSD-3-Clause
// Capabilities belong to threads. setresuid(2) clears those of all threads, but only when it comes from root; a start
// by another account that was given capabilities has to take them off each thread.

#pragma once

#include <parallax/base/attributes.h>

// Leaves no thread of the process a permitted, effective, inheritable or ambient capability. A thread does it for
// itself, in the handler of SIGRTMAX, which therefore none may block. 0, or -EPERM when a thread still has some.
PLX_MUST_CHECK int thread_capabilities_drop(void);
