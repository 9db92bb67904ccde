// SPDX-License-Identifier: BSD-3-Clause

#include "bench/child_process.h"

#include "bench/program_path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define ARGUMENTS_MAX 128
#define STOP_PATIENCE_MS 5000
#define LOOK_MS 10

static void find_program(const char *name, const char *given, char ret_path[static PATH_MAX])
{
	char own[PATH_MAX];
	if (given != NULL) {
		snprintf(ret_path, PATH_MAX, "%s", given);
		return;
	}
	ssize_t length = readlink("/proc/self/exe", own, sizeof(own) - 1);
	if (length <= 0) {
		snprintf(ret_path, PATH_MAX, "%s", name);
		return;
	}
	own[length] = '\0';
	*strrchr(own, '/') = '\0'; // the kernel's paths have one
	program_path_find(own, name, ret_path);
}

int child_process_prepare(struct child_process *child, const char *name,
			  struct bench_failure *failure)
{
	*child = (struct child_process) {.name = name};
	const char *parent = getenv("TMPDIR");
	if (parent == NULL || strlen(parent) > 32) {
		parent = "/tmp";
	}
	snprintf(child->directory, sizeof(child->directory), "%s/parallax-bench.XXXXXX", parent);
	if (mkdtemp(child->directory) == NULL) {
		child->directory[0] = '\0';
		return bench_fail(failure, BENCH_EXIT_USAGE, "%s: no folder can be made there: %s",
				  parent, strerror(errno));
	}
	(void)chmod(child->directory, 0711); // it gives up root, and clients connect all the same
	snprintf(child->log_path, sizeof(child->log_path), "%s/log", child->directory);
	return 0;
}

// In the child: never returns.
static void become(const char *program, char *const *arguments, const char *log_path, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	int log = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (getppid() != parent || log < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0) {
		_exit(1);
	}
	const struct sigaction standard = {.sa_handler = SIG_DFL};
	sigaction(SIGPIPE, &standard, NULL);
	setpgid(0, 0); // Ctrl-C is for us, who then end it
	execvp(program, arguments);
	dprintf(STDERR_FILENO, "%s: cannot be started: %s\n", program, strerror(errno));
	_exit(1);
}

int child_process_start(struct child_process *child, const char *program,
			const char *const *arguments, struct bench_failure *failure)
{
	char path[PATH_MAX];
	char *all[ARGUMENTS_MAX + 1];
	unsigned count = 0;
	find_program(child->name, program, path);
	all[count++] = path;
	for (; *arguments != NULL && count < ARGUMENTS_MAX; arguments++) {
		union {
			const char *in;
			char *out;
		} argument = {.in = *arguments}; // exec's own type; it changes nothing
		all[count++] = argument.out;
	}
	all[count] = NULL;
	pid_t own = getpid();
	child->pid = fork();
	if (child->pid == 0) {
		become(path, all, child->log_path, own);
	}
	if (child->pid < 0) {
		child->pid = 0;
		return bench_fail(failure, BENCH_EXIT_UNREACHABLE, "no process can be started: %s",
				  strerror(errno));
	}
	return 0;
}

static void read_last_line(const char *path, char *ret_line, size_t room)
{
	snprintf(ret_line, room, "it wrote nothing");
	FILE *log = fopen(path, "re");
	if (log == NULL) {
		return;
	}
	char line[512];
	while (fgets(line, sizeof(line), log) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\0') {
			snprintf(ret_line, room, "%s", line);
		}
	}
	fclose(log);
}

static void tell_end(const struct child_process *child, struct bench_failure *failure)
{
	char line[512];
	read_last_line(child->log_path, line, sizeof(line));
	bench_fail(failure, BENCH_EXIT_UNREACHABLE, "%s ended: %s", child->name, line);
}

bool child_process_is_running(struct child_process *child, struct bench_failure *failure)
{
	int status;
	if (child->pid == 0 || waitpid(child->pid, &status, WNOHANG) == 0) {
		return true;
	}
	child->pid = 0;
	tell_end(child, failure);
	return false;
}

static bool has_logged(const struct child_process *child, const char *text)
{
	char line[512];
	bool is_found = false;
	FILE *log = fopen(child->log_path, "re");
	while (log != NULL && !is_found && fgets(line, sizeof(line), log) != NULL) {
		is_found = strstr(line, text) != NULL;
	}
	if (log != NULL) {
		fclose(log);
	}
	return is_found;
}

int child_process_await_log(struct child_process *child, const char *text, unsigned patience_ms,
			    struct bench_failure *failure)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000};
	for (unsigned waited = 0; waited < patience_ms; waited += LOOK_MS) {
		if (has_logged(child, text)) {
			return 0;
		}
		if (!child_process_is_running(child, failure)) {
			return -1;
		}
		nanosleep(&pause, NULL);
	}
	return bench_fail(failure, BENCH_EXIT_UNREACHABLE, "%s does not start", child->name);
}

static bool has_ended(pid_t pid, unsigned patience_ms, int *ret_status)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000};
	for (unsigned waited = 0; waited < patience_ms; waited += LOOK_MS) {
		if (waitpid(pid, ret_status, WNOHANG) != 0) {
			return true;
		}
		nanosleep(&pause, NULL);
	}
	return false;
}

int child_process_wait(struct child_process *child, unsigned patience_ms,
		       struct bench_failure *failure)
{
	int status = 0;
	if (!has_ended(child->pid, patience_ms, &status)) {
		return bench_fail(failure, BENCH_EXIT_UNREACHABLE, "%s does not end", child->name);
	}
	child->pid = 0;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		tell_end(child, failure);
		return -1;
	}
	return 0;
}

static void remove_directory(const char *path)
{
	DIR *directory = opendir(path);
	if (directory == NULL) {
		return;
	}
	for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
		(void)unlinkat(dirfd(directory), entry->d_name, 0); // "." and ".." refuse
	}
	closedir(directory);
	(void)rmdir(path);
}

void child_process_stop(struct child_process *child)
{
	int status;
	if (child->pid != 0) {
		kill(child->pid, SIGTERM);
		if (!has_ended(child->pid, STOP_PATIENCE_MS, &status)) {
			kill(child->pid, SIGKILL);
			waitpid(child->pid, &status, 0);
		}
	}
	if (child->directory[0] != '\0') {
		remove_directory(child->directory);
	}
	*child = (struct child_process) {0};
}
