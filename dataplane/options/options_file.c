// SPDX-License-Identifier: BSD-3-Clause
// The YAML file. libyaml's document keeps the mark of every node, so each fault names its line and column.
// Anchors and aliases only share nodes; the walk goes four levels deep at most, whatever the document does.

#include <parallax/base/error.h>

#include "options/option_table.h"
#include "options/option_value.h"
#include "options/options.h"

#include <yaml.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_BYTES_MAX (1024 * 1024)

// The second is parallaxd's, whose own reader checks it.
static const char *const sections[] = {"dataplane", "control"};

struct file_reader {
	const char *path;
	yaml_document_t document;
	struct options *options;
	struct options_fault *fault;
};

static const char *section_at(size_t index)
{
	return sections[index];
}

// Puts "FILE:LINE:COLUMN: KEY" in front of the fault; `key` may be NULL.
static int fault_at(struct file_reader *reader, const yaml_node_t *node, const char *key)
{
	return options_fault_prefix(reader->fault, "%s:%zu:%zu%s%s", reader->path,
				    node->start_mark.line + 1, node->start_mark.column + 1,
				    key != NULL ? ": " : "", key != NULL ? key : "");
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

static int wrong_kind(struct file_reader *reader, const yaml_node_t *node, const char *key,
		      const char *expected)
{
	options_fault_set(reader->fault, "expected %s, found %s", expected, node_kind(node));
	return fault_at(reader, node, key);
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

static int unknown_key(struct file_reader *reader, const yaml_node_t *node, const char *what,
		       const char *nearest)
{
	options_fault_set(reader->fault, "unknown %s \"%s\"%s%s%s", what, scalar_text(node),
			  nearest != NULL ? "; did you mean \"" : "",
			  nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
	return fault_at(reader, node, NULL);
}

// The same key earlier in the mapping is a fault: which of the two was meant cannot be known.
static int check_duplicate(struct file_reader *reader, const yaml_node_t *mapping,
			   const yaml_node_pair_t *pair)
{
	const yaml_node_t *key = yaml_document_get_node(&reader->document, pair->key);
	for (const yaml_node_pair_t *p = mapping->data.mapping.pairs.start; p < pair; p++) {
		const yaml_node_t *earlier = yaml_document_get_node(&reader->document, p->key);
		if (strcmp(scalar_text(earlier), scalar_text(key)) == 0) {
			options_fault_set(reader->fault,
					  "duplicate key \"%s\", first given in line %zu",
					  scalar_text(key), earlier->start_mark.line + 1);
			return fault_at(reader, key, NULL);
		}
	}
	return 0;
}

typedef int (*pair_cb)(struct file_reader *reader, const yaml_node_t *key, const yaml_node_t *value,
		       void *context);

static int walk_mapping(struct file_reader *reader, const yaml_node_t *mapping, pair_cb callback,
			void *context)
{
	const yaml_node_pair_t *end = mapping->data.mapping.pairs.top;
	for (const yaml_node_pair_t *p = mapping->data.mapping.pairs.start; p < end; p++) {
		const yaml_node_t *key = yaml_document_get_node(&reader->document, p->key);
		const yaml_node_t *value = yaml_document_get_node(&reader->document, p->value);
		if (!is_plain_scalar(key)) {
			return wrong_kind(reader, key, NULL, "a key");
		}
		int error = check_duplicate(reader, mapping, p);
		if (error == 0) {
			error = callback(reader, key, value, context);
		}
		if (error != 0) {
			return error;
		}
	}
	return 0;
}

static int read_upstream_part(struct file_reader *reader, const yaml_node_t *key,
			      const yaml_node_t *value, void *context)
{
	const char *name = scalar_text(key);
	bool is_known = false;
	for (size_t i = 0; i < upstream_part_count; i++) {
		is_known |= strcmp(name, upstream_part_at(i)) == 0;
	}
	if (!is_known) {
		return unknown_key(reader, key, "key",
				   option_nearest(name, upstream_part_at, upstream_part_count));
	}
	if (!is_plain_scalar(value)) {
		return wrong_kind(reader, value, name, "a single value");
	}
	int error = upstream_part_parse(name, scalar_text(value), context, reader->fault);
	return error != 0 ? fault_at(reader, value, name) : 0;
}

static int read_upstream_mapping(struct file_reader *reader, const struct option_spec *spec,
				 const yaml_node_t *node)
{
	struct upstream_config upstream;
	upstream_part_defaults(&upstream);
	int error = walk_mapping(reader, node, read_upstream_part, &upstream);
	if (error != 0) {
		return error;
	}
	if (upstream.endpoint.ip.family == 0) {
		options_fault_set(reader->fault, "has no address; add `address: 192.0.2.53`");
		return fault_at(reader, node, spec->key);
	}
	error = option_add_upstream(spec, reader->options, &upstream, reader->fault);
	return error != 0 ? fault_at(reader, node, spec->key) : 0;
}

static int read_item(struct file_reader *reader, const struct option_spec *spec,
		     const yaml_node_t *node)
{
	if (node->type == YAML_MAPPING_NODE && spec->type == OPTION_UPSTREAM_LIST) {
		return read_upstream_mapping(reader, spec, node);
	}
	if (!is_plain_scalar(node)) {
		return wrong_kind(reader, node, spec->key, "a single value");
	}
	int error =
		spec->type == OPTION_WORKERS
			? option_value_add_cpu(scalar_text(node), reader->options, reader->fault)
			: option_value_parse(spec, scalar_text(node), reader->options,
					     reader->fault);
	return error != 0 ? fault_at(reader, node, spec->key) : 0;
}

static int read_sequence(struct file_reader *reader, const struct option_spec *spec,
			 const yaml_node_t *node)
{
	const yaml_node_item_t *end = node->data.sequence.items.top;
	for (const yaml_node_item_t *item = node->data.sequence.items.start; item < end; item++) {
		int error =
			read_item(reader, spec, yaml_document_get_node(&reader->document, *item));
		if (error != 0) {
			return error;
		}
	}
	if (spec->type == OPTION_WORKERS && reader->options->workers.count == 0) {
		options_fault_set(reader->fault, "the list of CPUs is empty");
		return fault_at(reader, node, spec->key);
	}
	return 0;
}

static int read_option(struct file_reader *reader, const yaml_node_t *key, const yaml_node_t *value,
		       void *context)
{
	const struct option_spec *spec = option_find_key(scalar_text(key));
	if (spec == NULL) {
		return unknown_key(reader, key, "key",
				   option_nearest(scalar_text(key), option_key_at, option_count));
	}
	reader->options->places[spec - option_table] =
		(struct options_place) {.line = (uint32_t)key->start_mark.line + 1,
					.column = (uint32_t)key->start_mark.column + 1};
	bool takes_list = option_is_list(spec->type) || spec->type == OPTION_WORKERS;
	if (value->type == YAML_SEQUENCE_NODE && takes_list) {
		option_value_clear(spec, reader->options);
		return read_sequence(reader, spec, value);
	}
	if (!is_plain_scalar(value)) {
		return wrong_kind(reader, value, spec->key,
				  takes_list ? "a list or a single value" : "a single value");
	}
	if (value->data.scalar.length == 0 && value->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
		options_fault_set(reader->fault, "has no value; give one or remove the line");
		return fault_at(reader, value, spec->key);
	}
	option_value_clear(spec, reader->options);
	int error = option_value_parse(spec, scalar_text(value), reader->options, reader->fault);
	return error != 0 ? fault_at(reader, value, spec->key) : 0;
}

static int read_section(struct file_reader *reader, const yaml_node_t *key,
			const yaml_node_t *value, void *context)
{
	if (strcmp(scalar_text(key), sections[1]) == 0) {
		return 0;
	}
	if (strcmp(scalar_text(key), sections[0]) != 0) {
		return unknown_key(
			reader, key, "section",
			option_nearest(scalar_text(key), section_at, PLX_ARRAY_SIZE(sections)));
	}
	if (value->type == YAML_SCALAR_NODE && value->data.scalar.length == 0) {
		return 0;
	}
	if (value->type != YAML_MAPPING_NODE) {
		return wrong_kind(reader, value, sections[0], "a mapping of keys to values");
	}
	return walk_mapping(reader, value, read_option, NULL);
}

// libyaml counts octets when it stumbles over the encoding; people look for lines and columns.
static int encoding_fault(struct file_reader *reader, const char *bytes, size_t offset,
			  const char *problem)
{
	size_t line = 1, column = 1;
	for (size_t i = 0; i < offset; i++) {
		bool is_continued = ((unsigned char)bytes[i] & 0xc0) == 0x80;
		column += is_continued ? 0 : 1;
		if (bytes[i] == '\n') {
			line++;
			column = 1;
		}
	}
	return options_fault_set(reader->fault, "%s:%zu:%zu: not YAML: %s", reader->path, line,
				 column, problem);
}

static int syntax_fault(struct file_reader *reader, const yaml_parser_t *parser, const char *bytes,
			size_t length)
{
	const char *problem = parser->problem != NULL ? parser->problem : "not enough memory";
	if (parser->error == YAML_READER_ERROR) {
		size_t offset = parser->problem_offset;
		return encoding_fault(reader, bytes, offset < length ? offset : length, problem);
	}
	return options_fault_set(reader->fault, "%s:%zu:%zu: not YAML: %s%s%s", reader->path,
				 parser->problem_mark.line + 1, parser->problem_mark.column + 1,
				 problem, parser->context != NULL ? " " : "",
				 parser->context != NULL ? parser->context : "");
}

static int read_root(struct file_reader *reader)
{
	yaml_node_t *root = yaml_document_get_root_node(&reader->document);
	if (root == NULL) {
		return 0; // an empty file leaves all defaults
	}
	if (root->type != YAML_MAPPING_NODE) {
		return wrong_kind(reader, root, NULL, "a mapping with the key \"dataplane\"");
	}
	return walk_mapping(reader, root, read_section, NULL);
}

// A second document in the file would be passed over in silence, and with it what its author set there.
static int read_end(struct file_reader *reader, yaml_parser_t *parser, const char *bytes,
		    size_t length)
{
	if (yaml_parser_load(parser, &reader->document) == 0) {
		return syntax_fault(reader, parser, bytes, length);
	}
	int error = 0;
	if (yaml_document_get_root_node(&reader->document) != NULL) {
		options_fault_set(reader->fault,
				  "a second document begins; one file is one document: remove the "
				  "line \"---\" or what follows it");
		const yaml_mark_t *mark = &reader->document.start_mark;
		error = options_fault_prefix(reader->fault, "%s:%zu:%zu", reader->path,
					     mark->line + 1, mark->column + 1);
	}
	yaml_document_delete(&reader->document);
	return error;
}

int options_read_document(const char *path, const void *bytes, size_t length,
			  struct options *options, struct options_fault *fault)
{
	struct file_reader reader = {.path = path, .options = options, .fault = fault};
	yaml_parser_t parser;
	if (yaml_parser_initialize(&parser) == 0) {
		return -ENOMEM;
	}
	yaml_parser_set_input_string(&parser, bytes, length);
	int error;
	if (yaml_parser_load(&parser, &reader.document) == 0) {
		error = syntax_fault(&reader, &parser, bytes, length);
	} else {
		error = read_root(&reader);
		yaml_document_delete(&reader.document);
		error = error != 0 ? error : read_end(&reader, &parser, bytes, length);
	}
	yaml_parser_delete(&parser);
	return error;
}

// The whole file, bounded. -errno.
static int read_whole(const char *path, char **ret_bytes, size_t *ret_length)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		return -errno;
	}
	char *bytes = malloc(FILE_BYTES_MAX + 1);
	size_t length = 0;
	int error = bytes == NULL ? -ENOMEM : 0;
	while (error == 0 && length <= FILE_BYTES_MAX) {
		ssize_t count = read(fd, bytes + length, FILE_BYTES_MAX + 1 - length);
		if (count == 0) {
			break;
		}
		if (count < 0 && errno != EINTR) {
			error = -errno;
		}
		length += count > 0 ? (size_t)count : 0;
	}
	close(fd);
	if (error == 0 && length > FILE_BYTES_MAX) {
		error = -EFBIG;
	}
	if (error != 0) {
		free(bytes);
		return error;
	}
	*ret_bytes = bytes;
	*ret_length = length;
	return 0;
}

int options_read_file(const char *path, struct options *options, struct options_fault *fault)
{
	char *bytes;
	size_t length;
	int error = read_whole(path, &bytes, &length);
	if (error != 0) {
		options_fault_set(fault, "%s: cannot be read: %s", path, plx_error_text(error));
		return error;
	}
	error = options_read_document(path, bytes, length, options, fault);
	if (error == -ENOMEM) {
		options_fault_set(fault, "%s: not enough memory", path);
	}
	free(bytes);
	return error;
}
