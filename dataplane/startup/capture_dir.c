// SPDX-License-Identifier: BSD-3-Clause
// Whoever configured a folder for captures should learn at the start that it cannot be used, not in the middle of the
// trouble that a capture was to explain.

#include "startup/dataplane.h"

#include <parallax/base/error.h>

#include "capture/capture_file.h"
#include "startup/log_line.h"

#include <pwd.h>
#include <unistd.h>

int check_capture_dir(struct dataplane *dataplane)
{
	const char *path = dataplane->options.capture_dir;
	int error = capture_directory_check(path);
	if (error == 0) {
		return 0;
	}
	const struct passwd *account = getpwuid(geteuid());
	struct log_line line;
	log_begin(&line, dataplane_logs_json(dataplane), LOG_LEVEL_WARNING, "capture_dir_unusable");
	log_text(&line, "capture_dir", path);
	log_text(&line, "account", account != NULL ? account->pw_name : "?");
	log_text(&line, "error", plx_error_text(error));
	log_text(
		&line, "advice",
		"captures will be refused until the folder exists and the account may write there");
	log_end(&line);
	return 0;
}
