// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/protocol/control_methods.h>

#define NAME_MAX_BYTES 63        // of a perspective
#define REASON_MAX_BYTES 255     // MODE_REASON_MAX without its NUL
#define WINDOW_NAME_MAX_BYTES 63 // MODE_WINDOW_NAME_MAX without its NUL
#define TIME_MAX_BYTES 32        // RFC 3339
#define IDENTIFIER_MAX_BYTES 253
#define ROWS_MAX 1000

#define PROFILE_PARAM                                                                              \
	{                                                                                          \
		.name = "profile", .type = PLX_PARAM_STRING, .is_required = true, .minimum = 1,    \
		.maximum = 16, .help = "tls, smime or private"                                     \
	}

#define MODE_PARAM                                                                                 \
	{                                                                                          \
		.name = "mode", .type = PLX_PARAM_STRING, .is_required = true, .minimum = 1,       \
		.maximum = 16, .help = "report-only, test-window or enforce"                       \
	}

#define WINDOW_PARAM                                                                               \
	{                                                                                          \
		.name = "name", .type = PLX_PARAM_STRING, .is_required = true, .minimum = 1,       \
		.maximum = WINDOW_NAME_MAX_BYTES, .help = "of the window"                          \
	}

#define REASON_PARAM                                                                               \
	{                                                                                          \
		.name = "reason", .type = PLX_PARAM_STRING, .is_required = true, .minimum = 1,     \
		.maximum = REASON_MAX_BYTES, .help = "why, for the audit log"                      \
	}

#define PERSPECTIVE_PARAM                                                                          \
	{                                                                                          \
		.name = "name", .type = PLX_PARAM_STRING, .is_required = true, .minimum = 1,       \
		.maximum = NAME_MAX_BYTES, .help = "of the perspective, as configured"             \
	}

#define TIME_PARAM(parameter, text)                                                                \
	{                                                                                          \
		.name = parameter, .argument = "TIME", .type = PLX_PARAM_STRING, .minimum = 1,     \
		.maximum = TIME_MAX_BYTES, .help = text                                            \
	}

