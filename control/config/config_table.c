// SPDX-License-Identifier: BSD-3-Clause
// The tables: every key of the `control:` section.

#include "config/config.h"

#include <parallax/exchange/job.h>

#include "config/config_spec.h"
#include "mode/mode.h"

#include <string.h>

#define FIELD(struct_, member)                                                                     \
	.offset = offsetof(struct struct_, member), .size = sizeof(((struct struct_ *)NULL)->member)
#define LIST(struct_, member, count, max)                                                          \
	.offset = offsetof(struct struct_, member),                                                \
	.size = sizeof(((struct struct_ *)NULL)->member[0]),                                       \
	.count_offset = offsetof(struct struct_, count), .list_max = (max)
#define SECTION(key_, specs_, struct_, help_)                                                      \
	{                                                                                          \
		.name = (key_), .help = (help_), .specs = (specs_),                                \
		.spec_count = PLX_ARRAY_SIZE(specs_), .struct_size = sizeof(struct struct_)        \
	}

static const struct config_choice roles[] = {
	{"primary", CONFIG_ROLE_PRIMARY}, {"remote", CONFIG_ROLE_REMOTE}, {NULL, 0}};
static const struct config_choice protocols[] = {{"parallax", CONFIG_PROTOCOL_PARALLAX},
						 {"open-mpic", CONFIG_PROTOCOL_OPEN_MPIC},
						 {NULL, 0}};
static const struct config_choice modes[] = {{"report-only", MODE_REPORT_ONLY},
					     {"test-window", MODE_TEST_WINDOW},
					     {"enforce", MODE_ENFORCE},
					     {NULL, 0}};
static const struct config_choice resolutions[] = {
	{"iterative", PLX_RESOLUTION_ITERATIVE}, {"stub", PLX_RESOLUTION_STUB}, {NULL, 0}};
static const struct config_choice evidence_choices[] = {{"all", CONFIG_EVIDENCE_ALL},
							{"refused", CONFIG_EVIDENCE_REFUSED},
							{"none", CONFIG_EVIDENCE_NONE},
							{NULL, 0}};
static const struct config_choice log_formats[] = {
	{"text", CONFIG_LOG_TEXT}, {"json", CONFIG_LOG_JSON}, {NULL, 0}};

// Where something is: the same three keys for perspectives and resolvers.
#define PLACE_SPECS(struct_)                                                                       \
	{                                                                                          \
		.key = "rir",                                                                      \
		.type = CONFIG_TEXT,                                                               \
		FIELD(struct_, rir),                                                               \
		.is_required = true,                                                               \
		.example = "RIPE NCC",                                                             \
		.help = "The Regional Internet Registry in whose service region it is: AFRINIC, "  \
			"APNIC, ARIN, LACNIC or RIPE NCC.",                                        \
	},                                                                                         \
		{                                                                                  \
			.key = "latitude",                                                         \
			.type = CONFIG_COORDINATE,                                                 \
			FIELD(struct_, latitude),                                                  \
			.is_required = true,                                                       \
			.maximum = 90,                                                             \
			.example = "52.37",                                                        \
			.help = "Degrees north of where its traffic is first handed to the "       \
				"network that connects it (BR 1.6.1).",                            \
		},                                                                                 \
	{                                                                                          \
		.key = "longitude", .type = CONFIG_COORDINATE, FIELD(struct_, longitude),          \
		.is_required = true, .maximum = 180, .example = "4.90", .help = "Degrees east.",   \
	}

static const struct config_spec resolver_specs[] = {
	{.key = "address",
	 .type = CONFIG_TEXT,
	 FIELD(config_resolver, address),
	 .is_required = true,
	 .example = "192.0.2.53",
	 .help = "The resolver's address, which is its identity: perspectives that name the same "
		 "one "
		 "share it, which the rules forbid."},
	PLACE_SPECS(config_resolver),
};
static const struct config_section resolver_section = SECTION(
	"resolvers", resolver_specs, config_resolver, "A resolver that a perspective uses.");

