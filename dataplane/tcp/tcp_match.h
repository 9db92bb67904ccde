// SPDX-License-Identifier: BSD-3-Clause
// Which query a message on a connection answers, past its ID: the same question, since a server (or who took it over)
// may answer with another query's answer. Pure.

#pragma once

#include <parallax/base/attributes.h>

#include <stdbool.h>
#include <stdint.h>

// `query` is ours: header, then `question_length` octets of uncompressed question. True when `message` is a response
// with that one question, letters compared without case (servers by TCP owe us no 0x20), or one without any question
// that says FORMERR or NOTIMP, as servers that could not read it answer (RFC 1035 4.1.1 leaves it open).
PLX_PURE bool tcp_match_answer(const uint8_t *query, uint16_t question_length,
			       const uint8_t *message, uint32_t message_length);
