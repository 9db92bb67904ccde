// SPDX-License-Identifier: BSD-3-Clause
// One validation state for several answers: an outcome is as sure as the least sure answer that it rests upon. Pure.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/exchange/result.h>

// Zeroed memory: no answer yet.
struct dnssec_worst {
	bool has_answer;
	enum plx_dnssec state;
};

// From best to worst: secure, insecure, indeterminate, unchecked, bogus. An unknown state is unchecked.
void dnssec_worst_add(struct dnssec_worst *worst, enum plx_dnssec state);
// UNCHECKED when there was no answer: nothing was validated.
PLX_PURE enum plx_dnssec dnssec_worst_state(const struct dnssec_worst *worst);
