// SPDX-License-Identifier: BSD-3-Clause
// Queries of iterative look-ups, to any server. A query to a server whose way is not known yet waits here, outside of any
// packet buffer, while the control thread looks for it. Where none leads the recursor asks another server at once. One that
// is not found in time is like a lost packet: nobody says that there is none, so the recursor's timer decides, and the
// server may be asked again. While too many wait the recursor is asked for no more.

#include "network/server_paths.h"
#include "recursion/recursor.h"
#include "worker/path_handover.h"
#include "worker/query_frame.h"

#include <string.h>

#define WAIT_MAX_NS (100ull * 1000000) // a neighbour on the link answers within a millisecond or so

static enum server_path_use use_path(struct worker *worker, const struct plx_ip *server,
				     uint64_t now_ns, const struct header_template **ret_header,
				     bool *has_asked)
{
	bool must_ask;
	enum server_path_use use =
		server_paths_use(worker->paths, server, now_ns, ret_header, &must_ask);
	if (must_ask && path_ask(worker, server)) {
		worker->counters.paths_asked++;
		*has_asked = true;
	}
	return use;
}

static void give_back(struct worker *worker, uint32_t slot, uint16_t generation, uint64_t now_ns)
{
	worker->counters.paths_missing++;
	recursor_unreachable(worker->recursor, slot, generation, now_ns);
}

// The message is in the buffer.
static void frame(struct worker *worker, struct rte_mbuf *mbuf,
		  const struct header_template *header, uint16_t length, uint16_t source_port)
{
	header_template_place(header, query_payload(mbuf));
	*query_template(worker, mbuf) = 0;
	query_frame_finish(header, mbuf, length, source_port);
}

static void wait_for_path(struct path_waiting *waiting, const struct recursor_query *query,
			  uint64_t now_ns)
{
	struct waiting_query *place = &waiting->queries[waiting->count++];
	place->since_ns = now_ns;
	place->server = query->server;
	place->slot = query->slot;
	place->generation = query->generation;
	place->length = query->length;
	place->source_port = query->source_port;
	memcpy(place->wire, query->wire, query->length);
}

// Those whose way is known now, in order; the others stay, unless nobody waits for them any more.
static unsigned write_waiting(struct worker *worker, uint64_t now_ns, unsigned max,
			      struct rte_mbuf **mbufs, bool *has_asked)
{
	struct path_waiting *waiting = worker->waiting;
	bool has_answers = path_answers_learn(worker, now_ns);
	if (waiting->count == 0 || (!has_answers && now_ns - waiting->looked_ns < PATH_LOOK_NS)) {
		return 0;
	}
	waiting->looked_ns = now_ns;
	unsigned sent = 0;
	unsigned kept = 0;
	for (unsigned i = 0; i < waiting->count; i++) {
		struct waiting_query *query = &waiting->queries[i];
		const struct header_template *header = NULL;
		if (!recursor_awaits(worker->recursor, query->slot, query->generation)) {
			continue;
		}
		enum server_path_use use =
			use_path(worker, &query->server, now_ns, &header, has_asked);
		bool is_late = now_ns - query->since_ns >= WAIT_MAX_NS;
		if (use == SERVER_PATH_OPEN && sent < max) {
			memcpy(query_payload(mbufs[sent]), query->wire, query->length);
			frame(worker, mbufs[sent++], header, query->length, query->source_port);
		} else if (use == SERVER_PATH_NONE) {
			give_back(worker, query->slot, query->generation, now_ns);
		} else if (use == SERVER_PATH_WAIT && is_late) {
			worker->counters.paths_missing++;
		} else {
			if (kept != i) {
				waiting->queries[kept] = *query;
			}
			kept++;
		}
	}
	waiting->count = kept;
	return sent;
}

// Those that are to be sent now come first in `mbufs`.
static unsigned write_new(struct worker *worker, uint64_t now_ns, unsigned max,
			  struct rte_mbuf **mbufs, bool *has_asked)
{
	PLX_UNINITIALIZED struct recursor_query queries[WORKER_BURST];
	struct path_waiting *waiting = worker->waiting;
	unsigned room = PATH_WAITING_MAX - waiting->count;
	max = max < room ? max : room;
	if (max == 0) {
		return 0;
	}
	for (unsigned i = 0; i < max; i++) {
		queries[i].wire = query_payload(mbufs[i]);
	}
	unsigned count = recursor_next_queries(worker->recursor, now_ns, max, queries);
	unsigned sent = 0;
	for (unsigned i = 0; i < count; i++) {
		const struct header_template *header = NULL;
		struct rte_mbuf *mbuf = mbufs[i];
		switch (use_path(worker, &queries[i].server, now_ns, &header, has_asked)) {
		case SERVER_PATH_OPEN:
			frame(worker, mbuf, header, queries[i].length, queries[i].source_port);
			mbufs[i] = mbufs[sent];
			mbufs[sent++] = mbuf;
			break;
		case SERVER_PATH_WAIT:
			wait_for_path(waiting, &queries[i], now_ns);
			break;
		case SERVER_PATH_NONE:
			give_back(worker, queries[i].slot, queries[i].generation, now_ns);
			break;
		}
	}
	return sent;
}

unsigned iterative_queries_write(struct worker *worker, uint64_t now_ns, unsigned max,
				 struct rte_mbuf **mbufs)
{
	bool has_asked = false;
	unsigned sent = write_waiting(worker, now_ns, max, mbufs, &has_asked);
	if (sent < max) {
		sent += write_new(worker, now_ns, max - sent, mbufs + sent, &has_asked);
	}
	if (has_asked) {
		worker_notify_control(worker);
	}
	return sent;
}
