// SPDX-License-Identifier: BSD-3-Clause
// Handlers of the API, by family. Nobody else includes it.

#pragma once

struct http_exchange;

void http_api_get_health(struct http_exchange *exchange, void *context);
void http_api_get_ready(struct http_exchange *exchange, void *context);
void http_api_post_orders(struct http_exchange *exchange, void *context);
void http_api_get_order(struct http_exchange *exchange, void *context);
void http_api_post_caa(struct http_exchange *exchange, void *context);
void http_api_post_dcv(struct http_exchange *exchange, void *context);
void http_api_post_mpic(struct http_exchange *exchange, void *context);
void http_api_get_configz(struct http_exchange *exchange, void *context);
void http_api_get_metrics(struct http_exchange *exchange, void *context);
