// SPDX-License-Identifier: BSD-3-Clause
// The remembered end of the log: sequence and hash of a committed record, signed (Ed25519, RFC 8032) and kept in a file
// beside the log. A chain alone cannot show that its last records were cut off, or that all of it was made anew; a
// head that was copied elsewhere can.

#pragma once

#include <parallax/base/attributes.h>

#include "audit/audit_fault.h"
#include "audit/audit_store.h"

#include <stdbool.h>
#include <stdint.h>

#define AUDIT_HEAD_TAG "parallax-audit-head-1"
#define AUDIT_SIGNATURE_BYTES 64u
#define AUDIT_HEAD_TEXT_MAX 1024u

struct evp_pkey_st;

struct audit_head {
	char log_id[AUDIT_LOG_ID_BYTES];
	struct audit_position position;
	int64_t time_us; // when it was signed
	bool is_signed;
	uint8_t signature[AUDIT_SIGNATURE_BYTES];
};

// Any thread that has the key to itself. -EINVAL when the key cannot sign, -ENOMEM.
PLX_MUST_CHECK int audit_head_sign(struct audit_head *head, struct evp_pkey_st *key);
// False also for an unsigned head.
bool audit_head_is_authentic(const struct audit_head *head, struct evp_pkey_st *public_key);

// One line of JSON with its line feed: {"hash":...,"log_id":...,"sequence":...,"signature":...|null,"time_us":...}. To be
// freed by free(). NULL: no memory.
char *audit_head_format(const struct audit_head *head);
// Outside input. PLX_ERR_AUDIT_LINE.
PLX_MUST_CHECK int audit_head_parse(const char *text, size_t length, struct audit_head *ret_head);

// By a new file that takes the old one's place. -errno.
PLX_MUST_CHECK int audit_head_write(const char *path, const struct audit_head *head,
				    struct audit_fault *fault);
// -ENOENT when there is none, -errno, PLX_ERR_AUDIT_LINE.
PLX_MUST_CHECK int audit_head_read(const char *path, struct audit_head *ret_head,
				   struct audit_fault *fault);
