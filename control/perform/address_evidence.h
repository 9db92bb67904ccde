// SPDX-License-Identifier: BSD-3-Clause
// The look-ups behind the connections of a check: they become evidence, the outcome rests upon them, and at the primary
// they must be validated like any other (BR 4.2.2.2).

#pragma once

#include "perform/check_fault.h"

struct address_list;
struct check_run;
struct plx_name;

// `list` NULL (the host is an address, or its look-up did not end) adds nothing.
void address_evidence_add(struct check_run *run, const struct plx_name *host,
			  const struct address_list *list);
// What is wrong with answers that were used or show tampering: a family that failed is no reason against the other.
enum check_fault address_evidence_fault(const struct address_list *list, bool requires_validation);
// Why a host could not be resolved at all.
enum check_fault address_evidence_failure(const struct address_list *list);
