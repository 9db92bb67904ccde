// SPDX-License-Identifier: BSD-3-Clause

#include "options/options.h"

#include <parallax/base/error.h>

#include "options/option_table.h"
#include "options/option_value.h"
#include "options/options_arguments.h"

#include <stdlib.h>
#include <string.h>

void options_init(struct options *options)
{
	*options = (struct options) {.main_cpu = -1};
	for (size_t i = 0; i < option_count; i++) {
		struct plx_setting_fault fault;
		const struct option_spec *spec = &option_table[i];
		if (spec->default_text[0] != '\0' &&
		    option_value_parse(spec, spec->default_text, options, &fault) != 0) {
			abort(); // the table itself is wrong
		}
	}
}

static int check_exclusive_mode(const struct options *options, struct plx_setting_fault *fault)
{
	if (options->address_count == 0) {
		fault->key = "device";
		return plx_setting_fault_set(fault,
					     "address is missing: with device (exclusive mode) "
					     "the port needs an address such as 192.0.2.10/24");
	}
	if (options->xdp_program[0] != '\0') {
		fault->key = "xdp_program";
		return plx_setting_fault_set(fault,
					     "xdp_program belongs to shared mode (interface), "
					     "but device is given; remove one of them");
	}
	for (unsigned i = 0; i < options->gateway_count; i++) {
		bool is_usable = false;
		for (unsigned j = 0; j < options->address_count; j++) {
			is_usable |= options->address[j].ip.family == options->gateway[i].family;
		}
		if (!is_usable) {
			fault->key = "gateway";
			return plx_setting_fault_set(
				fault,
				"gateway: there is no IPv%u address to reach it from; "
				"add one to address",
				options->gateway[i].family);
		}
	}
	return 0;
}

// The kernel's addresses and routes are used there: a value that had no effect would only mislead.
static int check_shared_mode(const struct options *options, struct plx_setting_fault *fault)
{
	if (options->address_count > 0) {
		fault->key = "address";
		return plx_setting_fault_set(fault, "address: shared mode uses the interface's own "
						    "addresses; remove it, or use device");
	}
	if (options->gateway_count > 0) {
		fault->key = "gateway";
		return plx_setting_fault_set(fault,
					     "gateway: shared mode uses the kernel's routes; "
					     "remove it, or use device");
	}
	return 0;
}

static bool has_cpu(const struct options_workers *workers, uint16_t cpu)
{
	for (unsigned i = 0; workers->is_pinned && i < workers->count; i++) {
		if (workers->cpu[i] == cpu) {
			return true;
		}
	}
	return false;
}

// A validator would keep the worker of its CPU from its packets.
static int check_validators(const struct options *options, struct plx_setting_fault *fault)
{
	const struct options_workers *validators = &options->validators;
	for (unsigned i = 0; validators->is_pinned && i < validators->count; i++) {
		if (has_cpu(&options->workers, validators->cpu[i])) {
			fault->key = "validators";
			return plx_setting_fault_set(
				fault,
				"validators: CPU %u is in workers as well; give the validators "
				"others, or a count",
				validators->cpu[i]);
		}
	}
	return 0;
}

static int check_cpus(const struct options *options, struct plx_setting_fault *fault)
{
	for (unsigned i = 0; options->workers.is_pinned && i < options->workers.count; i++) {
		if (options->workers.cpu[i] == options->main_cpu) {
			fault->key = "main_cpu";
			return plx_setting_fault_set(
				fault,
				"main_cpu: CPU %d is in workers as well; give the control "
				"thread another one or none",
				options->main_cpu);
		}
	}
	return 0;
}

int options_check(const struct options *options, struct plx_setting_fault *fault)
{
	fault->key = NULL;
	bool is_shared = options->interface[0] != '\0';
	bool is_exclusive = options->device[0] != '\0';
	if (!is_shared && !is_exclusive) {
		return plx_setting_fault_set(
			fault, "interface or device is missing: name the port to use, for "
			       "example --interface eth0 (all keys: --help)");
	}
	if (is_shared && is_exclusive) {
		fault->key = "device";
		return plx_setting_fault_set(fault,
					     "interface and device are both given; the port is "
					     "either shared with the kernel or exclusive");
	}
	int error = is_exclusive ? check_exclusive_mode(options, fault)
				 : check_shared_mode(options, fault);
	error = error != 0 ? error : check_cpus(options, fault);
	return error != 0 ? error : check_validators(options, fault);
}

// Puts where to mend it in front of a fault of options_check: the key's place, the file, or the flags.
static int check_fault_place(const struct options *options, const char *path,
			     struct plx_setting_fault *fault)
{
	if (path != NULL && fault->key == NULL) {
		return plx_setting_fault_prefix(fault, "%s", path);
	}
	const struct plx_setting_place *place =
		path != NULL ? &options->places[option_find_key(fault->key) - option_table] : NULL;
	if (place == NULL || place->line == 0) {
		return plx_setting_fault_prefix(fault, "command line");
	}
	return plx_setting_fault_at(fault, path, place, NULL);
}

int options_read(int argc, char **argv, struct options *ret_options,
		 struct options_request *ret_request, struct plx_setting_fault *fault)
{
	struct options options;
	struct options_request request;
	options_init(&options);
	int error = options_arguments_scan(argc, argv, &request, fault);
	bool is_for_reading = request.action == OPTIONS_HELP || request.action == OPTIONS_VERSION;
	if (error == 0 && !is_for_reading) {
		if (request.config_path != NULL) {
			error = options_read_file(request.config_path, &options, fault);
		}
		if (error == 0) {
			error = options_arguments_apply(argc, argv, &options, fault);
		}
		if (error == 0) {
			error = options_check(&options, fault);
			if (error != 0) {
				error = check_fault_place(&options, request.config_path, fault);
			}
		}
	}
	if (error != 0) {
		return error;
	}
	*ret_options = options;
	*ret_request = request;
	return 0;
}
