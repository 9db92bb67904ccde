// SPDX-License-Identifier: BSD-3-Clause
// Iterative look-ups are on unless the configuration says no. Files that nobody asked for may be missing: then they are off, and
// the log says which package brings them. Files that the configuration names must be there and good.

#include "startup/iteration_setup.h"

#include <parallax/base/error.h>
#include <parallax/base/log_line.h>

#include "iteration/root_hints.h"
#include "startup/dataplane.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOT_HINTS_DEFAULT "/usr/share/dns/root.hints"
#define TRUST_ANCHOR_DEFAULT "/usr/share/dns/root.key"
#define FILES_PACKAGE "dns-root-data"
#define FILE_BYTES_MAX ROOT_HINTS_BYTES_MAX // of both; each has some KiB

struct file_text {
	char bytes[FILE_BYTES_MAX + 1]; // one more shows that it is too long
	size_t length;
};

static int read_file(const char *path, struct file_text *ret_text)
{
	FILE *file = fopen(path, "re");
	if (file == NULL) {
		return -errno;
	}
	ret_text->length = fread(ret_text->bytes, 1, sizeof(ret_text->bytes), file);
	int error = ferror(file) != 0 ? -EIO : ret_text->length > FILE_BYTES_MAX ? -EFBIG : 0;
	fclose(file);
	return error;
}

// Of a file that is there.
static int parse_hints(struct dataplane *dataplane, const char *path, const struct file_text *text)
{
	unsigned line = 0;
	enum root_hints_fault fault = root_hints_parse(text->bytes, text->length,
						       &dataplane->iteration.root_hints, &line);
	return fault == ROOT_HINTS_FINE
		       ? 0
		       : start_fault(dataplane, "root_hints", PLX_ERR_CONFIG,
				     "%s:%u: no root hints as in InterNIC's named.root: %s", path,
				     line, root_hints_fault_name(fault));
}

static int parse_anchors(struct dataplane *dataplane, const char *path,
			 const struct file_text *text)
{
	unsigned line = 0;
	struct iteration_setup *setup = &dataplane->iteration;
	if (trust_anchors_parse(text->bytes, text->length, &setup->policy, &setup->anchors,
				&line) == 0) {
		return 0;
	}
	return line == 0 ? start_fault(dataplane, "trust_anchor", PLX_ERR_CONFIG,
				       "%s: there is no trust anchor in it", path)
			 : start_fault(dataplane, "trust_anchor", PLX_ERR_CONFIG,
				       "%s:%u: this is no DS or DNSKEY record of an algorithm that "
				       "may be trusted",
				       path, line);
}

static int no_file(struct dataplane *dataplane, const char *key, const char *given,
		   const char *path, int error)
{
	if (given[0] != '\0') {
		return start_fault(dataplane, key, error, "%s: %s cannot be read: %s", key, path,
				   plx_error_text(error));
	}
	dataplane->iteration.is_on = false;
	plx_log_message(dataplane_logs_json(dataplane), PLX_LOG_LEVEL_NOTICE, "iterative_off",
			"iterative look-ups are off, for %s cannot be read (%s): install the "
			"package " FILES_PACKAGE ", or set %s",
			path, plx_error_text(error), key);
	return 0;
}

static int
load(struct dataplane *dataplane, const char *key, const char *given, const char *default_path,
     int (*parse)(struct dataplane *dataplane, const char *path, const struct file_text *text))
{
	const char *path = given[0] != '\0' ? given : default_path;
	struct file_text *text = malloc(sizeof(*text));
	if (text == NULL) {
		return start_fault(dataplane, key, -ENOMEM, "out of memory");
	}
	int error = read_file(path, text);
	error = error != 0 ? no_file(dataplane, key, given, path, error)
			   : parse(dataplane, path, text);
	free(text);
	return error;
}

