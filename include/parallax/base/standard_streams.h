// SPDX-License-Identifier: BSD-3-Clause
// Descriptors 0, 1 and 2 that the caller closed (`>&-`) are taken: whatever is opened next would get their numbers
// otherwise, and output or log lines would go into a socket or a database. Reading from and writing to them fails with
// EBADF, as it must.

#pragma once

#include <parallax/base/attributes.h>

// First thing in main. -errno.
PLX_MUST_CHECK int plx_standard_streams_hold(void);
