// SPDX-License-Identifier: BSD-3-Clause
// Error codes: every function that can fail returns 0 or a negative number. Causes that the C library
// knows are -errno; our own start below -1000 in families. Verdicts are never errors (see exchange/result.h).

#pragma once

// One line per cause: name, value, sentence. `plx_error_text` and the enum come from the same table.
#define PLX_ERRORS(X)                                                                              \
	X(PLX_ERR_NAME_EMPTY, -1001, "the name is empty")                                          \
	X(PLX_ERR_NAME_EMPTY_LABEL, -1002, "the name has an empty label")                          \
	X(PLX_ERR_NAME_LABEL_TOO_LONG, -1003, "a label is longer than 63 octets")                  \
	X(PLX_ERR_NAME_TOO_LONG, -1004, "the name is longer than 255 octets")                      \
	X(PLX_ERR_NAME_CHARACTER, -1005, "the name holds a character that must be escaped")        \
	X(PLX_ERR_NAME_ESCAPE, -1006, "the name holds a broken escape")                            \
	X(PLX_ERR_NAME_NOT_ASCII, -1007, "the name is not ASCII: give its A-label form")           \
	X(PLX_ERR_DNS_SHORT, -1010, "the message ends early")                                      \
	X(PLX_ERR_DNS_POINTER, -1011, "a compression pointer does not point backward")             \
	X(PLX_ERR_DNS_LABEL, -1012, "a label type is unknown")                                     \
	X(PLX_ERR_DNS_RDATA, -1013, "RDATA does not fill its RDLENGTH")                            \
	X(PLX_ERR_DNS_TRAILING, -1014, "bytes follow the last record")                             \
	X(PLX_ERR_DNS_OPT, -1015, "the OPT record is misplaced or repeated")                       \
	X(PLX_ERR_DNS_LIMIT, -1016, "the message exceeds a work limit")                            \
	X(PLX_ERR_DNS_QUESTION, -1017, "the message has more than one question")                   \
	X(PLX_ERR_CAA_TAG, -1020, "the CAA tag is empty or runs past its RDATA")                   \
	X(PLX_ERR_RING_CORRUPT, -1030, "the peer wrote an impossible ring record")                 \
	X(PLX_ERR_REGION_VERSION, -1031, "the peer speaks another version of the exchange")        \
	X(PLX_ERR_CONFIG, -1040, "the configuration is wrong")                                     \
	X(PLX_ERR_TCP_REFUSED, -1050, "the server refused the TCP connection")                     \
	X(PLX_ERR_TCP_CLOSED, -1051, "the server closed the TCP connection before its answer")     \
	X(PLX_ERR_TCP_TIMEOUT, -1052, "the server did not answer by TCP in time")                  \
	X(PLX_ERR_TCP_FRAMING, -1053, "the server sent a TCP message of an impossible length")     \
	X(PLX_ERR_AUDIT_RECORD, -1090, "the audit record lacks a member or is too large")          \
	X(PLX_ERR_AUDIT_CHAIN, -1091, "the audit log does not end as it was left")                 \
	X(PLX_ERR_AUDIT_SCHEMA, -1092, "the file is no audit log of a version known here")         \
	X(PLX_ERR_AUDIT_MOVED, -1093, "the audit log was moved or deleted while in use")           \
	X(PLX_ERR_AUDIT_LINE, -1094, "the line is not one of an exported audit log")               \
	X(PLX_ERR_AUDIT_INDEX, -1095, "the index of the audit log lacks records of it")

enum plx_error {
#define PLX_ERROR_ENTRY(name, value, text) name = (value),
	PLX_ERRORS(PLX_ERROR_ENTRY)
#undef PLX_ERROR_ENTRY
};

// A sentence for an error of either kind (0 is "success"). Static storage, any thread.
const char *plx_error_text(int error);
