// SPDX-License-Identifier: BSD-3-Clause
// The YAML file. libyaml's document keeps the mark of every node, so each fault names its line and column. Anchors and
// aliases only share nodes; the walk goes no deeper than the tables do, whatever the document does.

#include <parallax/base/error.h>

#include "config/config.h"
#include "config/config_spec.h"
#include "config/config_value.h"

#include <yaml.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// The other daemon's part of the file: its own reader checks it.
#define DATAPLANE_SECTION "dataplane"

struct reader {
	const char *path;
	yaml_document_t document;
	struct config_fault *fault;
};

static int read_section(struct reader *reader, const struct config_section *section,
			const yaml_node_t *key, const yaml_node_t *mapping, void *base);

// Puts "FILE:LINE:COLUMN: KEY" in front of the fault; `key` may be NULL.
static int fault_at(struct reader *reader, const yaml_mark_t *mark, const char *key)
{
	return config_fault_prefix(reader->fault, "%s:%zu:%zu%s%s", reader->path, mark->line + 1,
				   mark->column + 1, key != NULL ? ": " : "",
				   key != NULL ? key : "");
}

static const char *node_kind(const yaml_node_t *node)
{
	switch (node->type) {
	case YAML_MAPPING_NODE:
		return "a mapping";
	case YAML_SEQUENCE_NODE:
		return "a list";
	case YAML_SCALAR_NODE:
		return "a single value";
	case YAML_NO_NODE:
		break;
	}
	return "nothing";
}

static int wrong_kind(struct reader *reader, const yaml_node_t *node, const char *key,
		      const char *expected)
{
	config_fault_set(reader->fault, "expected %s, found %s", expected, node_kind(node));
	return fault_at(reader, &node->start_mark, key);
}

static const char *scalar_text(const yaml_node_t *node)
{
	return (const char *)node->data.scalar.value;
}

// True for text that C strings can carry.
static bool is_plain_scalar(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE &&
	       strlen(scalar_text(node)) == node->data.scalar.length;
}

static int unknown_key(struct reader *reader, const struct config_section *section,
		       const yaml_node_t *key)
{
	char names[CONFIG_FAULT_MAX / 2] = "";
	size_t used = 0;
	for (size_t i = 0; i < section->spec_count; i++) {
		int length = snprintf(names + used, sizeof(names) - used, "%s%s", i > 0 ? ", " : "",
				      section->specs[i].key);
		used += length > 0 && (size_t)length < sizeof(names) - used ? (size_t)length : 0;
	}
	config_fault_set(reader->fault, "unknown key \"%s\" in %s; it has %s", scalar_text(key),
			 section->name, names);
	return fault_at(reader, &key->start_mark, NULL);
}

// The same key earlier in the mapping is a fault: which of the two was meant cannot be known.
static int check_duplicate(struct reader *reader, const yaml_node_t *mapping,
			   const yaml_node_pair_t *pair)
{
	const yaml_node_t *key = yaml_document_get_node(&reader->document, pair->key);
	for (const yaml_node_pair_t *p = mapping->data.mapping.pairs.start; p < pair; p++) {
		const yaml_node_t *earlier = yaml_document_get_node(&reader->document, p->key);
		if (strcmp(scalar_text(earlier), scalar_text(key)) == 0) {
			config_fault_set(reader->fault,
					 "duplicate key \"%s\", first given in line %zu",
					 scalar_text(key), earlier->start_mark.line + 1);
			return fault_at(reader, &key->start_mark, NULL);
		}
	}
	return 0;
}

static int read_value(struct reader *reader, const struct config_spec *spec, const yaml_node_t *key,
		      const yaml_node_t *value, void *field)
{
	if (spec->type == CONFIG_SECTION) {
		return read_section(reader, spec->section, key, value, field);
	}
	if (!is_plain_scalar(value)) {
		return wrong_kind(reader, value, spec->key, "a single value");
	}
	if (value->data.scalar.length == 0 && value->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
		config_fault_set(reader->fault, "has no value; give one or remove the line");
		return fault_at(reader, &value->start_mark, spec->key);
	}
	int error = config_value_parse(spec, scalar_text(value), field, reader->fault);
	return error != 0 ? fault_at(reader, &value->start_mark, spec->key) : 0;
}

