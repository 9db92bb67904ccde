// SPDX-License-Identifier: BSD-3-Clause
// The two forms of an upstream: "ADDRESS[:PORT][,PART]..." and a mapping with the key trusted.

#include "config/config_upstreams.h"

#include <parallax/settings/setting_value.h>
#include <parallax/settings/yaml_document.h>

#include "config/config.h"

#include <string.h>

static const struct plx_yaml_node *member(const struct plx_yaml_node *mapping, const char *name)
{
	if (mapping->kind != PLX_YAML_MAPPING) {
		return NULL;
	}
	for (const struct plx_yaml_node *key = mapping->first; key != NULL; key = key->next->next) {
		if (key->kind == PLX_YAML_VALUE && strcmp(key->text, name) == 0) {
			return key->next;
		}
	}
	return NULL;
}

static bool text_is_trusted(const char *text)
{
	static const char word[] = "trusted";
	while ((text = strchr(text, ',')) != NULL) {
		text += 1 + strspn(text + 1, " ");
		size_t length = strcspn(text, ", ");
		if (length == sizeof(word) - 1 && memcmp(text, word, length) == 0) {
			return true;
		}
	}
	return false;
}

static bool is_trusted(const struct plx_yaml_node *upstream)
{
	if (upstream->kind == PLX_YAML_VALUE) {
		return text_is_trusted(upstream->text);
	}
	struct plx_setting_fault fault;
	bool trusted = false;
	const struct plx_yaml_node *value = member(upstream, "trusted");
	return value != NULL && value->kind == PLX_YAML_VALUE &&
	       plx_setting_boolean(value->text, &trusted, &fault) == 0 && trusted;
}

void config_upstreams_note(const struct plx_yaml_node *dataplane, struct config *config)
{
	const struct plx_yaml_node *upstreams = member(dataplane, "upstreams");
	if (upstreams == NULL || upstreams->kind != PLX_YAML_LIST) {
		return;
	}
	for (const struct plx_yaml_node *node = upstreams->first; node != NULL; node = node->next) {
		config->upstream_count++;
		config->trusted_upstream_count += is_trusted(node);
	}
}
