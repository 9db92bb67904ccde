// SPDX-License-Identifier: BSD-3-Clause
// Values that both daemons write the same way, from the text of a file or a flag. Pure memory, any thread.
// Those with a fault say what is wrong with the text and what to write instead; the caller puts the place in front.

#pragma once

#include <parallax/base/attributes.h>
#include <parallax/settings/setting_fault.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A count within the bounds: `10`, `10k`, `2M`. PLX_ERR_CONFIG.
PLX_MUST_CHECK int plx_setting_count(const char *text, uint32_t minimum, uint32_t maximum,
				     uint32_t *ret_value);
// A duration in milliseconds: `250ms`, `10s`, `5m`, `1h`; bounds are the caller's to check. PLX_ERR_CONFIG.
PLX_MUST_CHECK int plx_setting_duration(const char *text, uint64_t *ret_ms);
// `true`, `yes`, `on` or their opposites. PLX_ERR_CONFIG and the fault.
PLX_MUST_CHECK int plx_setting_boolean(const char *text, bool *ret_value,
				       struct plx_setting_fault *fault);
// Anything but nothing and control characters, to a field of `size` octets. PLX_ERR_CONFIG and the fault.
PLX_MUST_CHECK int plx_setting_text(const char *text, size_t size, char *ret_text,
				    struct plx_setting_fault *fault);
// The same for an absolute path.
PLX_MUST_CHECK int plx_setting_path(const char *text, size_t size, char *ret_path,
				    struct plx_setting_fault *fault);
