// SPDX-License-Identifier: BSD-3-Clause
// Exclusive mode: frames that are no answers change hands between workers and the control thread, by rings with one
// producer and one consumer. Nothing here reads a frame.
//
//   control thread ── frame_send ──► worker 0's frames_out ──► port
//   control thread ◄─ frames_take ── frames_in of each worker ◄── port

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>

struct rte_mbuf;
struct worker;
struct worker_environment;

// Of one worker in one turn of the event loop: a flood of frames must not keep it from timers, clients and routes.
#define FRAMES_PER_TURN 64

// Control thread. Hands a frame to the worker that sends it, and wakes it. False when its ring is full: the frame stays
// the caller's.
PLX_MUST_CHECK bool frame_send(struct worker *worker, struct rte_mbuf *mbuf);
// Control thread. Gives each frame that waits to `take`, which owns it from then on, and returns how many there were.
// When more wait than FRAMES_PER_TURN, control_wake_fd is written, so that the next turn goes on.
unsigned frames_take(const struct worker_environment *environment,
		     void (*take)(void *context, struct rte_mbuf *mbuf), void *context);
