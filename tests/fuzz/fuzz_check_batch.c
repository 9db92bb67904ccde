// SPDX-License-Identifier: BSD-3-Clause
// A primary's request of many checks. Oracle: a refusal has a place and a printable reason; what is accepted keeps its
// bounds and is read the same after it was written.

#include "perspective/check_batch.h"

#include "fuzz_target.h"

#include <errno.h>
#include <string.h>

static void check_accepted(const struct check_batch *batch)
{
	must(batch->count >= 1 && batch->count <= CHECK_BATCH_MAX);
	for (size_t i = 0; i < batch->count; i++) {
		const struct check_ticket *ticket = &batch->tickets[i];
		must(ticket->id > (i > 0 ? batch->tickets[i - 1].id : 0));
		must(strlen(ticket->nonce) == CHECK_NONCE_DIGITS);
		must(strlen(ticket->digest) == CHECK_DIGEST_DIGITS);
		must(ticket->deadline_ms >= 1 && ticket->deadline_ms <= CHECK_DEADLINE_MS_MAX);
	}
	struct check_batch again;
	struct check_batch_fault fault;
	char *text = check_batch_write(batch->tickets, batch->count);
	must(text != NULL && check_batch_read(text, strlen(text), &again, &fault) == 0);
	must(again.count == batch->count);
	for (size_t i = 0; i < batch->count; i++) {
		must(strcmp(again.tickets[i].digest, batch->tickets[i].digest) == 0);
	}
	check_batch_clear(&again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct check_batch batch;
	struct check_batch_fault fault = {.text = ""};
	int error = check_batch_read((const char *)data, size, &batch, &fault);
	if (error == 0) {
		check_accepted(&batch);
		check_batch_clear(&batch);
		return 0;
	}
	must(error == -EINVAL || error == -E2BIG);
	must(fault.text[0] != '\0' && (fault.pointer[0] == '\0' || fault.pointer[0] == '/'));
	for (const char *c = fault.text; *c != '\0'; c++) {
		must((unsigned char)*c >= ' ' && (unsigned char)*c < 0x7f);
	}
	return 0;
}
