// SPDX-License-Identifier: BSD-3-Clause
// Why a check comes to no verdict for reasons that no rule of policy/ names: the DNS, our own means, or a question that
// cannot be asked. All of them make an ERROR.

#pragma once

#include <parallax/exchange/result.h>

#include <stdbool.h>

// Code, name, sentence without a full stop.
#define CHECK_FAULTS(X)                                                                            \
	X(DNSSEC_BOGUS, "dnssec-bogus", "DNSSEC validation of an answer failed")                   \
	X(DNSSEC_UNCHECKED, "dnssec-unchecked",                                                    \
	  "an answer was not validated, as the primary perspective's must be (BR 4.2.2.2)")        \
	X(LOOKUP_TIMEOUT, "lookup-timeout", "the DNS did not answer in time")                      \
	X(LOOKUP_FAILED, "lookup-failed", "the DNS gave no usable answer")                         \
	X(DATAPLANE_LOST, "dataplane-lost", "the perspective's own dataplane did not answer")      \
	X(DATAPLANE_BUSY, "dataplane-busy", "the perspective's own dataplane had no room")         \
	X(ANSWER_UNREADABLE, "answer-unreadable",                                                  \
	  "the dataplane's result contradicts itself and was not read")                            \
	X(NOT_A_DOMAIN, "not-a-domain", "CAA exists for domain names only")                        \
	X(ONION, "onion-unsupported",                                                              \
	  "Onion names have no CAA, and perspectives have no way into the Tor network")            \
	X(BAD_DOMAIN, "bad-authorization-domain",                                                  \
	  "the Authorization Domain Name is no host name, or not for this identifier")             \
	X(BAD_QUERY, "bad-query", "no question can be made for this method and identifier")        \
	X(DEADLINE, "deadline", "the time of the check ran out")                                   \
	X(OVERLOADED, "overloaded", "too much was asked of this perspective at a time")            \
	X(NO_MEMORY, "no-memory", "the perspective ran out of memory")                             \
	X(EVIDENCE_UNSTORED, "evidence-not-stored",                                                \
	  "the evidence of a look-up could not be stored, and nothing passes without it")

enum check_fault {
	CHECK_FAULT_NONE = 0,
#define CHECK_FAULT_ENTRY(code, name, text) CHECK_FAULT_##code,
	CHECK_FAULTS(CHECK_FAULT_ENTRY)
#undef CHECK_FAULT_ENTRY
};

// What is wrong with an answer as such: NONE when it is definitive and, where that is required, validated.
enum check_fault check_fault_of_answer(const struct plx_result *result, bool requires_validation);
// What -errno of a start means.
enum check_fault check_fault_of_errno(int error);

const char *check_fault_name(enum check_fault fault); // "dnssec-bogus"; "none"
const char *check_fault_text(enum check_fault fault);
