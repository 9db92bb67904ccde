// SPDX-License-Identifier: BSD-3-Clause
// A network namespace for one test program, with nothing but a loopback interface that is up: every port is free, ports
// below 1024 too.

#pragma once

#include <stdbool.h>

#define TEST_SKIPPED 77 // meson's exit status for it

// Before the first thread. False, with a line that says why, where there is none to be had.
bool own_network_enter(void);
