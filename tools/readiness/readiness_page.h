// SPDX-License-Identifier: BSD-3-Clause
// What every report page has in common: its head with style, script and the policy that admits only these, and its foot.

#pragma once

#include <stdio.h>

// The page's only script, letter for letter, and the digest that its policy admits: base64 of SHA-256.
extern const char readiness_page_script[];
#define READINESS_SCRIPT_DIGEST "M3NdPBzUlNY6cAOYHdzw2tkIEKNSSJLX7vX5B21u0Sw="

void readiness_page_begin(FILE *out);
void readiness_page_end(FILE *out);
