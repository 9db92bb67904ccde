// SPDX-License-Identifier: BSD-3-Clause
// Why a text is no identifier that a certificate may name: one code and one sentence each, made for the customer.

#pragma once

// Code, name, sentence (what is wrong, how to mend it).
#define IDENTIFIER_FAULTS(X)                                                                       \
	X(TYPE, "type", "the identifier type is unknown: use dns or ip")                           \
	X(EMPTY, "empty", "the value is empty: give a domain name or an address")                  \
	X(TOO_LONG, "too-long",                                                                    \
	  "the name is longer than 253 characters, its A-labels counted: use a shorter one")       \
	X(EMPTY_LABEL, "empty-label", "two dots follow each other or one leads: remove one")       \
	X(LABEL_TOO_LONG, "label-too-long",                                                        \
	  "a label is longer than 63 characters, as A-label: use a shorter one")                   \
	X(TRAILING_DOT, "trailing-dot", "the name ends in a dot: remove it")                       \
	X(CHARACTER, "character",                                                                  \
	  "the name holds a character other than letters, digits and hyphens: remove it")          \
	X(UNDERSCORE, "underscore",                                                                \
	  "the name holds an underscore, which no certificate may name: rename the host")          \
	X(HYPHEN, "hyphen", "a label begins or ends with a hyphen: remove it")                     \
	X(RESERVED_LABEL, "reserved-label",                                                        \
	  "a label has hyphens in positions 3 and 4 but is no A-label: rename it")                 \
	X(WILDCARD, "wildcard",                                                                    \
	  "an asterisk may only be the whole leftmost label, followed by a name: use *.example")   \
	X(UTF8, "utf8", "the name is not valid UTF-8: encode it, or give its A-labels")            \
	X(IDN, "idn", "a label is not valid by IDNA2008: check its spelling as U-label")           \
	X(ADDRESS_AS_NAME, "address-as-name",                                                      \
	  "the name ends in a number as an address does: use type ip, in dotted or RFC 5952 form") \
	X(REVERSE_NAME, "reverse-name",                                                            \
	  "names below in-addr.arpa and ip6.arpa are not certified since 2026-03-15: "             \
	  "name the address, type ip")                                                             \
	X(ONION, "onion",                                                                          \
	  "the .onion name is not of version 3: give the 56 characters that the service shows")    \
	X(INTERNAL_NAME, "internal-name",                                                          \
	  "the name is under no public suffix, so nobody can prove to hold it: "                   \
	  "use a registered domain")                                                               \
	X(PUBLIC_SUFFIX, "public-suffix",                                                          \
	  "the name, or what its wildcard covers, is a public suffix: name a domain below it")     \
	X(ADDRESS, "address",                                                                      \
	  "the value is no address: write IPv4 dotted, IPv6 without brackets or zone")             \
	X(ADDRESS_SPECIAL, "address-special",                                                      \
	  "the address is reserved for a special purpose and not certified: "                      \
	  "use a global unicast address")

enum identifier_fault {
	IDENTIFIER_FAULT_NONE = 0,
#define IDENTIFIER_FAULT_ENTRY(code, name, text) IDENTIFIER_FAULT_##code,
	IDENTIFIER_FAULTS(IDENTIFIER_FAULT_ENTRY)
#undef IDENTIFIER_FAULT_ENTRY
};

// "trailing-dot"; "none". Static storage.
const char *identifier_fault_name(enum identifier_fault fault);
// The sentence, without a full stop. Static storage.
const char *identifier_fault_text(enum identifier_fault fault);
