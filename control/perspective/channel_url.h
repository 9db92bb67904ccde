// SPDX-License-Identifier: BSD-3-Clause
// The URL of a remote as an operator writes it, which paths are put behind. Any thread.

#pragma once

#include <parallax/base/attributes.h>

#include <stddef.h>

// https (BR 3.2.2.9: authenticated and encrypted), a host, no query and no fragment. ret_length: without slashes at the
// end. -EINVAL.
PLX_MUST_CHECK int channel_url_check(const char *url, size_t *ret_length);
