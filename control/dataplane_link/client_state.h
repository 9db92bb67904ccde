// SPDX-License-Identifier: BSD-3-Clause
// What is inside a client: for client.c (life), job_submit.c and result_collect.c.

#pragma once

#include <parallax/exchange/client.h>
#include <parallax/exchange/region_layout.h>

#include "dataplane_link/connection.h"
#include "dataplane_link/outstanding.h"

#include <stdint.h>

struct plx_client {
	char *socket_path;
	char name[PLX_CLIENT_NAME_MAX + 1];
	struct connection_identity identity; // points to the two above
	struct connection connection;
	struct outstanding outstanding;
	uint32_t lost_cursor;   // LOST: how far the outstanding ones are reported
	uint32_t next_worker;   // whose results are collected first
	uint64_t stray_results; // for a look-up that is not open
	uint64_t late_results;  // for one that was ended while its worker was silent
	uint8_t *record;        // PLX_RESULT_RECORD_MAX: the result being handed over
};

// Moves a connection that ended as far as it can without the caller: LOST once the rings are empty, WAITING once
// nothing is outstanding.
void client_settle(struct plx_client *client);
