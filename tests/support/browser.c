// SPDX-License-Identifier: BSD-3-Clause
// The page goes through a file, with a profile of its own beside it.

#include "browser.h"

#include "cunit_runner.h"
#include "spawned.h"

#include <stdio.h>

#define NOT_FOUND 127 // as timeout(1) says it

char *browser_read(const char *page)
{
	char directory[] = "/tmp/parallax-page-XXXXXX";
	char path[64], address[80], profile[80], document[64];
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/page.html", directory);
	snprintf(address, sizeof(address), "file://%s", path);
	snprintf(profile, sizeof(profile), "--user-data-dir=%s/profile", directory);
	snprintf(document, sizeof(document), "%s/document.html", directory);
	FILE *file = fopen(path, "we");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(page, file);
	fclose(file);
	const char *const argv[] = {"timeout",
				    "120",
				    "chromium",
				    "--headless",
				    "--no-sandbox",
				    "--disable-gpu",
				    "--disable-dev-shm-usage",
				    profile,
				    "--dump-dom",
				    address,
				    NULL};
	int status = spawned_wait(spawned_start(argv, NULL, document, NULL));
	char *text = status == 0 ? spawned_file_text(document) : NULL;
	if (status == NOT_FOUND) {
		fprintf(stderr, "\nSKIPPED: chromium is not installed, no page was rendered\n");
	} else {
		CU_ASSERT_EQUAL(status, 0);
	}
	spawned_remove_tree(directory);
	return text;
}
