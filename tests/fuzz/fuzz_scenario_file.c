// SPDX-License-Identifier: BSD-3-Clause
// A scenario file. Oracle: what is refused names a line of the file and says why; what is accepted has every index in
// its lists, and its servers answer a query in every step with a message that fits.

#include "fuzz_target.h"
#include "scenario.h"
#include "scenario_answer.h"

#include <parallax/dns/message_writer.h>

#include <errno.h>
#include <string.h>

#define REPLIES_MAX 200u // written per input, so that large ones stay quick

static void write_replies(const struct scenario *scenario, const struct plx_message *query)
{
	static uint8_t reply[PLX_MESSAGE_MAX];
	for (unsigned i = 0; i < scenario->entry_count && i < REPLIES_MAX; i++) {
		must(scenario->entries[i].index == i);
		must(scenario_answer_write(&scenario->entries[i], query, reply) <= sizeof(reply));
	}
}

static void check_lists(const struct scenario *scenario, const struct plx_message *query)
{
	uint32_t *uses = calloc(scenario->entry_count + 1, sizeof(*uses));
	must(uses != NULL && scenario->step_count > 0);
	for (unsigned i = 0; i < scenario->step_count; i++) {
		const struct scenario_step *step = &scenario->steps[i];
		must(step->entry >= -1 && step->entry < (int)scenario->entry_count);
		must(i == 0 || scenario->steps[i - 1].id < step->id);
	}
	for (unsigned i = 0; i < scenario->range_count; i++) {
		const struct scenario_range *range = &scenario->ranges[i];
		must(range->first_entry + range->entry_count <= scenario->entry_count);
		must(range->address_count <= RANGE_ADDRESSES_MAX);
		const struct server_question question = {
			.step = range->first_step,
			.destination = range->addresses[0],
			.transport = PLX_TRANSPORT_UDP,
			.query = query,
		};
		const struct scenario_entry *entry =
			scenario_answer_find(scenario, &question, uses);
		must(entry == NULL || uses[entry->index] > 0);
	}
	free(uses);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t name[] = "\3www\7example\4test";
	const struct plx_query asked = {
		.name = name, .name_length = sizeof(name), .type = 257, .edns = true};
	uint8_t wire[PLX_QUERY_MAX];
	struct plx_message query;
	must(plx_message_open(wire, plx_query_write(&asked, wire, sizeof(wire)), &query) == 0);
	must(plx_message_check(&query) == 0);

	struct scenario scenario;
	struct scenario_fault fault = {0};
	int error = scenario_parse((const char *)data, size, &scenario, &fault);
	if (error < 0) {
		must(error == -ENOMEM || (error == -EINVAL && fault.text[0] != '\0'));
		return 0;
	}
	check_lists(&scenario, &query);
	write_replies(&scenario, &query);
	scenario_release(&scenario);
	return 0;
}
