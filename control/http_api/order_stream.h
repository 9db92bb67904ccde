// SPDX-License-Identifier: BSD-3-Clause
// Many orders in one request, one a line (NDJSON); each answer leaves as soon as it is there, with the number of its line.
//
//	line ──► started, so many at a time ──► answer {"line":7, ...} | problem {"line":7,"status":400,...}
//
// Where the order table is full the stream waits instead of being refused; a client that does not read is not worked for.

#pragma once

struct http_exchange;
struct service_context;

// Takes the exchange.
void order_stream_start(struct service_context *service, struct http_exchange *exchange);
