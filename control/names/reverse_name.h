// SPDX-License-Identifier: BSD-3-Clause
// The name of an address in the reverse trees: in-addr.arpa (RFC 1035 3.5) and ip6.arpa (RFC 3596 2.5). It is what a
// PTR look-up asks (BR 3.2.2.5.3), the SNI of tls-alpn-01 for an address (RFC 8738 6) and the place of the persistent
// record for one (BR 3.2.2.5.8). Pure.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>
#include <parallax/dns/name.h>

#include <stdbool.h>

// 192.0.2.7 gives 7.2.0.192.in-addr.arpa. -EINVAL when it is no address.
PLX_MUST_CHECK int reverse_name_make(const struct plx_ip *ip, struct plx_name *ret_name);
// The address of a complete reverse name in either case of letters. -EINVAL for anything else: too few or too many
// labels, octets above 255 or with leading zeros, names between (RFC 2317). ret_ip is untouched then.
PLX_MUST_CHECK int reverse_name_parse(const struct plx_name *name, struct plx_ip *ret_ip);
// Whether it lies in one of the two trees, their apexes included: no certificate may name it since 2026-03-15 (BR 4.2.2).
PLX_PURE bool reverse_name_is_within(const struct plx_name *name);
