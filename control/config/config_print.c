// SPDX-License-Identifier: BSD-3-Clause
// Everything that people read about the keys, made from the tables.

#include <parallax/settings/setting_file.h>
#include <parallax/settings/wrapped_text.h>

#include "config/config.h"
#include "config/config_spec.h"

#include <stdbool.h>
#include <string.h>

// `indent` begins with "# ": the whole section is commented out unless it must be there.
static void print_example(FILE *out, const struct config_section *section, const char *indent,
			  bool is_item)
{
	char deeper[64], comment[64];
	snprintf(comment, sizeof(comment), "%s# ", indent);
	for (size_t i = 0; i < section->spec_count; i++) {
		const struct config_spec *spec = &section->specs[i];
		fprintf(out, "%s%s", i > 0 || is_item ? "\n" : "", comment);
		plx_wrapped_text_print(out, spec->help, comment);
		if (spec->type != CONFIG_SECTION || spec->list_max > 0) {
			fprintf(out, "%s%s%s: %s\n", indent,
				spec->is_required || spec->is_shown ? "" : "#", spec->key,
				spec->default_text != NULL ? spec->default_text : spec->example);
			continue;
		}
		fprintf(out, "%s%s:\n", indent, spec->key);
		snprintf(deeper, sizeof(deeper), "%s  ", indent);
		print_example(out, spec->section, deeper, false);
	}
}

void config_print_example(FILE *out)
{
	fprintf(out,
		"# SPDX-License-Identifier: BSD-3-Clause\n"
		"# Parallax: example of the section `control:` with every key. Take the `#` away "
		"to set a key.\n"
		"# Made from the tables of control/config; docs/control-configuration.md says the "
		"same.\n\n%s:\n",
		config_control_section.name);
	print_example(out, &config_control_section, "  ", false);
}

static void print_section(FILE *out, const struct config_section *section, const char *path)
{
	fprintf(out, "\n## `%s`\n\n%s\n\n| Key | Type | Default | Meaning |\n|---|---|---|---|\n",
		path, section->help);
	for (size_t i = 0; i < section->spec_count; i++) {
		const struct config_spec *spec = &section->specs[i];
		fprintf(out, "| `%s` | %s%s", spec->key, spec->list_max > 0 ? "list, each " : "",
			config_type_name(spec));
		for (const struct config_choice *c = spec->choices; c != NULL && c->name != NULL;
		     c++) {
			fprintf(out, "%s%s", c == spec->choices ? ": " : ", ", c->name);
		}
		fprintf(out, " | %s%s%s | %s%s |\n", spec->default_text != NULL ? "`" : "",
			spec->default_text != NULL ? spec->default_text
			: spec->is_required        ? "required"
						   : "unset",
			spec->default_text != NULL ? "`" : "", spec->help,
			spec->type == CONFIG_SECTION ? " See below." : "");
	}
	for (size_t i = 0; i < section->spec_count; i++) {
		const struct config_spec *spec = &section->specs[i];
		// The same table serves all profiles and all resolvers: once is enough.
		bool is_told = spec->type == CONFIG_SECTION && i > 0 &&
			       section->specs[i - 1].section == spec->section;
		if (spec->type == CONFIG_SECTION && !is_told) {
			char deeper[128];
			snprintf(deeper, sizeof(deeper), "%s.%s", path, spec->key);
			print_section(out, spec->section, deeper);
		}
	}
}

void config_print_markdown(FILE *out)
{
	fprintf(out,
		"<!-- SPDX-License-Identifier: BSD-3-Clause -->\n"
		"<!-- Made from the tables of control/config by `parallax-config-document "
		"markdown`; do not edit. -->\n"
		"# Configuration of parallaxd\n\n"
		"The keys below `control:` in `" PLX_SETTING_FILE_DEFAULT
		"`; those below `dataplane:` "
		"are in\n[configuration.md](configuration.md). `parallaxd --check-config --config "
		"FILE` checks a file and does nothing else.\nEvery fault is one line with "
		"FILE:LINE:COLUMN. Secrets are files, never values.\n"
		"A commented example is "
		"[parallaxd.example.yaml](parallaxd.example.yaml).\n");
	print_section(out, &config_control_section, config_control_section.name);
}

const char *config_role_name(enum config_role role)
{
	switch (role) {
	case CONFIG_ROLE_PRIMARY:
		return "primary";
	case CONFIG_ROLE_REMOTE:
		return "remote";
	case CONFIG_ROLE_NONE:
		break;
	}
	return "none";
}

const char *config_evidence_name(enum config_evidence evidence)
{
	switch (evidence) {
	case CONFIG_EVIDENCE_ALL:
		return "all";
	case CONFIG_EVIDENCE_REFUSED:
		return "refused";
	case CONFIG_EVIDENCE_NONE:
		break;
	}
	return "none";
}
