// SPDX-License-Identifier: BSD-3-Clause
// What a test dataplane answers: a table of names and types, with every fault that an answer can have.

#pragma once

#include <parallax/exchange/job.h>
#include <parallax/exchange/result.h>

#include "exchange_host.h"

#include <stdint.h>

#define ZONE_TEXTS_MAX 6
#define ZONE_TIME_S 1795694400 // 2026-11-26T12:00:00Z, of every answer

// A name without a row does not exist (NXDOMAIN, insecure).
struct zone_row {
	const char *name;
	uint16_t type;  // CAA: only a relevant-CAA job gets it
	uint8_t status; // 0: ANSWERED
	uint8_t rcode;
	uint8_t dnssec; // as in a result
	uint8_t cause;
	uint8_t attempts;     // 0: 1
	uint16_t ede_code;    // as in a result
	uint16_t copies;      // of each record; 0: 1
	bool is_inconsistent; // the body is cut short
	const char *alias;    // a chain, separated by blanks
	const char *found_at; // CAA; NULL: the name itself
	// TXT: the string; CAA: "flags tag value"; CNAME, PTR: a name; A, AAAA: an address
	const char *texts[ZONE_TEXTS_MAX];
};

// The table ends with a row without a name. For all hosts from now on; set while no job runs.
void zone_table_set(const struct zone_row *rows);
// Jobs that were answered since zone_table_set.
unsigned zone_table_asked(void);
// Told of every job before it is answered, on the threads of the host. NULL: nobody.
void zone_table_watch(void (*on_job)(const struct plx_job *job));
// For exchange_host_config. Runs on the threads of the host.
size_t zone_table_answer(const struct plx_job *job, struct plx_result *ret_result,
			 uint8_t *ret_body, size_t capacity);
