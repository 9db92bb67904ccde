// SPDX-License-Identifier: BSD-3-Clause
// A report whose every text tries to leave its place: markup, quotes, controls, marks that turn text round.

#pragma once

#include <stddef.h>

#define HOSTILE_MARKUP "<script>document.title='taken'</script>"
#define HOSTILE_QUOTES "\"'><img src=x onerror=alert(1)>&amp;"
#define HOSTILE_MARKS                                                                              \
	"\xe2\x80\xae"                                                                             \
	"moc.elpmaxe\xe2\x80\xac"                                                                  \
	"\x1b[2J"                                                                                  \
	"\xe2\x80\x8b"                                                                             \
	"\xc2\x85"

struct json_t *hostile_report(size_t failing_rows);
