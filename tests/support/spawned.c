// SPDX-License-Identifier: BSD-3-Clause

#include "spawned.h"

#include "cunit_runner.h"

#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/wait.h>

#define TREE_DEPTH 32

extern char **environ;

static void redirect(posix_spawn_file_actions_t *actions, int fd, const char *path)
{
	int flags = fd == STDIN_FILENO ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC;
	CU_ASSERT_EQUAL(posix_spawn_file_actions_addopen(
				actions, fd, path != NULL ? path : "/dev/null", flags, 0600),
			0);
}

pid_t spawned_start(const char *const *argv, const char *input_path, const char *output_path,
		    const char *error_path)
{
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	redirect(&actions, STDIN_FILENO, input_path);
	redirect(&actions, STDOUT_FILENO, output_path);
	redirect(&actions, STDERR_FILENO, error_path);
	pid_t pid;
	int error = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv,
				 environ);
	posix_spawn_file_actions_destroy(&actions);
	return error == 0 ? pid : -1;
}

int spawned_wait(pid_t pid)
{
	int status = 0;
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

char *spawned_file_text(const char *path)
{
	char *text = NULL;
	size_t capacity = 0;
	FILE *file = fopen(path, "re");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	ssize_t length = getdelim(&text, &capacity, '\0', file);
	fclose(file);
	if (length < 0) {
		free(text);
		text = calloc(1, 1);
	}
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	return text;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
	return remove(path);
}

void spawned_remove_tree(const char *path)
{
	CU_ASSERT_EQUAL(nftw(path, remove_one, TREE_DEPTH, FTW_DEPTH | FTW_PHYS), 0);
}
