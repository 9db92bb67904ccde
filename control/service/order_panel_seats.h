// SPDX-License-Identifier: BSD-3-Clause
// The perspectives of a generation as the order table asks them.

#pragma once

#include <parallax/base/attributes.h>

#include <stddef.h>

struct generation;
struct order_panel;

// One reference of the panel, which holds one of the generation. NULL: no memory, or too many remotes.
struct order_panel *order_panel_of(struct generation *generation);
// The same with these remotes alone (indices into generation->remotes), drained or not.
struct order_panel *order_panel_of_remotes(struct generation *generation, const size_t *indices,
					   size_t count);