// The interface's own, as they are now. Only global ones: nobody beyond the link answers to others.
static struct address_families shared_families(const char *interface)
{
	struct address_families families = {0};
	struct ifaddrs *all = NULL;
	if (getifaddrs(&all) != 0) {
		return families;
	}
	for (const struct ifaddrs *one = all; one != NULL; one = one->ifa_next) {
		if (one->ifa_addr == NULL || strcmp(one->ifa_name, interface) != 0) {
			continue;
		}
		families.has_ipv4 |= one->ifa_addr->sa_family == AF_INET;
		if (one->ifa_addr->sa_family == AF_INET6) {
			struct sockaddr_in6 address;
			memcpy(&address, one->ifa_addr, sizeof(address));
			families.has_ipv6 |= !IN6_IS_ADDR_LINKLOCAL(&address.sin6_addr);
		}
	}
	freeifaddrs(all);
	return families;
}

static struct address_families own_families(const struct dataplane *dataplane)
{
	const struct options *options = &dataplane->options;
	struct address_families families = {0};
	if (dataplane_is_shared(dataplane)) {
		families = shared_families(options->interface);
	}
	for (unsigned i = 0; i < options->address_count; i++) {
		families.has_ipv4 |= options->address[i].ip.family == 4;
		families.has_ipv6 |= options->address[i].ip.family == 6;
	}
	// An interface that gets its addresses later: paths will tell.
	if (!families.has_ipv4 && !families.has_ipv6) {
		families.has_ipv4 = families.has_ipv6 = true;
	}
	return families;
}

static void log_setup(const struct dataplane *dataplane)
{
	const struct options *options = &dataplane->options;
	const struct iteration_setup *setup = &dataplane->iteration;
	const struct address_families *families = &setup->recursor.families;
	struct plx_log_line line;
	plx_log_begin(&line, dataplane_logs_json(dataplane),
		      setup->validates ? PLX_LOG_LEVEL_NOTICE : PLX_LOG_LEVEL_WARNING, "iterative");
	plx_log_text(&line, "families",
		     !families->has_ipv6   ? "ipv4"
		     : !families->has_ipv4 ? "ipv6"
					   : "ipv4,ipv6");
	plx_log_number(&line, "root_addresses", setup->root_hints.address_count);
	plx_log_number(&line, "trust_anchors", setup->anchors.zone_count);
	plx_log_number(&line, "validators", setup->validates ? options->validators.count : 0);
	if (!setup->validates) {
		plx_log_text(&line, "message",
			     "trust_anchor is none: nothing is validated, results are unchecked");
	} else if (options->dnssec_test_profile) {
		plx_log_text(&line, "message",
			     "dnssec_test_profile is on: SHA-1 and short keys are accepted, never "
			     "for issuance");
	}
	plx_log_end(&line);
}

int start_iteration(struct dataplane *dataplane)
{
	const struct options *options = &dataplane->options;
	struct iteration_setup *setup = &dataplane->iteration;
	setup->is_on = options->iterative;
	setup->validates = strcmp(options->trust_anchor, "none") != 0;
	setup->policy =
		options->dnssec_test_profile ? dnssec_policy_test() : dnssec_policy_production();
	setup->policy.iterations_insecure = options->nsec3_iterations_insecure;
	int error = 0;
	if (setup->is_on) {
		error = load(dataplane, "root_hints", options->root_hints, ROOT_HINTS_DEFAULT,
			     parse_hints);
	}
	if (error == 0 && setup->is_on && setup->validates) {
		error = load(dataplane, "trust_anchor", options->trust_anchor, TRUST_ANCHOR_DEFAULT,
			     parse_anchors);
	}
	if (error != 0 || !setup->is_on) {
		return error;
	}
	setup->recursor.root_hints = &setup->root_hints;
	setup->recursor.families = own_families(dataplane);
	setup->recursor.validates = setup->validates;
	setup->recursor.anchors = &setup->anchors;
	log_setup(dataplane);
	return 0;
}
