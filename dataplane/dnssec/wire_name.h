// SPDX-License-Identifier: BSD-3-Clause
// Names in RDATA that must not be compressed (RFC 3597 section 4): signer's name, next domain name.

#pragma once

#include <parallax/base/byte_reader.h>
#include <parallax/dns/name.h>

// Reads one and lower-cases it. A pointer, an unknown label type or more than 255 octets make the reader fail.
void wire_name_read(struct plx_reader *reader, struct plx_name *ret_name);
