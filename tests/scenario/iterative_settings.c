// SPDX-License-Identifier: BSD-3-Clause

#include "iterative_settings.h"

#include "scenario_date.h"
#include "world.h"
#include "world_settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ANCHOR_TEXT_MAX (64 * 1024)

struct settings_reader {
	struct world *world;
	struct iterative_settings *settings;
	struct scenario_fault *fault;
	const struct scenario_setting *setting; // the current one
	struct line_words words;                // its value
	bool has_date;
	size_t anchor_length;
	char anchors[ANCHOR_TEXT_MAX];
};

static int value_fault(struct settings_reader *reader, const char *wanted)
{
	return fault_set(reader->fault, reader->setting->line, "%s: \"%.60s\" is not read; %s",
			 reader->setting->key, reader->setting->value, wanted);
}

static int read_switch(struct settings_reader *reader, bool *ret_is_on)
{
	static const char *const on[] = {"yes", "on", "true", "1"};
	static const char *const off[] = {"no", "off", "false", "0"};
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(on); i++) {
		if (word_is(&reader->words.at[0], on[i]) || word_is(&reader->words.at[0], off[i])) {
			*ret_is_on = word_is(&reader->words.at[0], on[i]);
			return 0;
		}
	}
	return value_fault(reader, "write yes or no");
}

static int read_root_address(struct settings_reader *reader)
{
	struct delegation *root = &reader->settings->root;
	char text[PLX_IP_TEXT_MAX];
	struct plx_ip ip;
	struct plx_name name;
	if (!word_copy(&reader->words.at[0], text, sizeof(text)) || plx_ip_parse(text, &ip) < 0) {
		return value_fault(reader, "write the address of a root server, without a port");
	}
	// The name is of no matter: servers of hints are only addresses.
	int length = snprintf(text, sizeof(text), "hint-%u.test.", root->address_count);
	if (plx_name_parse(text, (size_t)length, &name) < 0 ||
	    !delegation_add_address(root, (unsigned)delegation_add_name(root, &name), &ip)) {
		return value_fault(reader, "there is no room for so many, or for one twice");
	}
	return 0;
}

static int read_anchor(struct settings_reader *reader)
{
	const char *text = reader->setting->value;
	int written = snprintf(reader->anchors + reader->anchor_length,
			       ANCHOR_TEXT_MAX - reader->anchor_length, "%s\n", text);
	if (written < 0 || (size_t)written >= ANCHOR_TEXT_MAX - reader->anchor_length) {
		return value_fault(reader, "there is no room for so many");
	}
	struct trust_anchors anchors;
	unsigned line;
	if (trust_anchors_parse(text, strlen(text), &reader->settings->policy, &anchors, &line) <
	    0) {
		return value_fault(reader, "write a DS or DNSKEY record of an algorithm in use "
					   "(--sha1 adds the old ones)");
	}
	reader->anchor_length += (size_t)written;
	reader->settings->validates = true;
	return 0;
}

static int read_date(struct settings_reader *reader)
{
	reader->has_date = true;
	return scenario_date_parse(&reader->words.at[0], &reader->settings->date_s) == 0
		       ? 0
		       : value_fault(reader, "write YYYYMMDDhhmmss");
}

static int read_timestamp(struct settings_reader *reader)
{
	uint64_t seconds;
	reader->has_date = true;
	if (word_number(&reader->words.at[0], UINT32_MAX, &seconds) < 0) {
		return value_fault(reader, "write Unix time");
	}
	reader->settings->date_s = (int64_t)seconds;
	return 0;
}

static int read_minimisation(struct settings_reader *reader)
{
	bool is_on;
	int error = read_switch(reader, &is_on);
	reader->settings->asks_whole_names = error == 0 && !is_on;
	return error;
}

static int read_ipv4(struct settings_reader *reader)
{
	return read_switch(reader, &reader->settings->families.has_ipv4);
}

static int read_ipv6(struct settings_reader *reader)
{
	return read_switch(reader, &reader->settings->families.has_ipv6);
}

static int read_localhost(struct settings_reader *reader)
{
	bool is_on;
	int error = read_switch(reader, &is_on);
	reader->settings->families.may_ask_loopback = error == 0 && !is_on;
	return error;
}

static int read_root_only(struct settings_reader *reader)
{
	return word_is(&reader->words.at[0], ".")
		       ? 0
		       : value_fault(reader, "stubs of other zones than the root are unsupported");
}

// Settings whose one value is what the engine always does.
static int read_always(struct settings_reader *reader)
{
	bool is_on;
	int error = read_switch(reader, &is_on);
	return error < 0 || is_on ? error : value_fault(reader, "the engine always does it");
}

static int read_never(struct settings_reader *reader)
{
	bool is_on;
	int error = read_switch(reader, &is_on);
	return error < 0 || !is_on ? error : value_fault(reader, "the engine never does it");
}

// Settings that change no answer and no query.
static int read_nothing(struct settings_reader *reader)
{
	(void)reader;
	return 0;
}

