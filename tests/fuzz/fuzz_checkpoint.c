// SPDX-License-Identifier: BSD-3-Clause
// A checkpoint file up to its open lines; the digest that would stop nearly every input is added here. Oracle: what
// is accepted keeps the order that resuming relies on, and is the same after being written and read again.

#include "sweep/checkpoint.h"

#include "fuzz_target.h"

#include <string.h>

static int read_text(const struct plx_text *text, struct checkpoint *ret_checkpoint)
{
	const char *problem = NULL;
	int error = checkpoint_parse(text->bytes, text->length, ret_checkpoint, &problem);
	must(error == 0 || problem != NULL);
	return error;
}

static void check_order(const struct checkpoint *checkpoint)
{
	uint64_t least = checkpoint->low.line;
	must(least >= 1 && least <= checkpoint->next.line);
	must(checkpoint->low.offset <= checkpoint->next.offset);
	must(strlen(checkpoint->options) < CHECKPOINT_OPTIONS_MAX);
	for (size_t i = 0; i < checkpoint->open_count; i++) {
		must(checkpoint->open_lines[i] >= least);
		must(checkpoint->open_lines[i] < checkpoint->next.line);
		least = checkpoint->open_lines[i] + 1;
	}
}

static void check_written_again(const struct checkpoint *checkpoint)
{
	struct plx_text text = plx_text_growing();
	struct checkpoint again;
	checkpoint_append_head(&text, checkpoint);
	for (size_t i = 0; i < checkpoint->open_count; i++) {
		checkpoint_append_open(&text, checkpoint->open_lines[i]);
	}
	checkpoint_append_end(&text);
	must(read_text(&text, &again) == 0);
	must(again.open_count == checkpoint->open_count);
	must(memcmp(&again.tally, &checkpoint->tally, sizeof(again.tally)) == 0);
	must(again.output_length == checkpoint->output_length);
	checkpoint_fini(&again);
	plx_text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plx_text text = plx_text_growing();
	struct checkpoint checkpoint;
	plx_text_append(&text, data, size);
	checkpoint_append_end(&text);
	if (read_text(&text, &checkpoint) == 0) {
		check_order(&checkpoint);
		check_written_again(&checkpoint);
		checkpoint_fini(&checkpoint);
	}
	plx_text_free(&text);
	return 0;
}
