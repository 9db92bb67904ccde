// SPDX-License-Identifier: BSD-3-Clause
// Pages of ours as a real browser understands them: chromium without a screen.

#pragma once

// The document as the browser has built it, scripts run, by malloc; NULL without a browser, which is said. Any other
// failure fails the test.
char *browser_read(const char *page);
