// SPDX-License-Identifier: BSD-3-Clause
// An evidence file that anybody may have written. Oracle: what is read is written and read again as the same text; judging
// it ends, and never agrees with a file whose digest is another; its explanation is printable ASCII.

#include <parallax/evidence/evidence.h>
#include <parallax/evidence/explain.h>
#include <parallax/evidence/replay.h>

#include "evidence/evidence.h"
#include "fuzz_target.h"

#include <string.h>

static void check_again(const struct plx_evidence *evidence)
{
	char fault[PLX_EVIDENCE_FAULT_MAX];
	struct plx_text text = plx_text_growing();
	struct plx_text again = plx_text_growing();
	struct plx_evidence *other = NULL;
	must(plx_evidence_write(evidence, &text) == 0);
	if (text.length <= PLX_EVIDENCE_BYTES_MAX) {
		must(plx_evidence_read(text.bytes, text.length, &other, fault) == 0);
		must(other->is_as_written && other->step_count == evidence->step_count);
		must(plx_evidence_write(other, &again) == 0);
		must(text.length == again.length &&
		     memcmp(text.bytes, again.bytes, text.length) == 0);
	}
	plx_evidence_destroy(other);
	plx_text_free(&again);
	plx_text_free(&text);
}

static void check_explanation(const struct plx_evidence *evidence)
{
	struct plx_text text = plx_text_growing();
	must(plx_explain(evidence, false, &text) == 0 && text.length > 0);
	for (size_t i = 0; i < text.length; i++) {
		must((text.bytes[i] >= ' ' && text.bytes[i] <= '~') || text.bytes[i] == '\n');
	}
	plx_text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char fault[PLX_EVIDENCE_FAULT_MAX];
	struct plx_evidence *evidence = NULL;
	struct plx_replay_report report;
	if (plx_evidence_read((const char *)data, size, &evidence, fault) != 0) {
		must(fault[0] != '\0' && evidence == NULL);
		return 0;
	}
	check_again(evidence);
	check_explanation(evidence);
	must(plx_replay(evidence, NULL, NULL, &report) == 0);
	must((report.differences == 0) == (report.verdict == PLX_REPLAY_AGREES));
	must(evidence->is_as_written || report.verdict == PLX_REPLAY_DIFFERS);
	plx_evidence_destroy(evidence);
	return 0;
}
