// SPDX-License-Identifier: BSD-3-Clause
// The configuration of parallaxd: the `control:` section of the one YAML file of a host. The tables of config_table.c
// hold every key's name, type, bounds and help; the reader, the example and docs/control-configuration.md come from
// them. Every fault is one line: FILE:LINE:COLUMN, what, and how to mend it.
// Read once into one heap block and never changed; a reload reads another one. Any thread may read it.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/base/ip_address.h>
#include <parallax/settings/setting_fault.h>

#include "names/address_prefix.h"
#include "policy/caa_switches.h"
#include "policy/dcv_switches.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CONFIG_PATH_SIZE 256
#define CONFIG_NAME_SIZE 64
#define CONFIG_URL_SIZE 256
#define CONFIG_LISTEN_MAX 8
#define CONFIG_RESOLVERS_MAX 8     // of one perspective
#define CONFIG_PERSPECTIVES_MAX 64 // remotes
#define CONFIG_ISSUERS_MAX 32
#define CONFIG_WINDOWS_MAX 64 // of one profile's schedule
#define CONFIG_PREFIXES_MAX 64
#define CONFIG_SUFFIXES_MAX 16
#define CONFIG_CALLERS_MAX 16
#define CONFIG_EVIDENCE_DAYS_MIN 731u

enum config_role {
	CONFIG_ROLE_NONE = 0,
	CONFIG_ROLE_PRIMARY,
	CONFIG_ROLE_REMOTE,
};

enum config_protocol {
	CONFIG_PROTOCOL_PARALLAX,  // a parallaxd of role remote
	CONFIG_PROTOCOL_OPEN_MPIC, // a checker that serves Open MPIC's /caa and /dcv
};

enum config_evidence {
	CONFIG_EVIDENCE_ALL,     // of the look-ups of all checks
	CONFIG_EVIDENCE_REFUSED, // of those of checks that did not pass
	CONFIG_EVIDENCE_NONE,
};

enum config_log_format {
	CONFIG_LOG_TEXT, // key=value
	CONFIG_LOG_JSON,
};

struct config_resolver {
	struct plx_setting_place place;
	char address
		[CONFIG_NAME_SIZE]; // its identity: two perspectives that name the same one share it
	char rir[16];
	double latitude, longitude;
};

// A network perspective and where it is (BR 1.6.1, 3.2.2.9).
struct config_location {
	struct plx_setting_place place;
	char name[CONFIG_NAME_SIZE];
	char rir[16];
	double latitude, longitude;
	struct config_resolver resolvers[CONFIG_RESOLVERS_MAX];
	unsigned resolver_count;
};

struct config_perspective {
	struct plx_setting_place place;
	char name[CONFIG_NAME_SIZE];
	char rir[16];
	double latitude, longitude;
	struct config_resolver resolvers[CONFIG_RESOLVERS_MAX];
	unsigned resolver_count;
	int protocol; // enum config_protocol
	char url[CONFIG_URL_SIZE];
	struct plx_endpoint connect_to; // family 0: where the URL's host name leads
	char public_key[CONFIG_PATH_SIZE];
};

struct config_window {
	struct plx_setting_place place;
	char name[CONFIG_NAME_SIZE];
	int mode; // enum mode
	int64_t start, end;
};

struct config_profile {
	struct plx_setting_place place;
	int mode;   // enum mode: outside all windows
	bool force; // a mode weaker than the rules demand is meant
	struct config_window schedule[CONFIG_WINDOWS_MAX];
	unsigned schedule_count;
};

struct config_profiles {
	struct plx_setting_place place;
	struct config_profile tls, smime, private_use;
};

struct config_tls {
	struct plx_setting_place place;
	char certificate[CONFIG_PATH_SIZE];
	char key[CONFIG_PATH_SIZE];
	char client_ca[CONFIG_PATH_SIZE]; // "": callers show no certificate
	char server_ca
		[CONFIG_PATH_SIZE]; // whom the primary trusts to have issued the remotes' certificates
};

struct config_caa {
	struct plx_setting_place place;
	bool is_on[CAA_SWITCH_COUNT];
};

struct config_dcv {
	struct plx_setting_place place;
	struct dcv_switches switches;
	char user_agent[128];
	char probe_user_agent[128];
	uint32_t timeout_ms;
};

struct config_mpic {
	struct plx_setting_place place;
	uint32_t default_perspective_count, absolute_max_attempts;
	bool any_caa_domain;
	char hash_secret[CONFIG_PATH_SIZE]; // a file
};

struct config_limits {
	struct plx_setting_place place;
	uint32_t orders;      // in flight
	uint32_t identifiers; // of one order
	uint32_t body_bytes;  // of one request
	uint32_t checks;      // running at this perspective
	uint32_t check_timeout_ms;
	uint32_t lookup_timeout_ms;
	uint32_t lookup_attempts;
	uint32_t probes; // in flight; 0: none are made
	uint32_t probe_wait_ms;
	uint32_t probe_delay_ms;
};

struct config_evidence_store {
	struct plx_setting_place place;
	int store;              // enum config_evidence
	uint32_t keep_days;     // 0: as long as the log
	uint32_t max_megabytes; // 0: what the disk has
};

struct config_guard {
	struct plx_setting_place place;
	uint32_t stable_ms;
	bool needs_confirmation;
};

struct config {
	struct plx_setting_place place;
	int role; // enum config_role
	struct config_location perspective;
	int resolution; // enum plx_resolution: of all look-ups of checks
	char dataplane_socket[108], socket[108], socket_group[32], user[32];
	struct plx_endpoint listen[CONFIG_LISTEN_MAX];
	unsigned listen_count;
	struct config_tls tls;
	char signing_key[CONFIG_PATH_SIZE], audit_log[CONFIG_PATH_SIZE],
		previous_audit_log[CONFIG_PATH_SIZE];
	char issuer_domains[CONFIG_ISSUERS_MAX][256];
	unsigned issuer_domain_count;
	struct address_prefix allow_addresses[CONFIG_PREFIXES_MAX];
	unsigned allow_address_count;
	char private_suffixes[CONFIG_SUFFIXES_MAX][256];
	unsigned private_suffix_count;
	char callers[CONFIG_CALLERS_MAX]
		    [CONFIG_URL_SIZE]; // who may ask: a remote's primaries; names of certificates
	unsigned caller_count;
	struct config_perspective perspectives[CONFIG_PERSPECTIVES_MAX];
	unsigned perspective_count;
	struct config_profiles profiles;
	struct config_caa caa;
	struct config_dcv dcv;
	struct config_mpic mpic;
	struct config_limits limits;
	struct config_evidence_store evidence;
	struct config_guard guard;
	int log_format; // enum config_log_format
	// Of the section `dataplane:`, when the file has it. 0 upstreams: nothing is known of them.
	unsigned upstream_count, trusted_upstream_count;
};

// Reads a file's content and checks everything; opens no file that the configuration names. `path` is for messages only.
// The caller frees with config_free. NULL and the fault.
struct config *config_read_document(const char *path, const void *bytes, size_t length,
				    struct plx_setting_fault *fault);
void config_free(struct config *config);

// What one key alone cannot say: which go together, which are needed, what overlaps. PLX_ERR_CONFIG and the fault.
PLX_MUST_CHECK int config_check(const char *path, const struct config *config,
				struct plx_setting_fault *fault);

const char *config_role_name(enum config_role role);
const char *config_evidence_name(enum config_evidence evidence);

// Text made from the tables.
void config_print_example(FILE *out);  // commented YAML
void config_print_markdown(FILE *out); // docs/control-configuration.md
