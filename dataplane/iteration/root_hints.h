// SPDX-License-Identifier: BSD-3-Clause
// Where iteration begins: the root's servers from a hints file (the format of InterNIC's named.cache, which Debian's
// dns-root-data installs as /usr/share/dns/root.hints), and the priming answer that replaces them (RFC 8109). Pure:
// the caller reads the file and sends the query.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/dns/message_reader.h>

#include "iteration/delegation.h"

#include <stddef.h>
#include <stdint.h>

#define ROOT_HINTS_BYTES_MAX (64 * 1024) // InterNIC's has 3 KiB

enum root_hints_fault {
	ROOT_HINTS_FINE = 0,
	ROOT_HINTS_TOO_LARGE,
	ROOT_HINTS_FIELDS,  // not "owner [TTL] [IN] NS|A|AAAA data"
	ROOT_HINTS_NAME,    // not a domain name
	ROOT_HINTS_ADDRESS, // not an address of its type
	ROOT_HINTS_OWNER, // an NS record that is not the root's, or an address of no server named before it
	ROOT_HINTS_NO_ADDRESS, // no server has an address
};

// Reads hints into a delegation of the root that never expires. On a fault `ret_line` is the line it is in (1-based)
// and ret_hints is untouched.
enum root_hints_fault root_hints_parse(const char *text, size_t length,
				       struct delegation *ret_hints, unsigned *ret_line);
const char *root_hints_fault_name(enum root_hints_fault fault);

// Judges a checked message as the answer to ". NS" (RFC 8109 4.1): authoritative, NOERROR, the root's NS RRset; addresses
// from its additional section are believed for those names only. -EINVAL when it is no such answer or names no address:
// the hints stay in use then, for which a look-up must not fail.
PLX_MUST_CHECK int root_priming_read(const struct plx_message *message, uint64_t now_ns,
				     struct delegation *ret_root);