// clang-format off
const struct plx_method plx_control_methods[] = {
	{.name = "status.get", .command = "status", .permission = PLX_MAY_READ,
	 .help = "What the daemon is, its modes, perspectives, audit log and how it is doing"},
	{.name = "counters.get", .command = "counters", .permission = PLX_MAY_READ,
	 .help = "All counters"},
	{.name = "order.run", .command = "order", .permission = PLX_MAY_USE,
	 .help = "Judges an order and waits for the decision",
	 .params = {{.name = "order", .argument = "FILE|-", .type = PLX_PARAM_OBJECT, .is_required = true,
		     .help = "a file with the order as JSON, or - for standard input"},
		    {.name = "purpose", .type = PLX_PARAM_STRING, .minimum = 1, .maximum = 16,
		     .help = "issuance, or readiness: in report-only mode, and nothing may be issued on it; issuance unless given"}}},
	{.name = "order.get", .command = "order get", .permission = PLX_MAY_READ,
	 .help = "What became of an order",
	 .params = {{.name = "id", .type = PLX_PARAM_STRING, .is_required = true, .minimum = 26, .maximum = 26,
		     .help = "of the order, as in its answer"}}},
	{.name = "mode.get", .command = "mode get", .permission = PLX_MAY_READ,
	 .help = "The mode of each profile, what the rules demand, and why it is so"},
	{.name = "mode.set", .command = "mode set", .permission = PLX_MAY_CHANGE,
	 .help = "Switches the mode of a profile by hand, for orders that start from then on",
	 .params = {PROFILE_PARAM,
		    MODE_PARAM,
		    REASON_PARAM,
		    TIME_PARAM("until", "when the schedule takes over again, such as 2026-12-01T11:00:00Z; until released unless given"),
		    {.name = "force", .type = PLX_PARAM_BOOLEAN,
		     .help = "set a mode that is weaker than the rules demand; it shows as non-compliant"}}},
	{.name = "mode.release", .command = "mode release", .permission = PLX_MAY_CHANGE,
	 .help = "Ends a switch by hand: the schedule decides again", .params = {PROFILE_PARAM, REASON_PARAM}},
	{.name = "mode.schedule", .command = "mode schedule", .permission = PLX_MAY_READ,
	 .help = "The windows of each profile: those configured, and those added by hand"},
	{.name = "schedule.add", .command = "mode schedule add", .permission = PLX_MAY_CHANGE,
	 .help = "Adds a window in which another mode holds, kept over restarts and reloads",
	 .params = {PROFILE_PARAM, WINDOW_PARAM, MODE_PARAM,
		    {.name = "start", .type = PLX_PARAM_STRING, .is_required = true, .minimum = 1, .maximum = TIME_MAX_BYTES,
		     .help = "when it begins, such as 2026-12-01T10:00:00Z, or now"},
		    {.name = "end", .type = PLX_PARAM_STRING, .is_required = true, .minimum = 1, .maximum = TIME_MAX_BYTES,
		     .help = "when it is over, such as 2026-12-01T11:00:00Z"},
		    REASON_PARAM,
		    {.name = "force", .type = PLX_PARAM_BOOLEAN,
		     .help = "add a mode that is weaker than the rules demand; it shows as non-compliant"}}},
	{.name = "schedule.remove", .command = "mode schedule remove", .permission = PLX_MAY_CHANGE,
	 .help = "Removes a window that was added by hand, also while it holds",
	 .params = {PROFILE_PARAM, WINDOW_PARAM, REASON_PARAM}},
	{.name = "perspectives.list", .command = "perspectives list", .permission = PLX_MAY_READ,
	 .help = "The perspectives with their places, health and counts"},
	{.name = "perspectives.drain", .command = "perspectives drain", .permission = PLX_MAY_CHANGE,
	 .help = "Asks a remote perspective no more; orders in flight keep it", .params = {PERSPECTIVE_PARAM}},
	{.name = "perspectives.resume", .command = "perspectives resume", .permission = PLX_MAY_CHANGE,
	 .help = "Asks a remote perspective again", .params = {PERSPECTIVE_PARAM}},
	{.name = "perspectives.test", .command = "perspectives test", .permission = PLX_MAY_USE,
	 .help = "Has a remote perspective check the CAA records of a name",
	 .params = {PERSPECTIVE_PARAM,
		    {.name = "domain", .type = PLX_PARAM_STRING, .minimum = 1, .maximum = IDENTIFIER_MAX_BYTES,
		     .help = "what to check; the first issuer domain unless given"}}},
	{.name = "audit.verify", .command = "audit verify", .permission = PLX_MAY_READ,
	 .help = "Walks the whole chain of the audit log and names the first bad record",
	 .params = {{.name = "signatures", .type = PLX_PARAM_BOOLEAN,
		     .help = "verify what perspectives signed, too, by the public keys of the configuration"},
		    {.name = "skip_evidence", .type = PLX_PARAM_BOOLEAN,
		     .help = "leave out the files of evidence that records name: reading all of them takes its time"}}},
	{.name = "audit.evidence", .command = "audit evidence", .permission = PLX_MAY_READ,
	 .help = "The evidence of an order's look-ups, or one file of it, verified, for replay and explain",
	 .params = {{.name = "of", .argument = "SHA256|ORDER", .type = PLX_PARAM_STRING, .is_required = true,
		     .minimum = 1, .maximum = 64, .help = "an order, whose files are listed, or the digest of a file"}}},
	{.name = "audit.show", .command = "audit show", .permission = PLX_MAY_READ,
	 .help = "Finds records of the audit log",
	 .params = {{.name = "order", .type = PLX_PARAM_STRING, .minimum = 1, .maximum = 64, .help = "of this order"},
		    {.name = "identifier", .type = PLX_PARAM_STRING, .minimum = 1, .maximum = IDENTIFIER_MAX_BYTES,
		     .help = "checks of this name or address"},
		    {.name = "perspective", .type = PLX_PARAM_STRING, .minimum = 1, .maximum = NAME_MAX_BYTES,
		     .help = "checks by this perspective"},
		    {.name = "kind", .type = PLX_PARAM_STRING, .minimum = 1, .maximum = 16,
		     .help = "order, check, quorum, probe, mode-change, configuration, perspective, clock, evidence, start or stop"},
		    TIME_PARAM("from", "not before this time"), TIME_PARAM("to", "not after this time"),
		    {.name = "after", .type = PLX_PARAM_INTEGER, .minimum = 0, .maximum = INT64_MAX,
		     .help = "only records after this sequence number"},
		    {.name = "limit", .type = PLX_PARAM_INTEGER, .minimum = 1, .maximum = ROWS_MAX,
		     .help = "records at most; 100 unless given"}}},
	{.name = "audit.export", .command = "audit export", .permission = PLX_MAY_CHANGE,
	 .help = "Writes records as NDJSON into a new file beside the audit log",
	 .params = {{.name = "file", .type = PLX_PARAM_STRING, .is_required = true, .minimum = 1, .maximum = 100,
		     .help = "name of a file that does not exist yet, without slashes"},
		    {.name = "first", .type = PLX_PARAM_INTEGER, .minimum = 1, .maximum = INT64_MAX,
		     .help = "sequence number to begin with; 1 unless given"},
		    {.name = "last", .type = PLX_PARAM_INTEGER, .minimum = 1, .maximum = INT64_MAX,
		     .help = "sequence number to end with; the last one unless given"}}},
	{.name = "audit.report", .command = "audit report", .permission = PLX_MAY_READ,
	 .help = "The self-audit table: which perspectives have a record for each check of each order",
	 .params = {TIME_PARAM("from", "orders not before this time"), TIME_PARAM("to", "orders not after this time"),
		    {.name = "limit", .type = PLX_PARAM_INTEGER, .minimum = 0, .maximum = ROWS_MAX,
		     .help = "rows at most, incomplete ones first to be told; 100 unless given; totals count all"}}},
	{.name = "clock.confirm", .command = "clock confirm", .permission = PLX_MAY_CHANGE,
	 .help = "After a step of the wall clock: says that it is right now, so that decisions are released again",
	 .params = {{.name = "steps", .type = PLX_PARAM_INTEGER, .is_required = true, .minimum = 1, .maximum = INT64_MAX,
		     .help = "how many steps the status shows: a further one since voids the word"}}},
	{.name = "config.reload", .command = "config reload", .permission = PLX_MAY_CHANGE,
	 .help = "Reads the configuration anew; orders in flight keep the one they started with"},
	{.name = "drain.start", .command = "drain", .permission = PLX_MAY_CHANGE,
	 .help = "Lets what is in flight end, takes nothing new, then ends the daemon"},
	{.name = "rpc.describe", .command = "describe", .permission = PLX_MAY_READ,
	 .help = "Every method with its parameters and permission"},
};
// clang-format on

const size_t plx_control_method_count = PLX_ARRAY_SIZE(plx_control_methods);
