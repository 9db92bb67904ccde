// SPDX-License-Identifier: BSD-3-Clause

#include <parallax/exchange/drop_reason.h>

#include <stddef.h>

static const char *const names[] = {
#define DROP_NAME(name, text) [PLX_DROP_##name] = (text),
	PLX_DROP_REASONS(DROP_NAME)
#undef DROP_NAME
};

const char *plx_drop_reason_name(enum plx_drop_reason reason)
{
	return (unsigned)reason < PLX_DROP_COUNT ? names[reason] : "unknown";
}