static int read_list(struct reader *reader, const struct config_spec *spec, const yaml_node_t *key,
		     const yaml_node_t *value, uint8_t *base)
{
	if (value->type != YAML_SEQUENCE_NODE) {
		return wrong_kind(reader, value, spec->key, "a list");
	}
	unsigned count = 0;
	const yaml_node_item_t *end = value->data.sequence.items.top;
	for (const yaml_node_item_t *item = value->data.sequence.items.start; item < end; item++) {
		const yaml_node_t *node = yaml_document_get_node(&reader->document, *item);
		if (count == spec->list_max) {
			config_fault_set(reader->fault, "more than %u are not possible",
					 spec->list_max);
			return fault_at(reader, &node->start_mark, spec->key);
		}
		int error = read_value(reader, spec, node, node,
				       base + spec->offset + (size_t)count * spec->size);
		if (error != 0) {
			return error;
		}
		count++;
	}
	memcpy(base + spec->count_offset, &count, sizeof(count));
	return 0;
}

static int check_required(struct reader *reader, const struct config_section *section,
			  const yaml_node_t *place, const bool *is_given)
{
	for (size_t i = 0; i < section->spec_count; i++) {
		const struct config_spec *spec = &section->specs[i];
		if (spec->is_required && !is_given[i]) {
			config_fault_set(reader->fault, "%s has no %s; add `%s: %s`", section->name,
					 spec->key, spec->key, spec->example);
			return fault_at(reader, &place->start_mark, NULL);
		}
	}
	return 0;
}

// Every field starts as its default text says; sections within it likewise.
static int set_defaults(struct reader *reader, const struct config_section *section, uint8_t *base)
{
	for (size_t i = 0; i < section->spec_count; i++) {
		const struct config_spec *spec = &section->specs[i];
		int error = 0;
		if (spec->type == CONFIG_SECTION && spec->list_max == 0) {
			error = set_defaults(reader, spec->section, base + spec->offset);
		} else if (spec->default_text != NULL && spec->list_max == 0) {
			error = config_value_parse(spec, spec->default_text, base + spec->offset,
						   reader->fault);
		}
		if (error != 0) {
			return config_fault_prefix(reader->fault, "default of %s", spec->key);
		}
	}
	return 0;
}

#define SPECS_MAX 32

static int read_pair(struct reader *reader, const struct config_section *section,
		     const yaml_node_t *mapping, const yaml_node_pair_t *pair, uint8_t *base,
		     bool *is_given)
{
	const yaml_node_t *key = yaml_document_get_node(&reader->document, pair->key);
	const yaml_node_t *value = yaml_document_get_node(&reader->document, pair->value);
	if (!is_plain_scalar(key)) {
		return wrong_kind(reader, key, NULL, "a key");
	}
	int error = check_duplicate(reader, mapping, pair);
	if (error != 0) {
		return error;
	}
	const struct config_spec *spec = config_spec_find(section, scalar_text(key));
	if (spec == NULL) {
		return unknown_key(reader, section, key);
	}
	is_given[spec - section->specs] = true;
	return spec->list_max > 0 ? read_list(reader, spec, key, value, base)
				  : read_value(reader, spec, key, value, base + spec->offset);
}

static int read_section(struct reader *reader, const struct config_section *section,
			const yaml_node_t *key, const yaml_node_t *mapping, void *base)
{
	bool is_given[SPECS_MAX] = {false};
	// `profiles:` with every key below it commented out is an empty section.
	bool is_empty = mapping->type == YAML_SCALAR_NODE && mapping->data.scalar.length == 0 &&
			mapping->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	if (mapping->type != YAML_MAPPING_NODE && !is_empty) {
		return wrong_kind(reader, mapping, section->name, "a mapping of keys to values");
	}
	int error = set_defaults(reader, section, base);
	if (error != 0) {
		return error;
	}
	*(struct config_place *)base =
		(struct config_place) {.line = (uint32_t)key->start_mark.line + 1,
				       .column = (uint32_t)key->start_mark.column + 1};
	const yaml_node_pair_t *end = is_empty ? NULL : mapping->data.mapping.pairs.top;
	const yaml_node_pair_t *start = is_empty ? NULL : mapping->data.mapping.pairs.start;
	for (const yaml_node_pair_t *p = start; p < end; p++) {
		error = read_pair(reader, section, mapping, p, base, is_given);
		if (error != 0) {
			return error;
		}
	}
	return check_required(reader, section, key, is_given);
}