#define RESOLVER_LIST(struct_)                                                                     \
	{                                                                                          \
		.key = "resolvers", .type = CONFIG_SECTION, .section = &resolver_section,          \
		LIST(struct_, resolvers, resolver_count, CONFIG_RESOLVERS_MAX),                    \
		.is_required = true,                                                               \
		.example = "[{address: 192.0.2.53, rir: RIPE NCC, latitude: 52.37, longitude: "    \
			   "4.90}]",                                                               \
		.help = "The resolvers of this perspective and where they are. They must lie in "  \
			"its RIR region, and 500 km from those of every other perspective (BR "    \
			"3.2.2.9). A perspective that looks names up iteratively is its own: "     \
			"give "                                                                    \
			"its address.",                                                            \
	}

static const struct config_spec location_specs[] = {
	{.key = "name",
	 .type = CONFIG_TEXT,
	 FIELD(config_location, name),
	 .is_required = true,
	 .example = "ams-1",
	 .help = "Unique name of this network perspective, as in answers and the audit log."},
	PLACE_SPECS(config_location),
	RESOLVER_LIST(config_location),
};
static const struct config_section location_section =
	SECTION("perspective", location_specs, config_location, "This daemon's own perspective.");

static const struct config_spec perspective_specs[] = {
	{.key = "name",
	 .type = CONFIG_TEXT,
	 FIELD(config_perspective, name),
	 .is_required = true,
	 .example = "gru-1",
	 .help = "The remote's name, as it stands in its certificate."},
	PLACE_SPECS(config_perspective),
	RESOLVER_LIST(config_perspective),
	{.key = "protocol",
	 .type = CONFIG_CHOICE,
	 FIELD(config_perspective, protocol),
	 .choices = protocols,
	 .default_text = "parallax",
	 .example = "parallax",
	 .help = "parallax for a parallaxd of role remote; open-mpic for any checker that serves "
		 "Open MPIC's /caa and /dcv."},
	{.key = "url",
	 .type = CONFIG_TEXT,
	 FIELD(config_perspective, url),
	 .is_required = true,
	 .example = "https://gru-1.perspectives.ca.test:8443",
	 .help = "Where it listens. Always https."},
	{.key = "connect_to",
	 .type = CONFIG_ENDPOINT,
	 FIELD(config_perspective, connect_to),
	 .example = "\"203.0.113.7:8443\"",
	 .help = "Connect to this address whatever the URL's host name resolves to."},
	{.key = "public_key",
	 .type = CONFIG_PATH,
	 FIELD(config_perspective, public_key),
	 .example = "/etc/parallax/keys/gru-1.pub.pem",
	 .help = "PEM file with the Ed25519 key that its answers are signed with. Needed with "
		 "protocol parallax."},
};
static const struct config_section perspective_section = SECTION(
	"perspectives", perspective_specs, config_perspective, "A remote network perspective.");

static const struct config_spec window_specs[] = {
	{.key = "name",
	 .type = CONFIG_TEXT,
	 FIELD(config_window, name),
	 .is_required = true,
	 .example = "first test window",
	 .help = "What answers and reports call it."},
	{.key = "mode",
	 .type = CONFIG_CHOICE,
	 FIELD(config_window, mode),
	 .choices = modes,
	 .is_required = true,
	 .example = "test-window",
	 .help = "The mode from start until end."},
	{.key = "start",
	 .type = CONFIG_TIME,
	 FIELD(config_window, start),
	 .is_required = true,
	 .example = "2026-12-01T10:00:00Z",
	 .help = "First second of it, UTC."},
	{.key = "end",
	 .type = CONFIG_TIME,
	 FIELD(config_window, end),
	 .is_required = true,
	 .example = "2026-12-01T11:00:00Z",
	 .help = "First second after it, UTC."},
};
static const struct config_section window_section = SECTION(
	"schedule", window_specs, config_window, "A window of the schedule. They may not overlap.");

static const struct config_spec profile_specs[] = {
	{.key = "mode",
	 .type = CONFIG_CHOICE,
	 FIELD(config_profile, mode),
	 .choices = modes,
	 .default_text = "enforce",
	 .example = "enforce",
	 .help = "The mode outside all windows of the schedule."},
	{.key = "force",
	 .type = CONFIG_BOOLEAN,
	 FIELD(config_profile, force),
	 .default_text = "false",
	 .example = "true",
	 .help = "Says that a mode weaker than the rules of the day demand is meant. It then shows "
		 "as "
		 "non-compliant."},
	{.key = "schedule",
	 .type = CONFIG_SECTION,
	 .section = &window_section,
	 LIST(config_profile, schedule, schedule_count, CONFIG_WINDOWS_MAX),
	 .example =
		 "[{name: first test window, mode: test-window, start: 2026-12-01T10:00:00Z, end: "
		 "2026-12-01T11:00:00Z}]",
	 .help = "Windows in which another mode holds; the daemon switches by itself. "
		 "`parallaxctl mode schedule add` adds more without a reload."},
};
static const struct config_section profile_section = SECTION(
	"profile", profile_specs, config_profile, "Mode and schedule of one certificate profile.");

