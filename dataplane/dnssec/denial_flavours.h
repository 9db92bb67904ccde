// SPDX-License-Identifier: BSD-3-Clause
// The proofs of denial.h, by NSEC and by NSEC3: called by denial.c only.

#pragma once

#include "dnssec/denial.h"

enum denial_result denial_nsec_of_name(const struct denial_set *set, const struct plx_name *name);
enum denial_result denial_nsec_of_type(const struct denial_set *set, const struct plx_name *name,
				       uint16_t type);
enum denial_result denial_nsec_of_closer(const struct denial_set *set, const struct plx_name *name,
					 unsigned labels);
enum denial_result denial_nsec_is_delegation(const struct denial_set *set,
					     const struct plx_name *name, bool *ret_is_delegation);

enum denial_result denial_nsec3_of_name(const struct denial_set *set, const struct plx_name *name);
enum denial_result denial_nsec3_of_type(const struct denial_set *set, const struct plx_name *name,
					uint16_t type);
enum denial_result denial_nsec3_of_closer(const struct denial_set *set, const struct plx_name *name,
					  unsigned labels);
enum denial_result denial_nsec3_is_delegation(const struct denial_set *set,
					      const struct plx_name *name, bool *ret_is_delegation);

// What a record at the name itself says of a type: no such type, no alias, and it may speak of it. A delegation's record
// speaks of DS only, an apex's never of DS but at the root (RFC 6840 4.1 and 4.4).
bool denial_types_lack(const struct type_bitmap *types, const struct plx_name *name, uint16_t type);