static int read_root(struct reader *reader, struct config *config)
{
	const yaml_node_t *root = yaml_document_get_root_node(&reader->document);
	if (root == NULL) {
		return config_fault_set(reader->fault, "%s: is empty; it needs the section `%s:`",
					reader->path, config_control_section.name);
	}
	if (root->type != YAML_MAPPING_NODE) {
		return wrong_kind(reader, root, NULL, "a mapping with the key \"control\"");
	}
	bool is_found = false;
	const yaml_node_pair_t *end = root->data.mapping.pairs.top;
	for (const yaml_node_pair_t *p = root->data.mapping.pairs.start; p < end; p++) {
		const yaml_node_t *key = yaml_document_get_node(&reader->document, p->key);
		if (!is_plain_scalar(key)) {
			return wrong_kind(reader, key, NULL, "a key");
		}
		int error = check_duplicate(reader, root, p);
		bool is_control = strcmp(scalar_text(key), config_control_section.name) == 0;
		if (error == 0 && is_control) {
			is_found = true;
			error = read_section(reader, &config_control_section, key,
					     yaml_document_get_node(&reader->document, p->value),
					     config);
		} else if (error == 0 && strcmp(scalar_text(key), DATAPLANE_SECTION) != 0) {
			config_fault_set(
				reader->fault, "unknown section \"%s\"; the file has %s and %s",
				scalar_text(key), DATAPLANE_SECTION, config_control_section.name);
			error = fault_at(reader, &key->start_mark, NULL);
		}
		if (error != 0) {
			return error;
		}
	}
	return is_found ? 0
			: config_fault_set(reader->fault, "%s: has no section `%s:`", reader->path,
					   config_control_section.name);
}

// libyaml counts octets when it stumbles over the encoding; people look for lines and columns.
static int syntax_fault(struct reader *reader, const yaml_parser_t *parser, const char *bytes,
			size_t length)
{
	const char *problem = parser->problem != NULL ? parser->problem : "not enough memory";
	size_t line = parser->problem_mark.line + 1, column = parser->problem_mark.column + 1;
	if (parser->error == YAML_READER_ERROR) {
		size_t end = parser->problem_offset < length ? parser->problem_offset : length;
		line = column = 1;
		for (size_t i = 0; i < end; i++) {
			bool is_continued = ((unsigned char)bytes[i] & 0xc0) == 0x80;
			column = bytes[i] == '\n' ? 1 : column + (is_continued ? 0 : 1);
			line += bytes[i] == '\n' ? 1 : 0;
		}
	}
	return config_fault_set(reader->fault, "%s:%zu:%zu: not YAML: %s", reader->path, line,
				column, problem);
}

// A second document in the file would be passed over in silence, and with it what its author set there.
static int read_end(struct reader *reader, yaml_parser_t *parser, const char *bytes, size_t length)
{
	if (yaml_parser_load(parser, &reader->document) == 0) {
		return syntax_fault(reader, parser, bytes, length);
	}
	int error = 0;
	if (yaml_document_get_root_node(&reader->document) != NULL) {
		config_fault_set(reader->fault,
				 "a second document begins; one file is one document: "
				 "remove the line \"---\" or what follows it");
		error = fault_at(reader, &reader->document.start_mark, NULL);
	}
	yaml_document_delete(&reader->document);
	return error;
}

struct config *config_read_document(const char *path, const void *bytes, size_t length,
				    struct config_fault *fault)
{
	struct reader reader = {.path = path, .fault = fault};
	struct config *config = calloc(1, sizeof(*config));
	yaml_parser_t parser;
	if (config == NULL || yaml_parser_initialize(&parser) == 0) {
		config_fault_set(fault, "%s: not enough memory", path);
		free(config);
		return NULL;
	}
	yaml_parser_set_input_string(&parser, bytes, length);
	int error;
	if (yaml_parser_load(&parser, &reader.document) == 0) {
		error = syntax_fault(&reader, &parser, bytes, length);
	} else {
		error = read_root(&reader, config);
		yaml_document_delete(&reader.document);
		error = error != 0 ? error : read_end(&reader, &parser, bytes, length);
	}
	yaml_parser_delete(&parser);
	error = error != 0 ? error : config_check(path, config, fault);
	if (error != 0) {
		free(config);
		return NULL;
	}
	return config;
}

struct config *config_read_file(const char *path, struct config_fault *fault)
{
	FILE *file = fopen(path, "re");
	if (file == NULL) {
		config_fault_set(fault, "%s: cannot be read: %s", path, plx_error_text(-errno));
		return NULL;
	}
	struct config *config = NULL;
	char *bytes = malloc(CONFIG_FILE_BYTES_MAX + 1);
	size_t length = bytes != NULL ? fread(bytes, 1, CONFIG_FILE_BYTES_MAX + 1, file) : 0;
	if (bytes == NULL) {
		config_fault_set(fault, "%s: not enough memory", path);
	} else if (ferror(file) != 0) {
		config_fault_set(fault, "%s: cannot be read: %s", path, plx_error_text(-errno));
	} else if (length > CONFIG_FILE_BYTES_MAX) {
		config_fault_set(fault, "%s: is longer than %d bytes", path, CONFIG_FILE_BYTES_MAX);
	} else {
		config = config_read_document(path, bytes, length, fault);
	}
	free(bytes);
	fclose(file);
	return config;
}

void config_free(struct config *config)
{
	free(config);
}