static const struct config_spec profiles_specs[] = {
	{.key = "tls",
	 .type = CONFIG_SECTION,
	 .section = &profile_section,
	 FIELD(config_profiles, tls),
	 .example = "{mode: enforce}",
	 .help = "TLS server certificates."},
	{.key = "smime",
	 .type = CONFIG_SECTION,
	 .section = &profile_section,
	 FIELD(config_profiles, smime),
	 .example = "{mode: enforce}",
	 .help = "S/MIME certificates."},
	{.key = "private",
	 .type = CONFIG_SECTION,
	 .section = &profile_section,
	 FIELD(config_profiles, private_use),
	 .example = "{mode: report-only}",
	 .help = "Certificates outside the public trust, which need no MPIC."},
};
static const struct config_section profiles_section =
	SECTION("profiles", profiles_specs, config_profiles, "Modes by certificate profile.");

static const struct config_spec tls_specs[] = {
	{.key = "certificate",
	 .type = CONFIG_PATH,
	 FIELD(config_tls, certificate),
	 .is_required = true,
	 .example = "/etc/parallax/tls/ams-1.pem",
	 .help = "PEM file with the daemon's certificate and its chain. It serves with it, and "
		 "shows it "
		 "to remotes."},
	{.key = "key",
	 .type = CONFIG_PATH,
	 FIELD(config_tls, key),
	 .is_required = true,
	 .example = "/etc/parallax/tls/ams-1.key",
	 .help = "PEM file with its private key."},
	{.key = "client_ca",
	 .type = CONFIG_PATH,
	 FIELD(config_tls, client_ca),
	 .example = "/etc/parallax/tls/clients.pem",
	 .help = "PEM file with the CAs of those who may call. Unset at a primary: callers need no "
		 "certificate."},
	{.key = "server_ca",
	 .type = CONFIG_PATH,
	 FIELD(config_tls, server_ca),
	 .example = "/etc/parallax/tls/perspectives.pem",
	 .help = "PEM file with the CAs that the certificates of remotes must come from."},
};
static const struct config_section tls_section =
	SECTION("tls", tls_specs, config_tls, "Certificates of the daemon.");

#define CAA_SWITCH(key_, which, default_, help_)                                                   \
	{                                                                                          \
		.key = (key_), .type = CONFIG_BOOLEAN, FIELD(config_caa, is_on[which]),            \
		.default_text = (default_), .example = (default_), .help = (help_)                 \
	}
static const struct config_spec caa_specs[] = {
	CAA_SWITCH("issuer_case_folding", CAA_SWITCH_ISSUER_CASE_FOLDING, "true",
		   "Compare issuer domains without regard to letter case."),
	CAA_SWITCH("flag_1_critical", CAA_SWITCH_FLAG_1_CRITICAL, "false",
		   "Treat flag bit 0x01 as critical too."),
	CAA_SWITCH(
		"contact_tags_known", CAA_SWITCH_CONTACT_TAGS_KNOWN, "true",
		"Know contactemail and contactphone, so that their critical flag does not block."),
	CAA_SWITCH("issuevmc_known", CAA_SWITCH_ISSUEVMC_KNOWN, "true",
		   "Know issuevmc, so that its critical flag does not block."),
	CAA_SWITCH("parameters_enforced", CAA_SWITCH_PARAMETERS_ENFORCED, "true",
		   "Obey accounturi and validationmethods (RFC 8657)."),
	CAA_SWITCH("covering_accounts", CAA_SWITCH_COVERING_ACCOUNTS, "false",
		   "Let an accounturi name an account that covers the requesting one."),
	CAA_SWITCH(
		"method_case_folding", CAA_SWITCH_METHOD_CASE_FOLDING, "false",
		"Compare labels of validationmethods without regard to letter case; only when the "
		"CPS says so."),
	CAA_SWITCH("parameter_hyphens", CAA_SWITCH_PARAMETER_HYPHENS, "true",
		   "Allow hyphens within parameter tags, as the grammar of RFC 8659 does."),
	CAA_SWITCH("tld_nxdomain_permits", CAA_SWITCH_TLD_NXDOMAIN_PERMITS, "true",
		   "Take a climb that ends with NXDOMAIN for the top-level domain as empty; off: "
		   "as an error."),
	CAA_SWITCH(
		"lookup_failure_permits", CAA_SWITCH_LOOKUP_FAILURE_PERMITS, "false",
		"Let a failed look-up permit where BR 4.2.2.1 allows it: not our failure, retried, "
		"and the domain proven insecure."),
};
static const struct config_section caa_section =
	SECTION("caa", caa_specs, config_caa, "Contested choices of CAA, strict unless set.");

