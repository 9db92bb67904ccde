// SPDX-License-Identifier: BSD-3-Clause
// The memory that a client and the dataplane share, and the call that hands it over.
//
// Attaching. The client connects to the dataplane's control socket (JSON-RPC 2.0, one object per line) and sends
//
//   {"jsonrpc":"2.0","id":1,"method":"exchange.attach","params":{"version":3,"name":"sweep","priority":"bulk"}}
//
// `version` is PLX_EXCHANGE_VERSION, `name` 1..31 bytes for status output, `priority` "interactive" or "bulk". The
// answer is one line
//
//   {"jsonrpc":"2.0","id":1,"result":{"version":3,"client":3,"workers":2,"judged_by":{"trust_anchors":". IN DS ...\n",
//    "allow_sha1":false,"iterations_insecure":false,"nsec3_iterations_max":100,"rsa_bits_min":1024}}}
//
// `judged_by` is what iterative look-ups are judged by as long as the connection lasts, as evidence tells it
// (parallax/evidence/evidence.h); it is left out when its anchors have no room in the line. The answer is
// sent by one sendmsg(2) whose SCM_RIGHTS carry 2 + workers descriptors, in this order: the region (memfd); the
// end of a socket pair (SOCK_STREAM) that becomes readable when the client is woken; then one eventfd per worker that
// the client writes to wake this worker, and that is this client's alone (why: wake_event.h). The client maps `workers`
// job and result rings, and the connection stays open for as long as both use them. The dataplane ends the connection
// of a client that writes impossible ring positions or lengths. Whoever sees its end knows
// that the other is gone: the dataplane then cancels the client's look-ups and frees the region; the client takes
// the results that are still in the rings and reports the rest as lost. A second exchange.attach on one connection
// is refused, and so is a version that the dataplane does not speak:
//
//   {"jsonrpc":"2.0","id":1,"error":{"code":-32010,"message":"exchange version 2 is not spoken here: 3"}}
//
// The region. A memfd sealed with PLX_REGION_SEALS before it is handed over, so that neither side can make the
// other fault by truncating it. Pages are touched only as far as a ring has come, so an idle client costs little.
//
//   0                      struct plx_region_header, written once by the dataplane, which never reads it back
//   PLX_REGION_BEAT_OFFSET   struct plx_beat of the control thread
//   PLX_REGION_RINGS_OFFSET  struct plx_region_worker for each of PLX_REGION_WORKERS_MAX workers
//   PLX_REGION_DATA_OFFSET   per worker: job bytes, then result bytes
//
// The beats. A process that dies closes its socket; one that hangs (stopped, a loop without end, memory that never
// comes) does not. Hence every thread of the dataplane counts its beat up at least each PLX_BEAT_INTERVAL_MS, workers
// between two turns of their loop, also while they have nothing to do. Only that the number changes means anything,
// and only that somebody lives: the other process writes it, so that nothing but patience may depend on it.
//
// Job records are plx_job_write's bytes. Result records are struct plx_result followed by its body.

#pragma once

#include <parallax/base/siphash.h>
#include <parallax/exchange/job.h>
#include <parallax/exchange/result.h>
#include <parallax/exchange/spsc_ring.h>

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>

// Changes whenever the layout, the ring, a record in it or the way to wake the other end changes.
#define PLX_EXCHANGE_VERSION 3
#define PLX_ATTACH_METHOD "exchange.attach"
#define PLX_CLIENT_NAME_MAX 31
// Request or answer, newline included; and of it for the text of trust anchors: some 200 of ordinary names.
#define PLX_ATTACH_LINE_MAX 32768
#define PLX_ATTACH_ANCHORS_MAX (PLX_ATTACH_LINE_MAX - 4096)

// JSON-RPC error codes of exchange.attach.
#define PLX_ATTACH_ERROR_VERSION (-32010)
#define PLX_ATTACH_ERROR_FULL (-32011)     // too many clients are attached
#define PLX_ATTACH_ERROR_ATTACHED (-32012) // this connection is attached already

#define PLX_REGION_MAGIC 0x58454c50u // "PLEX"
#define PLX_REGION_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
#define PLX_REGION_WORKERS_MAX 64
#define PLX_JOB_RING_BYTES (1u << 20)
#define PLX_RESULT_RING_BYTES (4u << 20)
#define PLX_RESULT_RECORD_MAX (sizeof(struct plx_result) + PLX_RESULT_BODY_MAX)

