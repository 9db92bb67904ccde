// SPDX-License-Identifier: BSD-3-Clause
// What one key alone cannot say. Distances and regions are judged by quorum/ where they are used, and shown in the
// status: a configuration that misses them still starts, so that the daemon can say what it would refuse.

#include "config/config.h"

#include <parallax/base/error.h>
#include <parallax/dns/name.h>

#include "config/config_value.h"
#include "quorum/region.h"

#include <string.h>

struct check {
	const char *path;
	struct plx_setting_fault *fault;
};

static int at(const struct check *check, const struct plx_setting_place *place)
{
	return plx_setting_fault_at(check->fault, check->path, place, NULL);
}

static int check_region(const struct check *check, const struct plx_setting_place *place,
			const char *rir)
{
	enum region region;
	if (region_parse(rir, &region) == 0) {
		return 0;
	}
	plx_setting_fault_set(check->fault,
			      "rir: \"%s\" is none of AFRINIC, APNIC, ARIN, LACNIC, RIPE NCC", rir);
	return at(check, place);
}

static int check_resolvers(const struct check *check, const struct config_resolver *resolvers,
			   unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		int error = check_region(check, &resolvers[i].place, resolvers[i].rir);
		if (error != 0) {
			return error;
		}
	}
	return 0;
}

static int check_name(const struct check *check, const struct plx_setting_place *place,
		      const char *name)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
	if (name[strspn(name, allowed)] == '\0') {
		return 0;
	}
	plx_setting_fault_set(check->fault,
			      "name: \"%s\" has a character other than letters, digits, - . and _",
			      name);
	return at(check, place);
}

static int check_remote(const struct check *check, const struct config *config, unsigned index)
{
	const struct config_perspective *remote = &config->perspectives[index];
	int error = check_name(check, &remote->place, remote->name);
	error = error != 0 ? error : check_region(check, &remote->place, remote->rir);
	if (error == 0) {
		error = check_resolvers(check, remote->resolvers, remote->resolver_count);
	}
	if (error != 0) {
		return error;
	}
	bool is_taken = strcmp(remote->name, config->perspective.name) == 0;
	for (unsigned i = 0; i < index; i++) {
		is_taken |= strcmp(remote->name, config->perspectives[i].name) == 0;
	}
	if (is_taken) {
		plx_setting_fault_set(check->fault,
				      "name: \"%s\" is taken; give each perspective its own",
				      remote->name);
		return at(check, &remote->place);
	}
	if (strncmp(remote->url, "https://", 8) != 0) {
		plx_setting_fault_set(
			check->fault,
			"url: \"%s\" is not https; the channel must be encrypted (BR 3.2.2.9)",
			remote->url);
		return at(check, &remote->place);
	}
	if (remote->protocol == CONFIG_PROTOCOL_PARALLAX && remote->public_key[0] == '\0') {
		plx_setting_fault_set(check->fault,
				      "has no public_key; add `public_key: FILE`, which its "
				      "answers are verified with");
		return at(check, &remote->place);
	}
	return 0;
}

static int check_windows(const struct check *check, const struct config_profile *profile)
{
	for (unsigned i = 0; i < profile->schedule_count; i++) {
		const struct config_window *window = &profile->schedule[i];
		if (window->end <= window->start) {
			plx_setting_fault_set(check->fault, "window \"%s\" ends before it starts",
					      window->name);
			return at(check, &window->place);
		}
		for (unsigned j = 0; j < i; j++) {
			const struct config_window *other = &profile->schedule[j];
			if (window->start < other->end && other->start < window->end) {
				plx_setting_fault_set(check->fault,
						      "window \"%s\" overlaps \"%s\" of line %u",
						      window->name, other->name, other->place.line);
				return at(check, &window->place);
			}
		}
	}
	return 0;
}

