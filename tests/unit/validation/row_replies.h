// SPDX-License-Identifier: BSD-3-Clause
// Proofs from the rows of zone_fixture.h: the answer of one, and the DS and DNSKEY of others.

#pragma once

#include "proof_driver.h"
#include "unit/dnssec/zone_fixture.h"

// A proof of the row's answer and nothing else.
void row_begin(struct proof *proof, const struct fixture_row *row);
// For struct proof_driver: `fixture` is the context. What no row answers stays unanswered.
void row_reply(void *fixture, const struct proof_need *need, struct proof_message *ret_message);