// A record may take half a ring (spsc_ring.h); the result ring should hold several of the largest.
static_assert(PLX_RESULT_RING_BYTES >= 8 * (PLX_RESULT_RECORD_MAX + 8), "large results queue up");
static_assert(PLX_JOB_RING_BYTES >= 8 * (PLX_JOB_RECORD_MAX + 8), "jobs queue up");

struct plx_region_header {
	uint32_t magic;
	uint32_t version;
	uint32_t worker_count;
	uint32_t job_ring_bytes;
	uint32_t result_ring_bytes;
	uint32_t reserved;
	// plx_region_worker_of: the same for all clients of one dataplane, so that their identical questions meet
	// in one worker; secret, so that nobody can choose names that all land on one.
	struct plx_siphash_key worker_key;
};

static_assert(offsetof(struct plx_region_header, worker_key) == 24, "layout is a contract");
static_assert(sizeof(struct plx_region_header) == 40, "layout is a contract");

#define PLX_BEAT_INTERVAL_MS                                                                       \
	150u // at most; a worker beats each 100 ms and looks at the time each 50

struct plx_beat {
	// dataplane: rw, relaxed. client: ro, relaxed.
	PLX_CACHE_ALIGNED uint64_t count;
};

static_assert(sizeof(struct plx_beat) == 64, "layout is a contract");

struct plx_region_worker {
	struct plx_ring_shared jobs;    // client produces, worker consumes
	struct plx_ring_shared results; // worker produces, client consumes
	struct plx_beat beat;
};

static_assert(offsetof(struct plx_region_worker, results) == 256, "layout is a contract");
static_assert(offsetof(struct plx_region_worker, beat) == 512, "layout is a contract");
static_assert(sizeof(struct plx_region_worker) == 576, "layout is a contract");

#define PLX_REGION_BEAT_OFFSET 64u
#define PLX_REGION_RINGS_OFFSET 4096u

static_assert(PLX_REGION_BEAT_OFFSET >= sizeof(struct plx_region_header) &&
		      PLX_REGION_BEAT_OFFSET + sizeof(struct plx_beat) <= PLX_REGION_RINGS_OFFSET,
	      "the control thread's beat has a line of its own");
#define PLX_REGION_DATA_OFFSET                                                                     \
	(PLX_REGION_RINGS_OFFSET +                                                                 \
	 PLX_REGION_WORKERS_MAX * (uint32_t)sizeof(struct plx_region_worker))

static_assert(PLX_REGION_DATA_OFFSET % 4096 == 0, "ring bytes start on a page");

static inline size_t plx_region_bytes(uint32_t worker_count)
{
	return PLX_REGION_DATA_OFFSET +
	       (size_t)worker_count * (PLX_JOB_RING_BYTES + PLX_RESULT_RING_BYTES);
}

// The parts of a region mapped at `base`, for worker < worker_count.
static inline struct plx_beat *plx_region_control_beat(void *base)
{
	void *beat = (uint8_t *)base + PLX_REGION_BEAT_OFFSET;
	return beat;
}

static inline struct plx_region_worker *plx_region_worker(void *base, uint32_t worker)
{
	void *rings = (uint8_t *)base + PLX_REGION_RINGS_OFFSET;
	return (struct plx_region_worker *)rings + worker;
}

static inline uint8_t *plx_region_job_bytes(void *base, uint32_t worker)
{
	return (uint8_t *)base + plx_region_bytes(worker);
}

static inline uint8_t *plx_region_result_bytes(void *base, uint32_t worker)
{
	return plx_region_job_bytes(base, worker) + PLX_JOB_RING_BYTES;
}

// The worker that looks a name up, whatever its case: a client chooses, so that identical questions merge.
static inline uint32_t plx_region_worker_of(const struct plx_siphash_key *key,
					    const struct plx_name *name, uint32_t worker_count)
{
	if (worker_count == 1) {
		return 0;
	}
	PLX_UNINITIALIZED uint8_t lower[PLX_NAME_MAX];
	for (unsigned i = 0; i < name->length; i++) {
		lower[i] =
			plx_ascii_lower(name->wire[i]); // length octets are below 64: not letters
	}
	uint32_t hash = (uint32_t)plx_siphash(key, lower, name->length);
	return (uint32_t)((uint64_t)hash * worker_count >> 32);
}
