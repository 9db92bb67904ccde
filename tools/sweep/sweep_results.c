// SPDX-License-Identifier: BSD-3-Clause
// What becomes of results: output lines, or another try.

#include <parallax/dns/rr_type.h>

#include "sweep/sweep.h"

#define TEXT_OF(number) #number
#define LOST_TEXT_OF(losses)                                                                       \
	"the dataplane ended or hung each of " TEXT_OF(                                            \
		losses) " times that it was asked, at last alone"
#define LOST_TEXT LOST_TEXT_OF(SWEEP_LOSSES_MAX)

static void write_line(struct sweep *sweep, const struct plx_asked *asked,
		       const struct plx_result *result, const uint8_t *body)
{
	if (!sweep->is_broken) {
		sweep->is_broken = output_writer_append(&sweep->output, asked, result, body,
							sweep->failure) != 0;
	}
}

void sweep_write_invalid(struct sweep *sweep, const struct line_view *line, const char *shown,
			 size_t shown_length, uint16_t type, const char *error)
{
	const struct sweep_config *config = sweep->config;
	const struct plx_result result = {
		.time_ns = sweep->engine->realtime_ns(sweep->engine->context),
		.status = PLX_STATUS_INVALID_NAME,
	};
	const struct plx_asked asked = {
		.line = line->number,
		.raw = shown,
		.raw_length = shown_length,
		.type = type != 0 ? type : config->type,
		.relevant_caa = config->relevant_caa,
		.error = error,
	};
	write_line(sweep, &asked, &result, NULL);
}

// The look-up was not answered: it is asked again, without an output line. False: it was lost too often.
static bool ask_again(struct sweep *sweep, struct open_item *item, enum plx_status status)
{
	if (status == PLX_STATUS_LOST && ++item->losses == SWEEP_LOSSES_MAX) {
		return false;
	}
	if (status == PLX_STATUS_CANCELLED) {
		if (sweep->drained_ns == 0) {
			sweep_notice(sweep, "the dataplane is draining: waiting for it");
		}
		sweep->drained_ns = sweep->now_ns;
	}
	sweep->tally.resubmitted++;
	open_items_wait(&sweep->items, item);
	return true;
}

void sweep_take_result(void *context, const struct plx_result *result, const uint8_t *body)
{
	struct sweep *sweep = context;
	struct open_item *item = open_items_find(&sweep->items, result->tag);
	if (item == NULL) {
		sweep->stray_results++;
		return;
	}
	bool is_unanswered =
		result->status == PLX_STATUS_LOST || result->status == PLX_STATUS_CANCELLED;
	if (is_unanswered && ask_again(sweep, item, (enum plx_status)result->status)) {
		return;
	}
	sweep->drained_ns = 0;
	const struct plx_asked asked = {
		.line = item->line,
		.name = &item->job.name,
		.type = item->job.qtype,
		.relevant_caa = item->job.kind == PLX_JOB_RELEVANT_CAA,
		.error = is_unanswered ? LOST_TEXT : NULL,
	};
	write_line(sweep, &asked, result, body);
	open_items_release(&sweep->items, item);
}
