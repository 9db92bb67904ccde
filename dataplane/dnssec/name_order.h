// SPDX-License-Identifier: BSD-3-Clause
// Names as DNSSEC sees them: the canonical order of RFC 4034 6.1, and names cut at a number of labels. All names in
// lower case.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/dns/name.h>

#include <stdbool.h>

// Less than, equal to, greater than zero.
PLX_PURE int name_compare(const struct plx_name *a, const struct plx_name *b);
// The rightmost `labels` labels of `name` (all of it when it has fewer).
void name_suffix(const struct plx_name *name, unsigned labels, struct plx_name *ret_suffix);
// Labels that both names end with.
PLX_PURE unsigned name_common_labels(const struct plx_name *a, const struct plx_name *b);
// "*." before `name`; false when that is longer than a name can be.
PLX_MUST_CHECK bool name_wildcard(const struct plx_name *name, struct plx_name *ret_wildcard);
PLX_PURE bool name_is_wildcard(const struct plx_name *name);
// As in the labels field of an RRSIG (RFC 4034 3.1.3): a leading "*" does not count.
PLX_PURE unsigned name_signed_labels(const struct plx_name *name);
// Below it and not equal to it.
PLX_PURE bool name_is_strictly_below(const struct plx_name *name, const struct plx_name *ancestor);