#define DCV_SWITCH(key_, member, help_)                                                            \
	{                                                                                          \
		.key = (key_), .type = CONFIG_BOOLEAN, FIELD(config_dcv, switches.member),         \
		.default_text = "false", .example = "true", .help = (help_)                        \
	}
static const struct config_spec dcv_specs[] = {
	{.key = "user_agent",
	 .type = CONFIG_TEXT,
	 FIELD(config_dcv, user_agent),
	 .default_text = "Parallax/1.0 (domain control validation)",
	 .example = "\"ca.test validation; https://ca.test/validation\"",
	 .help = "User-Agent of DCV requests."},
	{.key = "probe_user_agent",
	 .type = CONFIG_TEXT,
	 FIELD(config_dcv, probe_user_agent),
	 .default_text = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
	 .example = "\"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\"",
	 .help = "User-Agent of probes that tell, after a decision, whether a server filters by "
		 "it. "
		 "No decision rests on them."},
	{.key = "timeout",
	 .type = CONFIG_DURATION,
	 FIELD(config_dcv, timeout_ms),
	 .default_text = "10s",
	 .example = "10s",
	 .minimum = 100,
	 .maximum = 60000,
	 .help = "For a whole fetch with all its redirects, and for a tls-alpn-01 handshake."},
	DCV_SWITCH("http_accepts_any_2xx", http_accepts_any_2xx,
		   "Let any 2xx status pass, as the BR do; off: 200 alone."),
	DCV_SWITCH("redirect_allows_smtp_ssh", redirect_allows_smtp_ssh,
		   "Follow redirects to the Authorized Ports 25 and 22 too."),
	DCV_SWITCH(
		"persistent_ignores_policy", persistent_ignores_policy,
		"Let a persistent record serve wildcards and subdomains without policy=wildcard."),
	DCV_SWITCH("persistent_folds_account", persistent_folds_account,
		   "Compare the accounturi of persistent records without regard to letter case."),
	DCV_SWITCH("tls_alpn_requires_dates", tls_alpn_requires_dates,
		   "Refuse challenge certificates outside their validity."),
	DCV_SWITCH("regex_may_stand_alone", regex_may_stand_alone,
		   "Allow website-change with a regular expression and no challenge value."),
	{.key = "challenge_characters_min",
	 .type = CONFIG_COUNT,
	 FIELD(config_dcv, switches.challenge_characters_min),
	 .default_text = "19",
	 .example = "19",
	 .minimum = 1,
	 .maximum = 255,
	 .help = "Shortest Random Value: 19 characters of base64url are 112 bits (BR 1.6.1)."},
};
static const struct config_section dcv_section =
	SECTION("dcv", dcv_specs, config_dcv, "Domain control validation.");

static const struct config_spec mpic_specs[] = {
	{.key = "default_perspective_count",
	 .type = CONFIG_COUNT,
	 FIELD(config_mpic, default_perspective_count),
	 .default_text = "5",
	 .example = "5",
	 .minimum = 2,
	 .maximum = CONFIG_PERSPECTIVES_MAX,
	 .help = "Remotes of a request to /mpic that does not say how many."},
	{.key = "absolute_max_attempts",
	 .type = CONFIG_COUNT,
	 FIELD(config_mpic, absolute_max_attempts),
	 .default_text = "3",
	 .example = "3",
	 .minimum = 1,
	 .maximum = 10,
	 .help = "Most attempts of one request to /mpic."},
	{.key = "any_caa_domain",
	 .type = CONFIG_BOOLEAN,
	 FIELD(config_mpic, any_caa_domain),
	 .default_text = "false",
	 .example = "false",
	 .help = "Let callers of /mpic name any domain in caa_domains, as Open MPIC does: a CAA "
		 "record for another CA can permit issuance then. Off: names of issuer_domains "
		 "alone."},
	{.key = "hash_secret",
	 .type = CONFIG_PATH,
	 FIELD(config_mpic, hash_secret),
	 .example = "/etc/parallax/keys/mpic-secret",
	 .help = "File whose content seeds the choice of cohorts, as in Open MPIC. Unset: no "
		 "secret."},
};
static const struct config_section mpic_section =
	SECTION("mpic", mpic_specs, config_mpic, "The Open MPIC interface.");

