// SPDX-License-Identifier: BSD-3-Clause

#include "order/order_panel.h"

#include <jansson.h>

#include <stdlib.h>

static void select_remotes(struct order_panel *panel)
{
	struct perspective places[PERSPECTIVE_REMOTES_MAX];
	for (size_t i = 0; i < panel->remote_count; i++) {
		places[i] = panel->remotes[i].facts;
	}
	perspective_set_select(&panel->primary.facts, places, panel->remote_count,
			       &panel->selection);
	for (size_t i = 0; i < panel->remote_count; i++) {
		if (panel->selection.remote_reasons[i] == REFUSAL_NONE) {
			panel->used[panel->used_count++] = i;
		}
	}
}

static int write_names(struct order_panel *panel)
{
	panel->all_names = json_array();
	panel->primary_name = json_pack("[s]", panel->primary.facts.name);
	panel->unused = json_array();
	int error = panel->primary_name == NULL;
	for (size_t seat = 0; seat <= panel->used_count; seat++) {
		const struct perspective *facts = &order_panel_seat(panel, seat)->facts;
		error |= json_array_append_new(panel->all_names, json_string(facts->name));
	}
	for (size_t i = 0; i < panel->remote_count; i++) {
		enum refusal_reason reason = panel->selection.remote_reasons[i];
		if (reason != REFUSAL_NONE) {
			error |= json_array_append_new(
				panel->unused,
				json_pack("{s:s, s:s}", "name", panel->remotes[i].facts.name,
					  "reason", refusal_reason_name(reason)));
		}
	}
	return error;
}

struct order_panel *order_panel_create(const struct order_panel_config *config)
{
	if (config->remote_count > PERSPECTIVE_REMOTES_MAX) {
		return NULL;
	}
	struct order_panel *panel =
		calloc(1, sizeof(*panel) + config->remote_count * sizeof(panel->remotes[0]));
	if (panel == NULL) {
		return NULL;
	}
	panel->reference_count = 1;
	panel->primary = config->primary;
	panel->dcv = config->dcv;
	panel->remote_count = config->remote_count;
	for (size_t i = 0; i < config->remote_count; i++) {
		panel->remotes[i] = config->remotes[i];
	}
	select_remotes(panel);
	if (write_names(panel) != 0) {
		order_panel_release(panel);
		return NULL;
	}
	panel->on_free = config->on_free;
	panel->context = config->context;
	return panel;
}

struct order_panel *order_panel_acquire(struct order_panel *panel)
{
	panel->reference_count++;
	return panel;
}

void order_panel_release(struct order_panel *panel)
{
	if (panel == NULL || --panel->reference_count > 0) {
		return;
	}
	void (*on_free)(void *) = panel->on_free;
	void *context = panel->context;
	json_decref(panel->all_names);
	json_decref(panel->primary_name);
	json_decref(panel->unused);
	free(panel);
	if (on_free != NULL) {
		on_free(context);
	}
}

const struct order_perspective *order_panel_seat(const struct order_panel *panel, size_t seat)
{
	return seat == 0 ? &panel->primary : &panel->remotes[panel->used[seat - 1]];
}
