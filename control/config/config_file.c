// SPDX-License-Identifier: BSD-3-Clause
// The `control:` section of the YAML file onto the tables: the walk goes no deeper than they do.

#include <parallax/base/error.h>
#include <parallax/settings/yaml_document.h>

#include "config/config.h"
#include "config/config_spec.h"
#include "config/config_upstreams.h"
#include "config/config_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The other daemon's part of the file: its own reader checks it.
#define DATAPLANE_SECTION "dataplane"

static int read_section(const struct plx_yaml_document *document,
			const struct config_section *section, const struct plx_yaml_node *key,
			const struct plx_yaml_node *mapping, void *base);

static int unknown_key(const struct plx_yaml_document *document,
		       const struct config_section *section, const struct plx_yaml_node *key)
{
	char names[PLX_SETTING_FAULT_MAX / 2] = "";
	size_t used = 0;
	for (size_t i = 0; i < section->spec_count; i++) {
		int length = snprintf(names + used, sizeof(names) - used, "%s%s", i > 0 ? ", " : "",
				      section->specs[i].key);
		used += length > 0 && (size_t)length < sizeof(names) - used ? (size_t)length : 0;
	}
	plx_setting_fault_set(document->fault, "unknown key \"%s\" in %s; it has %s", key->text,
			      section->name, names);
	return plx_yaml_fault_at(document, key, NULL);
}

static int read_value(const struct plx_yaml_document *document, const struct config_spec *spec,
		      const struct plx_yaml_node *key, const struct plx_yaml_node *value,
		      void *field)
{
	if (spec->type == CONFIG_SECTION) {
		return read_section(document, spec->section, key, value, field);
	}
	if (value->kind != PLX_YAML_VALUE) {
		return plx_yaml_wrong_kind(document, value, spec->key, "a single value");
	}
	if (value->is_missing) {
		plx_setting_fault_set(document->fault, "has no value; give one or remove the line");
		return plx_yaml_fault_at(document, value, spec->key);
	}
	int error = config_value_parse(spec, value->text, field, document->fault);
	return error != 0 ? plx_yaml_fault_at(document, value, spec->key) : 0;
}

static int read_list(const struct plx_yaml_document *document, const struct config_spec *spec,
		     const struct plx_yaml_node *value, uint8_t *base)
{
	if (value->kind != PLX_YAML_LIST) {
		return plx_yaml_wrong_kind(document, value, spec->key, "a list");
	}
	unsigned count = 0;
	for (const struct plx_yaml_node *node = value->first; node != NULL; node = node->next) {
		if (count == spec->list_max) {
			plx_setting_fault_set(document->fault, "more than %u are not possible",
					      spec->list_max);
			return plx_yaml_fault_at(document, node, spec->key);
		}
		int error = read_value(document, spec, node, node,
				       base + spec->offset + (size_t)count * spec->size);
		if (error != 0) {
			return error;
		}
		count++;
	}
	if (count == 0 && spec->is_required) {
		plx_setting_fault_set(document->fault, "is empty; give at least one, such as %s",
				      spec->example);
		return plx_yaml_fault_at(document, value, spec->key);
	}
	memcpy(base + spec->count_offset, &count, sizeof(count));
	return 0;
}

static int check_required(const struct plx_yaml_document *document,
			  const struct config_section *section, const struct plx_yaml_node *place,
			  const bool *is_given)
{
	for (size_t i = 0; i < section->spec_count; i++) {
		const struct config_spec *spec = &section->specs[i];
		if (spec->is_required && !is_given[i]) {
			plx_setting_fault_set(document->fault, "%s has no %s; add `%s: %s`",
					      section->name, spec->key, spec->key, spec->example);
			return plx_yaml_fault_at(document, place, NULL);
		}
	}
	return 0;
}

// Every field starts as its default text says; sections within it likewise.
static int set_defaults(const struct plx_yaml_document *document,
			const struct config_section *section, uint8_t *base)
{
	for (size_t i = 0; i < section->spec_count; i++) {
		const struct config_spec *spec = &section->specs[i];
		int error = 0;
		if (spec->type == CONFIG_SECTION && spec->list_max == 0) {
			error = set_defaults(document, spec->section, base + spec->offset);
		} else if (spec->default_text != NULL && spec->list_max == 0) {
			error = config_value_parse(spec, spec->default_text, base + spec->offset,
						   document->fault);
		}
		if (error != 0) {
			return plx_setting_fault_prefix(document->fault, "default of %s",
							spec->key);
		}
	}
	return 0;
}

