// SPDX-License-Identifier: BSD-3-Clause
// What the servers of a scenario say: answer(scenario, step, destination, transport, query) -> octets or none. No
// I/O, no clock, no chance: those belong to whoever plays the scenario (world.h), in virtual or in real time.

#pragma once

#include "scenario.h"

#include <parallax/dns/message_reader.h>

struct server_question {
	uint32_t step;
	struct plx_ip destination;
	enum plx_transport transport;
	const struct plx_message *query; // checked
};

// The entry that answers, or NULL. `uses` counts for each entry how often it answered (ADJUST times); the one that
// is found is counted.
const struct scenario_entry *scenario_answer_find(const struct scenario *scenario,
						  const struct server_question *question,
						  uint32_t *uses);
// Writes the entry's reply to the query; its length, 0 when it does not fit. `wire` is PLX_MESSAGE_MAX octets.
size_t scenario_answer_write(const struct scenario_entry *entry, const struct plx_message *query,
			     uint8_t *wire);