#define LIMIT(key_, type_, member, default_, min_, max_, help_)                                    \
	{                                                                                          \
		.key = (key_), .type = (type_), FIELD(config_limits, member),                      \
		.default_text = (default_), .example = (default_), .minimum = (min_),              \
		.maximum = (max_), .help = (help_)                                                 \
	}
static const struct config_spec limits_specs[] = {
	LIMIT("orders", CONFIG_COUNT, orders, "2000", 1, 100000,
	      "Orders in flight; one more is told to come back (429)."),
	LIMIT("identifiers", CONFIG_COUNT, identifiers, "1000", 1, 10000,
	      "Identifiers of one order."),
	LIMIT("body_bytes", CONFIG_COUNT, body_bytes, "4194304", 1024, 67108864,
	      "Bytes of one request."),
	LIMIT("checks", CONFIG_COUNT, checks, "20000", 1, 1000000,
	      "Checks running at this perspective."),
	LIMIT("check_timeout", CONFIG_DURATION, check_timeout_ms, "20s", 1000, 120000,
	      "For one check at one perspective; what has not answered by then does not "
	      "corroborate."),
	LIMIT("lookup_timeout", CONFIG_DURATION, lookup_timeout_ms, "8s", 100, 60000,
	      "For one DNS look-up with all its retries."),
	LIMIT("lookup_attempts", CONFIG_COUNT, lookup_attempts, "6", 1, 64,
	      "Queries per question at most."),
	LIMIT("probes", CONFIG_COUNT, probes, "200", 0, 100000,
	      "Probes in flight at a time: checks asked once more, differently, after the decision "
	      "on an identifier that some perspective did not corroborate, so that the answer can "
	      "say why. At most three for an identifier. 0 makes none."),
	LIMIT("probe_wait", CONFIG_DURATION, probe_wait_ms, "5s", 100, 60000,
	      "How long an answer waits for its probes at most."),
	LIMIT("probe_delay", CONFIG_DURATION, probe_delay_ms, "2s", 100, 30000,
	      "After the decision, until a probe looks whether a challenge was removed."),
};
static const struct config_section limits_section =
	SECTION("limits", limits_specs, config_limits, "Limits of the daemon.");

static const struct config_spec evidence_specs[] = {
	{.key = "store",
	 .type = CONFIG_CHOICE,
	 FIELD(config_evidence_store, store),
	 .choices = evidence_choices,
	 .default_text = "all",
	 .example = "refused",
	 .help = "Of which checks at the primary each iterative look-up is kept octet by octet, so "
		 "that anybody can judge it again: all; refused, those that did not pass; none. A "
		 "check does not pass before its evidence is on stable storage."},
	{.key = "keep_days",
	 .type = CONFIG_COUNT,
	 FIELD(config_evidence_store, keep_days),
	 .default_text = "0",
	 .example = "1130",
	 .maximum = 36500,
	 .help = "After so many days evidence is removed, and the audit log says so. 0: it stays "
		 "as long as the audit log that names it. No less than two years: BR 5.4.3 counts "
		 "them from the end of the certificates that rest on it."},
	{.key = "max_megabytes",
	 .type = CONFIG_COUNT,
	 FIELD(config_evidence_store, max_megabytes),
	 .default_text = "0",
	 .example = "500k",
	 .maximum = UINT32_MAX,
	 .help = "Most of it, in millions of bytes; once it is there no order is taken. 0: what "
		 "the "
		 "disk has."},
};
static const struct config_section evidence_section =
	SECTION("evidence", evidence_specs, config_evidence_store,
		"The evidence of look-ups, kept beside the audit log of a primary.");

