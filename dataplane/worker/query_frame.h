// SPDX-License-Identifier: BSD-3-Clause
// A query in a packet buffer: the DNS message at a fixed place, the headers ending where it begins. A buffer remembers by
// a name in an mbuf field which upstream's template it holds; 0: none of them.

#pragma once

#include "network/header_template.h"
#include "worker/worker.h"

#include <rte_mbuf_dyn.h>

static inline uint8_t *query_payload(const struct rte_mbuf *mbuf)
{
	return (uint8_t *)mbuf->buf_addr + WORKER_PAYLOAD_OFFSET;
}

static inline uint32_t *query_template(const struct worker *worker, struct rte_mbuf *mbuf)
{
	return RTE_MBUF_DYNFIELD(mbuf, worker->environment->template_field, uint32_t *);
}

// The template was placed before the message.
static inline void query_frame_finish(const struct header_template *header, struct rte_mbuf *mbuf,
				      uint16_t length, uint16_t source_port)
{
	header_template_finish(header, query_payload(mbuf), length, source_port);
	mbuf->data_off = (uint16_t)(WORKER_PAYLOAD_OFFSET - header->length);
	mbuf->data_len = (uint16_t)(header->length + length);
	mbuf->pkt_len = mbuf->data_len;
}
