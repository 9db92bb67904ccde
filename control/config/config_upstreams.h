// SPDX-License-Identifier: BSD-3-Clause
// What a daemon of role primary must know of the other daemon's section of the file: whether stub look-ups could be
// validated at all. That section's own reader checks it; what is malformed here counts as not there.

#pragma once

struct config;
struct plx_yaml_node;

// `dataplane` is the section's value. Sets config->upstream_count and config->trusted_upstream_count.
void config_upstreams_note(const struct plx_yaml_node *dataplane, struct config *config);
