// SPDX-License-Identifier: BSD-3-Clause
// A dataplane for tests: a real exchange server with real lanes behind a real Unix socket, but its workers answer
// jobs by themselves instead of asking the DNS. It runs as threads of the test, or as a process that can be killed.
//
// A job for any ordinary type is answered with a body of `timeout_ms` octets, the name's wire form over and over.
// Some private types (RFC 6895 3.1) make it behave differently.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

#define EXCHANGE_HOST_HOLD 65280  // taken and never answered
#define EXCHANGE_HOST_TWICE 65281 // answered twice
#define EXCHANGE_HOST_DIE                                                                          \
	65282 // kills its own process, after making visible what it answered before
#define EXCHANGE_HOST_CORRUPT 65283 // writes an impossible ring position

#define EXCHANGE_HOST_DEADLINE_MS 20000 // of every wait in here and in tests

struct plx_job;
struct plx_result;
struct exchange_host;

// What is answered to `job` in place of the above: fills status and the like of `ret_result` (zeroed but for tag and
// qtype) and the body, whose length it returns.
typedef size_t (*exchange_host_answer)(const struct plx_job *job, struct plx_result *ret_result,
				       uint8_t *ret_body, size_t capacity);

struct exchange_host_config {
	const char *socket_path;
	unsigned worker_count;
	const char *judged_by;       // JSON of what it judges by; NULL: it does not say
	int refuse_code;             // not 0: answers every attach with this JSON-RPC error
	exchange_host_answer answer; // NULL: the body described above
};

// NULL when the socket cannot be bound. The socket listens when this returns.
struct exchange_host *exchange_host_start(const struct exchange_host_config *config);
void exchange_host_stop(struct exchange_host *host);

// Stalled workers leave jobs in their rings.
void exchange_host_stall(struct exchange_host *host, bool is_stalled);
// A hanging worker neither serves nor beats. Returns once it hangs, or goes on.
void exchange_host_hang(struct exchange_host *host, unsigned worker, bool is_hanging);
// Waits until so many clients are attached, detaching ones included. False: not before the deadline.
bool exchange_host_wait_clients(struct exchange_host *host, unsigned count);
// Waits until so many results had to wait for room. False: not before the deadline.
bool exchange_host_wait_parked(struct exchange_host *host, unsigned count);
// Times that a worker slept through its deadline although work was there.
unsigned exchange_host_lost_wakeups(const struct exchange_host *host);
unsigned exchange_host_bad_records(const struct exchange_host *host);

// The same in a process of its own, killed with SIGKILL by exchange_process_kill or when the test ends. -1: failed.
// No thread may run in the test meanwhile.
pid_t exchange_process_start(const struct exchange_host_config *config);
void exchange_process_kill(pid_t pid);
// Stops and continues it (SIGSTOP, SIGCONT); returns once that is so.
void exchange_process_hang(pid_t pid, bool is_hanging);

// True when `body` is what the host answers to this job.
bool exchange_host_body_is_right(const struct plx_job *job, const uint8_t *body, size_t length);
