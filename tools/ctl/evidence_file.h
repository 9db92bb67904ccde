// SPDX-License-Identifier: BSD-3-Clause
// Evidence in files.

#pragma once

#include <parallax/base/attributes.h>

#include <stddef.h>

struct plx_evidence;

// Of a file, or of standard input ("-"). Not 0: the reason was written to stderr, after the words of the command.
PLX_MUST_CHECK int evidence_file_read(const char *command, const char *path,
				      struct plx_evidence **ret_evidence);
// A new file, whole or not at all; one that exists is replaced, a device or a pipe written as it is. Not 0: the reason was
// written to stderr.
PLX_MUST_CHECK int octets_file_write(const char *command, const char *path, const char *octets,
				     size_t length);
PLX_MUST_CHECK int evidence_file_write(const char *command, const char *path,
				       const struct plx_evidence *evidence);
