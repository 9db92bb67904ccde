// SPDX-License-Identifier: BSD-3-Clause
// libyaml's events into a tree. Its own loader is not used: it would follow aliases and has no limit of depth.

#include <parallax/settings/yaml_document.h>

#include <parallax/base/error.h>

#include <yaml.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct builder {
	struct plx_yaml_document *document;
	yaml_parser_t parser;
	const char *bytes;
	size_t length;
	unsigned depth;
	unsigned document_count;
	struct plx_setting_place second; // where the second document begins
	// Where the next node goes, by depth.
	const struct plx_yaml_node **next[PLX_YAML_DEPTH_MAX + 1];
};

static struct plx_setting_place place_of(const yaml_mark_t *mark)
{
	return (struct plx_setting_place) {(uint32_t)mark->line + 1, (uint32_t)mark->column + 1};
}

static int memory_fault(const struct plx_yaml_document *document)
{
	plx_setting_fault_set(document->fault, "%s: not enough memory", document->path);
	return -ENOMEM;
}

static int event_fault(const struct builder *builder, const yaml_event_t *event, const char *text)
{
	struct plx_setting_place place = place_of(&event->start_mark);
	plx_setting_fault_set(builder->document->fault, "%s", text);
	return plx_setting_fault_at(builder->document->fault, builder->document->path, &place,
				    NULL);
}

static int add_node(struct builder *builder, const yaml_event_t *event, enum plx_yaml_kind kind,
		    size_t text_length, struct plx_yaml_node **ret_node)
{
	struct plx_yaml_node *node = calloc(1, sizeof(*node) + text_length + 1);
	if (node == NULL) {
		return memory_fault(builder->document);
	}
	node->kind = kind;
	node->place = place_of(&event->start_mark);
	node->older = builder->document->newest;
	builder->document->newest = node;
	*builder->next[builder->depth] = node;
	builder->next[builder->depth] = &node->next;
	*ret_node = node;
	return 0;
}

static int add_value(struct builder *builder, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t length = event->data.scalar.length;
	if (memchr(text, '\0', length) != NULL) {
		return event_fault(builder, event, "the value holds a NUL character");
	}
	struct plx_yaml_node *node;
	int error = add_node(builder, event, PLX_YAML_VALUE, length, &node);
	if (error == 0) {
		memcpy(node->text, text, length);
		node->is_missing =
			length == 0 && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	}
	return error;
}

static int add_collection(struct builder *builder, const yaml_event_t *event,
			  enum plx_yaml_kind kind)
{
	if (builder->depth == PLX_YAML_DEPTH_MAX) {
		return event_fault(builder, event, "lists and mappings are nested too deeply");
	}
	struct plx_yaml_node *node;
	int error = add_node(builder, event, kind, 0, &node);
	if (error == 0) {
		builder->next[++builder->depth] = &node->first;
	}
	return error;
}

static int take_event(struct builder *builder, const yaml_event_t *event)
{
	if (event->type == YAML_DOCUMENT_START_EVENT && ++builder->document_count == 2) {
		builder->second = place_of(&event->start_mark);
	}
	if (builder->document_count > 1) {
		return 0; // read on: what is no YAML at all is told first
	}
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return add_value(builder, event);
	case YAML_SEQUENCE_START_EVENT:
		return add_collection(builder, event, PLX_YAML_LIST);
	case YAML_MAPPING_START_EVENT:
		return add_collection(builder, event, PLX_YAML_MAPPING);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		builder->depth--;
		return 0;
	case YAML_ALIAS_EVENT:
		return event_fault(builder, event,
				   "aliases are not understood; write out what it stands for");
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
	return 0;
}

// libyaml counts octets when it stumbles over the encoding; people look for lines and columns.
static struct plx_setting_place place_of_octet(const char *bytes, size_t offset)
{
	struct plx_setting_place place = {1, 1};
	for (size_t i = 0; i < offset; i++) {
		bool is_continued = ((unsigned char)bytes[i] & 0xc0) == 0x80;
		place.column = bytes[i] == '\n' ? 1 : place.column + (is_continued ? 0 : 1);
		place.line += bytes[i] == '\n' ? 1 : 0;
	}
	return place;
}