static const struct config_spec guard_specs[] = {
	{.key = "stable",
	 .type = CONFIG_DURATION,
	 FIELD(config_guard, stable_ms),
	 .default_text = "60s",
	 .example = "60s",
	 .minimum = 1000,
	 .maximum = 86400000,
	 .help = "How long the wall clock must run without a step until it is believed again."},
	{.key = "confirm",
	 .type = CONFIG_BOOLEAN,
	 FIELD(config_guard, needs_confirmation),
	 .default_text = "true",
	 .example = "false",
	 .help = "After a step an operator must say that the clock is right (parallaxctl clock "
		 "confirm) before decisions are released again."},
};
static const struct config_section guard_section =
	SECTION("guard", guard_specs, config_guard, "What guards the wall clock.");

#define SUB(key_, section_, member, example_, help_)                                               \
	{                                                                                          \
		.key = (key_), .type = CONFIG_SECTION, .section = &(section_),                     \
		FIELD(config, member), .example = (example_), .help = (help_)                      \
	}
static const struct config_spec control_specs[] = {
	{.key = "role",
	 .type = CONFIG_CHOICE,
	 FIELD(config, role),
	 .choices = roles,
	 .is_required = true,
	 .example = "primary",
	 .help = "primary: takes orders, asks the remotes, decides, and is the primary "
		 "perspective. "
		 "remote: answers the checks of a primary."},
	{.key = "perspective",
	 .type = CONFIG_SECTION,
	 .section = &location_section,
	 FIELD(config, perspective),
	 .is_required = true,
	 .example = "{name: ams-1, ...}",
	 .help = "This daemon's own network perspective."},
	{.key = "listen",
	 .type = CONFIG_ENDPOINT,
	 LIST(config, listen, listen_count, CONFIG_LISTEN_MAX),
	 .is_required = true,
	 .example = "[\"192.0.2.1:8443\"]",
	 .help = "Where it serves HTTPS: the API of a primary, the checks of a remote."},
	{.key = "tls",
	 .type = CONFIG_SECTION,
	 .section = &tls_section,
	 FIELD(config, tls),
	 .is_required = true,
	 .example = "{certificate: FILE, key: FILE}",
	 .help = "Certificates."},
	{.key = "signing_key",
	 .type = CONFIG_PATH,
	 FIELD(config, signing_key),
	 .is_required = true,
	 .example = "/etc/parallax/keys/ams-1.pem",
	 .help = "PEM file with the Ed25519 key that this perspective signs its results with."},
	{.key = "dataplane_socket",
	 .type = CONFIG_PATH,
	 FIELD(config, dataplane_socket),
	 .default_text = "/run/parallax/dataplane.sock",
	 .example = "/run/parallax/dataplane.sock",
	 .help = "The control socket of this host's parallax-dataplane, which does all DNS."},
	{.key = "resolution",
	 .type = CONFIG_CHOICE,
	 FIELD(config, resolution),
	 .choices = resolutions,
	 .default_text = "iterative",
	 .example = "iterative",
	 .help = "How checks look names up. iterative: the dataplane asks the authoritative "
		 "servers itself, from the root down, and validates; the perspective is its own "
		 "resolver then. stub: through the dataplane's upstreams, which a primary must "
		 "mark as trusted, since all of its DNS is validated (BR 4.2.2.2)."},
	{.key = "socket",
	 .type = CONFIG_PATH,
	 FIELD(config, socket),
	 .default_text = "/run/parallax/control.sock",
	 .example = "/run/parallax/control.sock",
	 .help = "The daemon's own control socket, for parallaxctl."},
	{.key = "socket_group",
	 .type = CONFIG_TEXT,
	 FIELD(config, socket_group),
	 .example = "parallax",
	 .help = "Members of this group may ask and look; changes need root or the daemon's own "
		 "account. Unset: only those two may connect."},
	{.key = "user",
	 .type = CONFIG_TEXT,
	 FIELD(config, user),
	 .example = "parallax",
	 .help = "The account to run as once sockets and files are open. Unset: parallax where it "
		 "exists, else nobody."},
	{.key = "audit_log",
	 .type = CONFIG_PATH,
	 FIELD(config, audit_log),
	 .default_text = "/var/lib/parallax/audit.db",
	 .example = "/var/lib/parallax/audit.db",
	 .help = "The audit log of a primary, an SQLite file. Nothing is decided without its "
		 "record."},
	{.key = "previous_audit_log",
	 .type = CONFIG_PATH,
	 FIELD(config, previous_audit_log),
	 .example = "/var/lib/parallax/archive/audit.db",
	 .help = "For the rotation of the log: the one that a new file continues, which the "
		 "account "
		 "must be able to read. Looked at only when audit_log is made."},
	{.key = "issuer_domains",
	 .type = CONFIG_TEXT,
	 LIST(config, issuer_domains, issuer_domain_count, CONFIG_ISSUERS_MAX),
	 .is_shown = true,
	 .example = "[ca.test]",
	 .help = "Issuer domain names that the CP/CPS lists (BR 4.2.2.1). An order may name some "
		 "of "
		 "them, and no other."},
	{.key = "perspectives",
	 .type = CONFIG_SECTION,
	 .section = &perspective_section,
	 LIST(config, perspectives, perspective_count, CONFIG_PERSPECTIVES_MAX),
	 .example = "[{name: gru-1, ...}]",
	 .help = "The remotes of a primary."},
	{.key = "callers",
	 .type = CONFIG_TEXT,
	 LIST(config, callers, caller_count, CONFIG_CALLERS_MAX),
	 .example = "[ams-1]",
	 .help = "Who may ask, whatever it is; others get 403. At a remote, required: names of "
		 "primaries, "
		 "as in their certificates. At a primary: URIs or DNS names of certificates under "
		 "client_ca; unset, all that client_ca vouches for."},
	{.key = "allow_addresses",
	 .type = CONFIG_PREFIX,
	 LIST(config, allow_addresses, allow_address_count, CONFIG_PREFIXES_MAX),
	 .example = "[10.203.0.0/16]",
	 .help = "For a lab: special-purpose ranges that validation may connect to. Leave it out "
		 "on "
		 "the Internet."},
	{.key = "private_suffixes",
	 .type = CONFIG_TEXT,
	 LIST(config, private_suffixes, private_suffix_count, CONFIG_SUFFIXES_MAX),
	 .example = "[test]",
	 .help = "For a lab: public suffixes beyond the Public Suffix List."},
	SUB("profiles", profiles_section, profiles, "{tls: {mode: enforce}}",
	    "Modes and schedules by certificate profile."),
	SUB("caa", caa_section, caa, "{issuer_case_folding: true}", "Contested choices of CAA."),
	SUB("dcv", dcv_section, dcv, "{timeout: 10s}", "Domain control validation."),
	SUB("mpic", mpic_section, mpic, "{default_perspective_count: 5}",
	    "The Open MPIC interface."),
	SUB("limits", limits_section, limits, "{orders: 2000}", "Limits."),
	SUB("evidence", evidence_section, evidence, "{store: all}", "The evidence of look-ups."),
	SUB("guard", guard_section, guard, "{confirm: true}", "The guard of the wall clock."),
	{.key = "log_format",
	 .type = CONFIG_CHOICE,
	 FIELD(config, log_format),
	 .choices = log_formats,
	 .default_text = "text",
	 .example = "json",
	 .help = "Log lines on stderr: key=value text, or one JSON object each."},
};
const struct config_section config_control_section =
	SECTION("control", control_specs, config, "The control daemon, parallaxd.");

const struct config_spec *config_spec_find(const struct config_section *section, const char *key)
{
	for (size_t i = 0; i < section->spec_count; i++) {
		if (strcmp(section->specs[i].key, key) == 0) {
			return &section->specs[i];
		}
	}
	return NULL;
}

const char *config_type_name(const struct config_spec *spec)
{
	switch (spec->type) {
	case CONFIG_TEXT:
		return "text";
	case CONFIG_PATH:
		return "absolute path";
	case CONFIG_BOOLEAN:
		return "true or false";
	case CONFIG_COUNT:
		return "number";
	case CONFIG_DURATION:
		return "duration (250ms, 10s, 5m, 1h)";
	case CONFIG_COORDINATE:
		return "degrees";
	case CONFIG_CHOICE:
		return "choice";
	case CONFIG_TIME:
		return "time (RFC 3339, UTC)";
	case CONFIG_ENDPOINT:
		return "address with port";
	case CONFIG_PREFIX:
		return "address prefix";
	case CONFIG_SECTION:
		return "mapping";
	}
	return "";
}
