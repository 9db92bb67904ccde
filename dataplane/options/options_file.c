// SPDX-License-Identifier: BSD-3-Clause
// The `dataplane:` section of the YAML file onto the table of options.

#include <parallax/settings/setting_file.h>
#include <parallax/settings/yaml_document.h>

#include "options/option_table.h"
#include "options/option_value.h"
#include "options/options.h"

#include <stdlib.h>
#include <string.h>

// The second is parallaxd's, whose own reader checks it.
static const char *const sections[] = {"dataplane", "control"};

static const char *section_at(size_t index)
{
	return sections[index];
}

static int unknown_key(const struct plx_yaml_document *document, const struct plx_yaml_node *node,
		       const char *what, const char *nearest)
{
	plx_setting_fault_set(document->fault, "unknown %s \"%s\"%s%s%s", what, node->text,
			      nearest != NULL ? "; did you mean \"" : "",
			      nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
	return plx_yaml_fault_at(document, node, NULL);
}

static int read_upstream_part(const struct plx_yaml_document *document,
			      const struct plx_yaml_node *key, struct upstream_config *upstream)
{
	const struct plx_yaml_node *value = key->next;
	bool is_known = false;
	for (size_t i = 0; i < upstream_part_count; i++) {
		is_known |= strcmp(key->text, upstream_part_at(i)) == 0;
	}
	if (!is_known) {
		return unknown_key(
			document, key, "key",
			option_nearest(key->text, upstream_part_at, upstream_part_count));
	}
	if (value->kind != PLX_YAML_VALUE) {
		return plx_yaml_wrong_kind(document, value, key->text, "a single value");
	}
	int error = upstream_part_parse(key->text, value->text, upstream, document->fault);
	return error != 0 ? plx_yaml_fault_at(document, value, key->text) : 0;
}

static int read_upstream_mapping(const struct plx_yaml_document *document,
				 const struct option_spec *spec, const struct plx_yaml_node *node,
				 struct options *options)
{
	struct upstream_config upstream;
	upstream_part_defaults(&upstream);
	for (const struct plx_yaml_node *key = node->first; key != NULL; key = key->next->next) {
		int error = plx_yaml_check_key(document, node, key);
		error = error != 0 ? error : read_upstream_part(document, key, &upstream);
		if (error != 0) {
			return error;
		}
	}
	if (upstream.endpoint.ip.family == 0) {
		plx_setting_fault_set(document->fault, "has no address; add `address: 192.0.2.53`");
		return plx_yaml_fault_at(document, node, spec->key);
	}
	int error = option_add_upstream(spec, options, &upstream, document->fault);
	return error != 0 ? plx_yaml_fault_at(document, node, spec->key) : 0;
}

static int read_item(const struct plx_yaml_document *document, const struct option_spec *spec,
		     const struct plx_yaml_node *node, struct options *options)
{
	if (node->kind == PLX_YAML_MAPPING && spec->type == OPTION_UPSTREAM_LIST) {
		return read_upstream_mapping(document, spec, node, options);
	}
	if (node->kind != PLX_YAML_VALUE) {
		return plx_yaml_wrong_kind(document, node, spec->key, "a single value");
	}
	int error = spec->type == OPTION_WORKERS
			    ? option_value_add_cpu(spec, node->text, options, document->fault)
			    : option_value_parse(spec, node->text, options, document->fault);
	return error != 0 ? plx_yaml_fault_at(document, node, spec->key) : 0;
}

static int read_sequence(const struct plx_yaml_document *document, const struct option_spec *spec,
			 const struct plx_yaml_node *node, struct options *options)
{
	for (const struct plx_yaml_node *item = node->first; item != NULL; item = item->next) {
		int error = read_item(document, spec, item, options);
		if (error != 0) {
			return error;
		}
	}
	if (spec->type == OPTION_WORKERS && node->first == NULL) {
		plx_setting_fault_set(document->fault, "the list of CPUs is empty");
		return plx_yaml_fault_at(document, node, spec->key);
	}
	return 0;
}

static int read_option(const struct plx_yaml_document *document, const struct plx_yaml_node *key,
		       struct options *options)
{
	const struct plx_yaml_node *value = key->next;
	const struct option_spec *spec = option_find_key(key->text);
	if (spec == NULL) {
		return unknown_key(document, key, "key",
				   option_nearest(key->text, option_key_at, option_count));
	}
	options->places[spec - option_table] = key->place;
	bool takes_list = option_is_list(spec->type) || spec->type == OPTION_WORKERS;
	if (value->kind == PLX_YAML_LIST && takes_list) {
		option_value_clear(spec, options);
		return read_sequence(document, spec, value, options);
	}
	if (value->kind != PLX_YAML_VALUE) {
		return plx_yaml_wrong_kind(document, value, spec->key,
					   takes_list ? "a list or a single value"
						      : "a single value");
	}
	if (value->is_missing) {
		plx_setting_fault_set(document->fault, "has no value; give one or remove the line");
		return plx_yaml_fault_at(document, value, spec->key);
	}
	option_value_clear(spec, options);
	int error = option_value_parse(spec, value->text, options, document->fault);
	return error != 0 ? plx_yaml_fault_at(document, value, spec->key) : 0;
}

static int read_section(const struct plx_yaml_document *document, const struct plx_yaml_node *key,
			struct options *options)
{
	const struct plx_yaml_node *section = key->next;
	if (strcmp(key->text, sections[1]) == 0) {
		return 0;
	}
	if (strcmp(key->text, sections[0]) != 0) {
		return unknown_key(document, key, "section",
				   option_nearest(key->text, section_at, PLX_ARRAY_SIZE(sections)));
	}
	if (section->kind == PLX_YAML_VALUE && section->text[0] == '\0') {
		return 0;
	}
	if (section->kind != PLX_YAML_MAPPING) {
		return plx_yaml_wrong_kind(document, section, sections[0],
					   "a mapping of keys to values");
	}
	int error = 0;
	for (const struct plx_yaml_node *k = section->first; k != NULL && error == 0;
	     k = k->next->next) {
		error = plx_yaml_check_key(document, section, k);
		error = error != 0 ? error : read_option(document, k, options);
	}
	return error;
}

static int read_root(const struct plx_yaml_document *document, struct options *options)
{
	const struct plx_yaml_node *root = document->root;
	if (root == NULL) {
		return 0; // an empty file leaves all defaults
	}
	if (root->kind != PLX_YAML_MAPPING) {
		return plx_yaml_wrong_kind(document, root, NULL,
					   "a mapping with the key \"dataplane\"");
	}
	int error = 0;
	for (const struct plx_yaml_node *key = root->first; key != NULL && error == 0;
	     key = key->next->next) {
		error = plx_yaml_check_key(document, root, key);
		error = error != 0 ? error : read_section(document, key, options);
	}
	return error;
}

int options_read_document(const char *path, const void *bytes, size_t length,
			  struct options *options, struct plx_setting_fault *fault)
{
	struct plx_yaml_document document;
	int error = plx_yaml_read(path, bytes, length, fault, &document);
	if (error == 0) {
		error = read_root(&document, options);
		plx_yaml_free(&document);
	}
	return error;
}

int options_read_file(const char *path, struct options *options, struct plx_setting_fault *fault)
{
	char *bytes;
	size_t length;
	int error = plx_setting_file_read(path, fault, &bytes, &length);
	if (error == 0) {
		error = options_read_document(path, bytes, length, options, fault);
		free(bytes);
	}
	return error;
}
