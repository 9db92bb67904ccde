// SPDX-License-Identifier: BSD-3-Clause
// Everything that people read about options, made from the table.

#include <parallax/settings/setting_file.h>
#include <parallax/settings/wrapped_text.h>

#include "options/option_table.h"
#include "options/options.h"

#include <string.h>

void options_print_help(FILE *out)
{
	static const char indent[] = "        ";
	fprintf(out, "usage: parallax-dataplane [--config FILE] [--KEY VALUE]... [-- EAL OPTIONS]\n"
		     "Asks DNS questions through DPDK on behalf of the programs attached to its "
		     "socket.\n\n"
		     "  --config FILE\n        YAML file (" PLX_SETTING_FILE_DEFAULT
		     " on an installed host); flags win over it.\n"
		     "  --check-config\n        Reads and checks everything, says so and exits.\n"
		     "  --help, --version\n\n"
		     "Each of these is also a key under `dataplane:` in the file, with _ for -:\n");
	for (size_t i = 0; i < option_count; i++) {
		const struct option_spec *spec = &option_table[i];
		fprintf(out, "  --%s%s%s%s", spec->flag, spec->argument != NULL ? " " : "",
			spec->argument != NULL ? spec->argument : "",
			option_is_list(spec->type) ? " (may be repeated)" : "");
		if (spec->default_text[0] != '\0') {
			fprintf(out, " (default: %s)", spec->default_text);
		}
		fprintf(out, "\n%s", indent);
		plx_wrapped_text_print(out, spec->help, indent);
	}
	fprintf(out, "\nNumbers and rates: 500, 10k, 2M. A fault is one line that says where and "
		     "what, and the exit\nstatus is 1.\n");
}

void options_print_example(FILE *out)
{
	fprintf(out, "# SPDX-License-Identifier: BSD-3-Clause\n"
		     "# Parallax: example configuration with every key. Lines that start with `#` "
		     "and a key show an\n"
		     "# example, or the default where the key has one; take the `#` away to set "
		     "it.\n"
		     "# Made from the table of options by parallax-options-document; "
		     "docs/configuration.md says the same.\n\n"
		     "dataplane:\n");
	for (size_t i = 0; i < option_count; i++) {
		const struct option_spec *spec = &option_table[i];
		fprintf(out, "%s  # ", i > 0 ? "\n" : "");
		plx_wrapped_text_print(out, spec->help, "  # ");
		bool is_set =
			strcmp(spec->key, "interface") == 0 || strcmp(spec->key, "upstreams") == 0;
		fprintf(out, "  %s%s: %s\n", is_set ? "" : "#", spec->key,
			spec->default_text[0] != '\0' ? spec->default_text : spec->example);
	}
}

static const char *type_name(const struct option_spec *spec)
{
	switch (spec->type) {
	case OPTION_TEXT:
		return "text";
	case OPTION_PATH:
		return "absolute path";
	case OPTION_PATH_OR_NONE:
		return "absolute path, or none";
	case OPTION_BOOLEAN:
		return "true or false";
	case OPTION_COUNT:
		return "number";
	case OPTION_RATE:
		return "rate (500, 10k, 1M)";
	case OPTION_CPU:
		return "CPU number";
	case OPTION_WORKERS:
		return "count, or list of CPUs";
	case OPTION_PORT_RANGE:
		return "port range";
	case OPTION_LOG_FORMAT:
		return "text or json";
	case OPTION_PREFIX_LIST:
		return "list of addresses with prefix length";
	case OPTION_ADDRESS_LIST:
		return "list of addresses";
	case OPTION_UPSTREAM_LIST:
		return "list of servers";
	}
	return "";
}

void options_print_markdown(FILE *out)
{
	fprintf(out, "<!-- SPDX-License-Identifier: BSD-3-Clause -->\n"
		     "<!-- Made from dataplane/options/option_table.c by "
		     "`parallax-options-document markdown`; do not edit. -->\n"
		     "# Configuration\n\n"
		     "One YAML file, `" PLX_SETTING_FILE_DEFAULT
		     "`, holds the keys of both daemons; those of `parallax-dataplane`\nare "
		     "under `dataplane:`. Every key is also a flag, with dashes (`total_rate` is "
		     "`--total-rate`), and flags win\nover the file. `parallax-dataplane "
		     "--check-config --config FILE` checks a file and does nothing else.\n\n"
		     "Unknown keys, duplicate keys, YAML aliases, wrong types and bad values are "
		     "errors that "
		     "say where:\n\n"
		     "```\n"
		     "/etc/parallax/parallax.yaml:7:3: unknown key \"upsteams\"; did you mean "
		     "\"upstreams\"?\n"
		     "command line: --total-rate: \"10q\" is not a rate; write queries per second "
		     "such as 500, 10k or 1M, or 0 for no limit\n"
		     "```\n\n"
		     "A commented example is [parallax.example.yaml](parallax.example.yaml).\n\n"
		     "## `dataplane:`\n");
	for (size_t i = 0; i < option_count; i++) {
		const struct option_spec *spec = &option_table[i];
		fprintf(out, "\n### `%s`\n\n", spec->key);
		plx_wrapped_text_print(out, spec->help, "");
		fprintf(out, "\n- Type: %s\n- Default: %s%s%s\n", type_name(spec),
			spec->default_text[0] != '\0' ? "`" : "",
			spec->default_text[0] != '\0' ? spec->default_text : "unset",
			spec->default_text[0] != '\0' ? "`" : "");
		if (spec->required_for != NULL) {
			fprintf(out, "- Required for: %s\n", spec->required_for);
		}
		fprintf(out, "- Example: `%s: %s`\n- Flag: `--%s%s%s`%s\n", spec->key,
			spec->example, spec->flag, spec->argument != NULL ? " " : "",
			spec->argument != NULL ? spec->argument : "",
			option_is_list(spec->type)
				? " (repeat it for more; the first replaces the file's list)"
				: "");
	}
}