static int check_names(const struct check *check, const struct config *config)
{
	struct plx_name name;
	for (unsigned i = 0; i < config->issuer_domain_count; i++) {
		if (plx_name_parse(config->issuer_domains[i], strlen(config->issuer_domains[i]),
				   &name) != 0) {
			plx_setting_fault_set(check->fault,
					      "issuer_domains: \"%s\" is not a domain name",
					      config->issuer_domains[i]);
			return at(check, &config->place);
		}
	}
	for (unsigned i = 0; i < config->private_suffix_count; i++) {
		if (plx_name_parse(config->private_suffixes[i], strlen(config->private_suffixes[i]),
				   &name) != 0) {
			plx_setting_fault_set(check->fault,
					      "private_suffixes: \"%s\" is not a domain name",
					      config->private_suffixes[i]);
			return at(check, &config->place);
		}
	}
	return 0;
}

static int check_role(const struct check *check, const struct config *config)
{
	bool is_remote = config->role == CONFIG_ROLE_REMOTE;
	const char *missing = NULL;
	if (is_remote && config->perspective_count > 0) {
		plx_setting_fault_set(
			check->fault,
			"perspectives: a remote asks no others; remove them or set role: "
			"primary");
		return at(check, &config->perspectives[0].place);
	}
	if (is_remote && config->tls.client_ca[0] == '\0') {
		missing = "tls.client_ca: a remote answers only callers whose certificates it can "
			  "check";
	} else if (is_remote && config->caller_count == 0) {
		missing = "callers: a remote answers only primaries that it knows by name";
	} else if (!is_remote && config->caller_count > 0 && config->tls.client_ca[0] == '\0') {
		missing = "tls.client_ca: callers are known by certificates from it";
	} else if (!is_remote && config->issuer_domain_count == 0) {
		missing = "issuer_domains: CAA cannot be judged without the CA's own";
	} else if (!is_remote && config->perspective_count > 0 &&
		   config->tls.server_ca[0] == '\0') {
		missing = "tls.server_ca: without it no remote's certificate can be checked";
	}
	if (missing != NULL) {
		plx_setting_fault_set(check->fault, "needs %s", missing);
		return at(check, &config->place);
	}
	return 0;
}

static int check_limits(const struct check *check, const struct config *config)
{
	if (config->limits.probe_delay_ms < config->limits.probe_wait_ms) {
		return 0;
	}
	plx_setting_fault_set(check->fault,
			      "probe_delay: is not shorter than probe_wait, so that no such "
			      "probe could end; make it shorter");
	return at(check, &config->limits.place);
}

// BR 5.4.3 (1): at least two years, after the certificates that rest on it have expired.
static int check_evidence(const struct check *check, const struct config *config)
{
	if (config->evidence.keep_days == 0 ||
	    config->evidence.keep_days >= CONFIG_EVIDENCE_DAYS_MIN) {
		return 0;
	}
	plx_setting_fault_set(
		check->fault,
		"keep_days: evidence is kept for two years at least (BR 5.4.3); write "
		"%u or more, or 0 to keep it as long as the audit log",
		CONFIG_EVIDENCE_DAYS_MIN);
	return at(check, &config->evidence.place);
}

int config_check(const char *path, const struct config *config, struct plx_setting_fault *fault)
{
	struct check check = {.path = path, .fault = fault};
	const struct config_location *own = &config->perspective;
	int error = check_name(&check, &own->place, own->name);
	error = error != 0 ? error : check_region(&check, &own->place, own->rir);
	error = error != 0 ? error : check_resolvers(&check, own->resolvers, own->resolver_count);
	for (unsigned i = 0; error == 0 && i < config->perspective_count; i++) {
		error = check_remote(&check, config, i);
	}
	error = error != 0 ? error : check_windows(&check, &config->profiles.tls);
	error = error != 0 ? error : check_windows(&check, &config->profiles.smime);
	error = error != 0 ? error : check_windows(&check, &config->profiles.private_use);
	error = error != 0 ? error : check_names(&check, config);
	error = error != 0 ? error : check_limits(&check, config);
	error = error != 0 ? error : check_evidence(&check, config);
	return error != 0 ? error : check_role(&check, config);
}
