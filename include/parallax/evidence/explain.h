// SPDX-License-Identifier: BSD-3-Clause
// An evidence for people: for each name that was asked, the tree of its queries (a referral stands above what was asked
// of the zone it leads to), what was proved, and at the end the result. Numbers in brackets are those of the steps, in
// the order of time; replay names them too.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/format/text_buffer.h>

#include <stdbool.h>

struct plx_evidence;

// Appends lines of printable ASCII, and escape sequences for colours if wanted: nothing that a peer sent can move a
// cursor. -ENOMEM or -ENOSPC: the text is as it was.
PLX_MUST_CHECK int plx_explain(const struct plx_evidence *evidence, bool has_colours,
			       struct plx_text *text);
