// SPDX-License-Identifier: BSD-3-Clause
// The CA's own Issuer Domain Names, which its CP or CPS lists (BR 4.2.2.1, RFC 8659 4.2): whoever asks may choose among
// them and name no other, or a record that permits another CA would permit us. Pure.

#pragma once

#include <parallax/base/attributes.h>

#include <stddef.h>

// The entry of `ours` that is the same domain name: ASCII case and a final dot make no difference, escapes are not
// undone. NULL: none, and so for the root and without text. Any thread.
PLX_PURE const char *issuer_domain_find(const char *text, size_t length, const char *const *ours,
					size_t count);
