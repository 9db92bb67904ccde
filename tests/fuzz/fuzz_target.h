// SPDX-License-Identifier: BSD-3-Clause
// What every fuzz target shares: libFuzzer's entry point, and `must`, which turns a broken promise into a crash.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void must(bool is_true)
{
	if (!is_true) {
		abort();
	}
}
