// SPDX-License-Identifier: BSD-3-Clause
// Why a received packet did not become an answer. Every packet that a worker receives is counted under exactly one.

#pragma once

#define PLX_DROP_REASONS(X)                                                                        \
	X(ACCEPTED, "accepted")                                                                    \
	X(NOT_OURS, "not_ours")   /* not an answer to one of our addresses and ports */            \
	X(TO_KERNEL, "to_kernel") /* exclusive mode: through the TAP exception path */             \
	X(NEIGHBOR, "neighbor")   /* ARP or neighbour discovery, consumed */                       \
	X(BAD_FRAME, "bad_frame") /* Ethernet, IP or UDP header inconsistent */                    \
	X(FRAGMENT, "fragment")   /* any IP fragment */                                            \
	X(CHECKSUM, "checksum")                                                                    \
	X(SHORT, "short")                   /* fewer than 17 octets of DNS */                      \
	X(NO_TRANSACTION, "no_transaction") /* (port, ID) decodes to a free or impossible slot */  \
	X(LATE, "late")                     /* an earlier generation: late or duplicate */         \
	X(WRONG_SOURCE, "wrong_source")                                                            \
	X(NOT_RESPONSE, "not_response") /* QR=0, another opcode or QDCOUNT other than 1 */         \
	X(WRONG_QUESTION, "wrong_question")                                                        \
	X(WRONG_CASE, "wrong_case") /* right question, 0x20 case not echoed */                     \
	X(WRONG_COOKIE, "wrong_cookie")                                                            \
	X(MALFORMED, "malformed")   /* matched, but cannot be read: TCP decides */                 \
	X(SUSPECT, "suspect")       /* matched after forged ones: discarded, TCP decides */        \
	X(STEER_FULL, "steer_full") /* the owning worker's software ring was full */

enum plx_drop_reason {
#define PLX_DROP_ENTRY(name, text) PLX_DROP_##name,
	PLX_DROP_REASONS(PLX_DROP_ENTRY)
#undef PLX_DROP_ENTRY
		PLX_DROP_COUNT
};

const char *plx_drop_reason_name(enum plx_drop_reason reason);
