// SPDX-License-Identifier: BSD-3-Clause
// Whoever configured a folder for captures should learn at the start that it cannot be used, not in the middle of the
// trouble that a capture was to explain.

#include "startup/dataplane.h"

#include <parallax/base/error.h>
#include <parallax/base/log_line.h>

#include "capture/capture_file.h"

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
	struct plx_log_line line;
	plx_log_begin(&line, dataplane_logs_json(dataplane), PLX_LOG_LEVEL_WARNING,
		      "capture_dir_unusable");
	plx_log_text(&line, "capture_dir", path);
	plx_log_text(&line, "account", account != NULL ? account->pw_name : "?");
	plx_log_text(&line, "error", plx_error_text(error));
	plx_log_text(
		&line, "advice",
		"captures will be refused until the folder exists and the account may write there");
	plx_log_end(&line);
	return 0;
}
