// SPDX-License-Identifier: BSD-3-Clause
// Evidence-grade look-ups of the relevant CAA records of www.example.test, written down step by step as a dataplane would:
// the root, test and example.test are signed by keys of this run; plain.test, with www.plain.test, is not. Include after
// cunit_runner.h.

#pragma once

#include <parallax/evidence/evidence.h>
#include <parallax/exchange/trace.h>

#define ROOT_SERVER "198.51.100.1"
#define TLD_SERVER "198.51.100.2"
#define ZONE_SERVER "192.0.2.1"

// The signatures are valid for a thousand seconds before and after it.
#define RECORDED_AT 1782864000

enum recorded_kind {
	RECORDED_SIGNED,   // climbs from www.example.test to its parent
	RECORDED_UNSIGNED, // the same below plain.test
	RECORDED_BOGUS,    // the answer about www.example.test has a wrong signature
	RECORDED_MENDED,   // the same, and right by TCP
	RECORDED_WRONG,    // the same, and wrong by TCP as well
	RECORDED_FAILED,   // nobody answers for www.example.test
	RECORDED_KINDS
};

struct recorded_lookup {
	struct plx_job job;
	char anchors[512]; // of the root
	struct plx_result result;
	uint8_t body[PLX_RESULT_BODY_MAX];
};

void recorded_start(void);
void recorded_stop(void);
void recorded_make(enum recorded_kind kind, struct recorded_lookup *ret_lookup);
// Its evidence; ends the program when there is none.
struct plx_evidence *recorded_evidence(enum recorded_kind kind);
// The text of it, which the caller frees.
char *recorded_text(enum recorded_kind kind);
