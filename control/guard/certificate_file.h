// SPDX-License-Identifier: BSD-3-Clause
// What a PEM file of the daemon's own configuration holds: the subjects and dates of all its certificates, or that a key
// can be read. Never waits: no FIFO, no passphrase at a terminal.

#pragma once

#include <parallax/base/attributes.h>

#include "guard/certificate_alarm.h"

#include <stddef.h>

// A file that was mixed up with another, /var/log say, must not fill the memory. A list of all public CAs has 250 KB
// and 150 certificates.
#define CERTIFICATE_FILE_BYTES_MAX (1024 * 1024)
#define CERTIFICATE_FILE_CERTIFICATES_MAX 512
#define CERTIFICATE_SUBJECT_MAX 256 // cut there; NUL included
#define CERTIFICATE_FAULT_MAX 128

enum certificate_file_kind {
	CERTIFICATE_FILE_NOT_SET = 0,
	CERTIFICATE_FILE_CERTIFICATES, // at least one: a leaf and its chain, or CAs
	CERTIFICATE_FILE_PRIVATE_KEY,  // without a passphrase
	CERTIFICATE_FILE_PUBLIC_KEY,
};

struct certificate_facts {
	char subject
		[CERTIFICATE_SUBJECT_MAX]; // RFC 4514, ASCII: other octets as \XX. Of a key: its type, "ED25519"
	struct certificate_validity validity; // of a key: zeroed
};

struct certificate_fault {
	char text[CERTIFICATE_FAULT_MAX]; // one line, without the path
};

// 0: ret_facts (to be freed) has ret_count >= 1 elements. -EINVAL: unreadable, `ret_fault` says why. -ENOMEM. One bad
// certificate makes the whole file unreadable, as it does for those who load it.
PLX_MUST_CHECK int certificate_file_read(const char *path, enum certificate_file_kind kind,
					 struct certificate_facts **ret_facts, size_t *ret_count,
					 struct certificate_fault *ret_fault);
const char *certificate_file_kind_name(enum certificate_file_kind kind); // "private-key"