#define SPECS_MAX 32

static int read_pair(const struct plx_yaml_document *document, const struct config_section *section,
		     const struct plx_yaml_node *mapping, const struct plx_yaml_node *key,
		     uint8_t *base, bool *is_given)
{
	int error = plx_yaml_check_key(document, mapping, key);
	if (error != 0) {
		return error;
	}
	const struct config_spec *spec = config_spec_find(section, key->text);
	if (spec == NULL) {
		return unknown_key(document, section, key);
	}
	is_given[spec - section->specs] = true;
	return spec->list_max > 0 ? read_list(document, spec, key->next, base)
				  : read_value(document, spec, key, key->next, base + spec->offset);
}

static int read_section(const struct plx_yaml_document *document,
			const struct config_section *section, const struct plx_yaml_node *key,
			const struct plx_yaml_node *mapping, void *base)
{
	bool is_given[SPECS_MAX] = {false};
	// `profiles:` with every key below it commented out is an empty section.
	if (mapping->kind != PLX_YAML_MAPPING && !mapping->is_missing) {
		return plx_yaml_wrong_kind(document, mapping, section->name,
					   "a mapping of keys to values");
	}
	int error = set_defaults(document, section, base);
	if (error != 0) {
		return error;
	}
	*(struct plx_setting_place *)base = key->place;
	for (const struct plx_yaml_node *k = mapping->first; k != NULL; k = k->next->next) {
		error = read_pair(document, section, mapping, k, base, is_given);
		if (error != 0) {
			return error;
		}
	}
	return check_required(document, section, key, is_given);
}

// ret_is_control: the key is this daemon's section.
static int read_root_pair(const struct plx_yaml_document *document, const struct plx_yaml_node *key,
			  struct config *config, bool *ret_is_control)
{
	int error = plx_yaml_check_key(document, document->root, key);
	if (error != 0) {
		return error;
	}
	bool is_control = strcmp(key->text, config_control_section.name) == 0;
	if (!is_control && strcmp(key->text, DATAPLANE_SECTION) != 0) {
		plx_setting_fault_set(document->fault,
				      "unknown section \"%s\"; the file has %s and %s", key->text,
				      DATAPLANE_SECTION, config_control_section.name);
		return plx_yaml_fault_at(document, key, NULL);
	}
	if (is_control) {
		error = read_section(document, &config_control_section, key, key->next, config);
	} else {
		config_upstreams_note(key->next, config);
	}
	if (error == 0) {
		*ret_is_control = is_control;
	}
	return error;
}

static int read_root(const struct plx_yaml_document *document, struct config *config)
{
	const struct plx_yaml_node *root = document->root;
	if (root == NULL) {
		return plx_setting_fault_set(document->fault,
					     "%s: is empty; it needs the section `%s:`",
					     document->path, config_control_section.name);
	}
	if (root->kind != PLX_YAML_MAPPING) {
		return plx_yaml_wrong_kind(document, root, NULL,
					   "a mapping with the key \"control\"");
	}
	bool is_found = false;
	for (const struct plx_yaml_node *key = root->first; key != NULL; key = key->next->next) {
		bool is_control = false;
		int error = read_root_pair(document, key, config, &is_control);
		if (error != 0) {
			return error;
		}
		is_found |= is_control;
	}
	return is_found ? 0
			: plx_setting_fault_set(document->fault, "%s: has no section `%s:`",
						document->path, config_control_section.name);
}

struct config *config_read_document(const char *path, const void *bytes, size_t length,
				    struct plx_setting_fault *fault)
{
	struct plx_yaml_document document;
	struct config *config = calloc(1, sizeof(*config));
	if (config == NULL) {
		plx_setting_fault_set(fault, "%s: not enough memory", path);
		return NULL;
	}
	int error = plx_yaml_read(path, bytes, length, fault, &document);
	if (error == 0) {
		error = read_root(&document, config);
		plx_yaml_free(&document);
	}
	error = error != 0 ? error : config_check(path, config, fault);
	if (error != 0) {
		free(config);
		return NULL;
	}
	return config;
}

void config_free(struct config *config)
{
	free(config);
}
