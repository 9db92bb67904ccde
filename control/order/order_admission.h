// SPDX-License-Identifier: BSD-3-Clause
// Whether an order is taken, and how one ends: the words that the API and the metrics share.

#pragma once

// Name, code, sentence, seconds after which to try again.
#define ORDER_ADMISSIONS(X)                                                                        \
	X(ORDER_ADMISSION_NOT_EVALUATED, "not-evaluated", "the order was not looked at", 1)        \
	X(ORDER_ADMITTED, "admitted", "the order was taken", 0)                                    \
	X(ORDER_REFUSED_DRAINING, "draining",                                                      \
	  "this server takes no new orders while it finishes those it has", 30)                    \
	X(ORDER_REFUSED_BUSY, "busy", "as many orders are in flight as this server takes", 1)      \
	X(ORDER_REFUSED_AUDIT, "audit",                                                            \
	  "the audit log cannot be written, and nothing is decided without its record", 5)         \
	X(ORDER_REFUSED_EVIDENCE, "evidence",                                                      \
	  "the evidence of look-ups cannot be stored, and nothing passes without it", 5)           \
	X(ORDER_REFUSED_CLOCK, "clock",                                                            \
	  "this server's clock was set, and nothing is decided until it is believed again", 60)    \
	X(ORDER_REFUSED_MEMORY, "memory", "this server is out of memory", 5)

enum order_admission {
#define ORDER_ADMISSION_ENTRY(name, code, text, retry_after_s) name,
	ORDER_ADMISSIONS(ORDER_ADMISSION_ENTRY)
#undef ORDER_ADMISSION_ENTRY
		ORDER_ADMISSION_COUNT
};

// How an order that was taken ended.
#define ORDER_ENDINGS(X)                                                                           \
	X(ORDER_ENDING_NOT_EVALUATED, "not-evaluated", "the order has not ended")                  \
	X(ORDER_DECIDED, "decided", "the order was decided")                                       \
	X(ORDER_ABANDONED, "abandoned", "the client hung up before the decision")                  \
	X(ORDER_FAILED_AUDIT, "audit",                                                             \
	  "the audit log could not be written, so that nothing was decided")                       \
	X(ORDER_FAILED_CLOCK, "clock",                                                             \
	  "this server's clock was set, or it slept for hours, while the order ran, so that "      \
	  "nothing was decided")                                                                   \
	X(ORDER_FAILED_MEMORY, "memory", "this server ran out of memory: nothing was decided")     \
	X(ORDER_FAILED_SHUTDOWN, "shutdown", "this server stopped: nothing was decided")

enum order_ending {
#define ORDER_ENDING_ENTRY(name, code, text) name,
	ORDER_ENDINGS(ORDER_ENDING_ENTRY)
#undef ORDER_ENDING_ENTRY
		ORDER_ENDING_COUNT
};

// "busy" and the like; an impossible value reads "not-evaluated". Static storage, as all of these.
const char *order_admission_name(enum order_admission admission);
const char *order_admission_text(enum order_admission admission); // a sentence without full stop
unsigned order_admission_retry_after_s(enum order_admission admission);
const char *order_ending_name(enum order_ending ending);
const char *order_ending_text(enum order_ending ending);
