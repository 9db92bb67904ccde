// SPDX-License-Identifier: BSD-3-Clause
// Probes: checks asked once more, differently, after the decision on an identifier, so that its failure can be explained.
// No decision rests on one.

#pragma once

enum probe_kind {
	PROBE_NONE = 0,
	PROBE_USER_AGENT,     // the same fetch with the User-Agent of a browser
	PROBE_ADDRESS_FAMILY, // the same fetch or handshake by the other address family
	PROBE_LATER,          // the same check some time later
	PROBE_KIND_COUNT
};

// "user-agent", "address-family", "later"; "none".
const char *probe_kind_name(enum probe_kind kind);
// PROBE_NONE for any other text.
enum probe_kind probe_kind_find(const char *name);