static int syntax_fault(const struct builder *builder)
{
	const yaml_parser_t *parser = &builder->parser;
	const struct plx_yaml_document *document = builder->document;
	if (parser->error == YAML_MEMORY_ERROR) {
		return memory_fault(document);
	}
	struct plx_setting_place place = place_of(&parser->problem_mark);
	if (parser->error == YAML_READER_ERROR) {
		size_t offset = parser->problem_offset;
		place = place_of_octet(builder->bytes,
				       offset < builder->length ? offset : builder->length);
	}
	plx_setting_fault_set(document->fault, "not YAML: %s", parser->problem);
	return plx_setting_fault_at(document->fault, document->path, &place, NULL);
}

static int build(struct builder *builder)
{
	struct plx_setting_fault *fault = builder->document->fault;
	bool is_ended = false;
	while (!is_ended) {
		yaml_event_t event;
		if (yaml_parser_parse(&builder->parser, &event) == 0) {
			return syntax_fault(builder);
		}
		int error = take_event(builder, &event);
		is_ended = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
		if (error != 0) {
			return error;
		}
	}
	// It would be passed over in silence, and with it what its author set there.
	if (builder->document_count > 1) {
		plx_setting_fault_set(
			fault, "a second document begins; one file is one document: remove the "
			       "line \"---\" or what follows it");
		return plx_setting_fault_at(fault, builder->document->path, &builder->second, NULL);
	}
	return 0;
}

int plx_yaml_read(const char *path, const void *bytes, size_t length,
		  struct plx_setting_fault *fault, struct plx_yaml_document *ret_document)
{
	struct plx_yaml_document document = {.path = path, .fault = fault};
	struct builder builder = {.document = &document, .bytes = bytes, .length = length};
	if (yaml_parser_initialize(&builder.parser) == 0) {
		return memory_fault(&document);
	}
	yaml_parser_set_input_string(&builder.parser, bytes, length);
	builder.next[0] = &document.root;
	int error = build(&builder);
	yaml_parser_delete(&builder.parser);
	if (error != 0) {
		plx_yaml_free(&document);
		return error;
	}
	*ret_document = document;
	return 0;
}

void plx_yaml_free(struct plx_yaml_document *document)
{
	while (document->newest != NULL) {
		struct plx_yaml_node *older = document->newest->older;
		free(document->newest);
		document->newest = older;
	}
	document->root = NULL;
}

int plx_yaml_check_key(const struct plx_yaml_document *document,
		       const struct plx_yaml_node *mapping, const struct plx_yaml_node *key)
{
	if (key->kind != PLX_YAML_VALUE) {
		return plx_yaml_wrong_kind(document, key, NULL, "a key");
	}
	for (const struct plx_yaml_node *k = mapping->first; k != key; k = k->next->next) {
		if (strcmp(k->text, key->text) == 0) {
			plx_setting_fault_set(document->fault,
					      "duplicate key \"%s\", first given in line %u",
					      key->text, k->place.line);
			return plx_yaml_fault_at(document, key, NULL);
		}
	}
	return 0;
}

int plx_yaml_fault_at(const struct plx_yaml_document *document, const struct plx_yaml_node *node,
		      const char *key)
{
	return plx_setting_fault_at(document->fault, document->path, &node->place, key);
}

static const char *kind_text(enum plx_yaml_kind kind)
{
	switch (kind) {
	case PLX_YAML_VALUE:
		return "a single value";
	case PLX_YAML_LIST:
		return "a list";
	case PLX_YAML_MAPPING:
		return "a mapping";
	}
	return "nothing";
}

int plx_yaml_wrong_kind(const struct plx_yaml_document *document, const struct plx_yaml_node *node,
			const char *key, const char *expected)
{
	plx_setting_fault_set(document->fault, "expected %s, found %s", expected,
			      kind_text(node->kind));
	return plx_yaml_fault_at(document, node, key);
}