static int refuse(struct settings_reader *reader)
{
	return fault_set(reader->fault, reader->setting->line,
			 "%s is unsupported: the engine has no such mode, and without it the "
			 "scenario would mean something else",
			 reader->setting->key);
}

static const struct setting_rule {
	const char *key;
	int (*read)(struct settings_reader *reader);
	bool has_no_value; // a heading of Unbound's
} rules[] = {
	{"stub-addr", read_root_address, false},
	{"trust-anchor", read_anchor, false},
	{"val-override-date", read_date, false},
	{"val-override-timestamp", read_timestamp, false},
	{"query-minimization", read_minimisation, false},
	{"qname-minimisation", read_minimisation, false},
	{"do-ip4", read_ipv4, false},
	{"do-ip6", read_ipv6, false},
	{"do-not-query-localhost", read_localhost, false},
	{"stub-name", read_root_only, false},
	{"name", read_root_only, false},
	{"harden-glue", read_always, false},
	{"harden-dnssec-stripped", read_always, false},
	{"do-udp", read_always, false},
	{"do-tcp", read_always, false},
	{"aggressive-nsec", read_never, false},
	{"prefetch", read_never, false},
	{"serve-expired", read_never, false},
	{"stub-prime", read_nothing, false},
	{"target-fetch-policy", read_nothing, false},
	{"trust-anchor-signaling", read_nothing, false},
	{"minimal-responses", read_nothing, false},
	{"rrset-roundrobin", read_nothing, false},
	{"fake-sha1", read_nothing, false}, // taken before the others
	{"verbosity", read_nothing, false},
	{"server", read_nothing, true},
	{"stub-zone", read_nothing, true},
	{"domain-insecure", refuse, false},
	{"forward-addr", refuse, false},
	{"forward-zone", refuse, true},
	{"features", refuse, false},
	{"feature-list", refuse, false},
};

bool iterative_setting_is(const char *key)
{
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(rules); i++) {
		if (strcasecmp(rules[i].key, key) == 0) {
			return true;
		}
	}
	return false;
}

static int read_setting(struct settings_reader *reader)
{
	const struct scenario_setting *setting = reader->setting;
	for (unsigned i = 0; i < PLX_ARRAY_SIZE(rules); i++) {
		if (strcasecmp(rules[i].key, setting->key) != 0) {
			continue;
		}
		int error = rules[i].has_no_value
				    ? 0
				    : world_split_setting(setting, &reader->words, reader->fault);
		return error < 0 ? error : rules[i].read(reader);
	}
	int error = world_split_setting(setting, &reader->words, reader->fault);
	int is_common = error == 0 ? world_read_common_setting(reader->world, setting,
							       &reader->words, reader->fault)
				   : error;
	return is_common == 0 ? refuse(reader) : is_common < 0 ? is_common : 0;
}

// Anchors are judged by the policy, so it must be known before them.
static bool wants_sha1(const struct world *world)
{
	bool is_wanted = world->options.allows_sha1;
	for (unsigned i = 0; i < world->scenario->setting_count; i++) {
		const struct scenario_setting *setting = &world->scenario->settings[i];
		is_wanted |= strcasecmp(setting->key, "fake-sha1") == 0 &&
			     strcasecmp(setting->value, "yes") == 0;
	}
	return is_wanted;
}

static int check_whole(struct settings_reader *reader)
{
	struct iterative_settings *settings = reader->settings;
	unsigned line;
	if (settings->root.address_count == 0) {
		return fault_set(reader->fault, 0, "no root server; add stub-addr: and an address");
	}
	if (settings->validates && !reader->has_date) {
		return fault_set(reader->fault, 0,
				 "a trust anchor without a date; add val-override-date: "
				 "YYYYMMDDhhmmss");
	}
	if (settings->validates &&
	    trust_anchors_parse(reader->anchors, reader->anchor_length, &settings->policy,
				&settings->anchors, &line) < 0) {
		return fault_set(reader->fault, 0, "trust anchors of too many zones");
	}
	return 0;
}

int iterative_settings_read(struct world *world, struct scenario_fault *fault)
{
	struct settings_reader *reader = calloc(1, sizeof(*reader));
	const struct plx_name root = {.length = 1};
	if (reader == NULL) {
		return -ENOMEM;
	}
	reader->world = world;
	reader->settings = &world->settings;
	reader->fault = fault;
	world->settings = (struct iterative_settings) {
		.families = {.has_ipv4 = true, .has_ipv6 = true},
		.policy = wants_sha1(world) ? dnssec_policy_test() : dnssec_policy_production(),
	};
	delegation_start(&world->settings.root, &root, UINT64_MAX);
	int error = 0;
	for (unsigned i = 0; i < world->scenario->setting_count && error == 0; i++) {
		reader->setting = &world->scenario->settings[i];
		error = read_setting(reader);
	}
	if (error == 0) {
		error = check_whole(reader);
	}
	free(reader);
	return error;
}
