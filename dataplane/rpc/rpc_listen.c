// SPDX-License-Identifier: BSD-3-Clause

#include "rpc/rpc_listen.h"

#include <parallax/base/error.h>
#include <parallax/protocol/rpc_server.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define BACKLOG 64
#define SOCKET_MODE 0660
#define DIRECTORY_MODE 0755

static int listen_fault(struct plx_rpc_fault *fault, int error, const char *format, ...)
	PLX_PRINTF(3, 4);

static int listen_fault(struct plx_rpc_fault *fault, int error, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	return error;
}

static int find_group(const char *name, struct rpc_listener *listener, struct plx_rpc_fault *fault)
{
	if (name == NULL || name[0] == '\0') {
		return 0;
	}
	struct group entry, *found = NULL;
	char buffer[4096];
	int error = getgrnam_r(name, &entry, buffer, sizeof(buffer), &found);
	if (found == NULL) {
		return listen_fault(fault, -EINVAL, "socket_group: group \"%s\" %s", name,
				    error == 0 ? "does not exist; create it with groupadd"
					       : plx_error_text(-error));
	}
	listener->has_group = true;
	listener->group = entry.gr_gid;
	return 0;
}

// The directory, made if its parent exists, and locked: two daemons that start at once must not both find the
// socket stale. The lock ends with the descriptor.
static int lock_directory(const char *path, int *ret_fd, struct plx_rpc_fault *fault)
{
	char copy[sizeof(((struct sockaddr_un *)0)->sun_path)];
	snprintf(copy, sizeof(copy), "%s", path);
	const char *directory = dirname(copy);
	if (mkdir(directory, DIRECTORY_MODE) != 0 && errno != EEXIST) {
		return listen_fault(fault, -errno, "%s: cannot be made: %s", directory,
				    plx_error_text(-errno));
	}
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		return listen_fault(fault, -errno, "%s: cannot be opened: %s", directory,
				    plx_error_text(-errno));
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		close(fd);
		return listen_fault(fault, -EADDRINUSE, "%s: another daemon is starting there",
				    directory);
	}
	*ret_fd = fd;
	return 0;
}

// Removes what a daemon that died left behind; refuses when somebody listens or the file is no socket.
static int remove_stale(const struct sockaddr_un *address, struct plx_rpc_fault *fault)
{
	struct stat status;
	if (lstat(address->sun_path, &status) != 0) {
		return errno == ENOENT ? 0
				       : listen_fault(fault, -errno, "%s: %s", address->sun_path,
						      plx_error_text(-errno));
	}
	if (!S_ISSOCK(status.st_mode)) {
		return listen_fault(fault, -EEXIST,
				    "%s: exists and is no socket; remove it or set another socket",
				    address->sun_path);
	}
	int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (probe < 0) {
		return listen_fault(fault, -errno, "socket: %s", plx_error_text(-errno));
	}
	int error = connect(probe, (const struct sockaddr *)(const void *)address,
			    sizeof(*address)) == 0
			    ? 0
			    : -errno;
	close(probe);
	if (error != -ECONNREFUSED) {
		return listen_fault(fault, -EADDRINUSE,
				    "%s: a daemon listens there already; stop it or set another "
				    "socket",
				    address->sun_path);
	}
	if (unlink(address->sun_path) != 0) {
		return listen_fault(fault, -errno, "%s: stale, and cannot be removed: %s",
				    address->sun_path, plx_error_text(-errno));
	}
	return 0;
}

// Mode and group. The file is born with 0660 less the umask (fchmod before bind), so it is never wider than that.
static int bind_socket(struct rpc_listener *listener, const struct sockaddr_un *address,
		       struct plx_rpc_fault *fault)
{
	listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener->fd < 0 || fchmod(listener->fd, SOCKET_MODE) != 0 ||
	    bind(listener->fd, (const struct sockaddr *)(const void *)address, sizeof(*address)) !=
		    0) {
		return listen_fault(fault, -errno, "%s: cannot be bound: %s", address->sun_path,
				    plx_error_text(-errno));
	}
	struct stat status;
	if (lstat(address->sun_path, &status) != 0) {
		return listen_fault(fault, -errno, "%s: %s", address->sun_path,
				    plx_error_text(-errno));
	}
	listener->device = status.st_dev;
	listener->inode = status.st_ino;
	snprintf(listener->path, sizeof(listener->path), "%s", address->sun_path);
	if (listener->has_group && lchown(address->sun_path, (uid_t)-1, listener->group) != 0) {
		return listen_fault(fault, -errno,
				    "%s: cannot be given to the group; start as root or as a "
				    "member of it",
				    address->sun_path);
	}
	if (chmod(address->sun_path, SOCKET_MODE) != 0 || listen(listener->fd, BACKLOG) != 0) {
		return listen_fault(fault, -errno, "%s: %s", address->sun_path,
				    plx_error_text(-errno));
	}
	return 0;
}

int rpc_listener_open(const char *path, const char *group, struct rpc_listener *ret_listener,
		      struct plx_rpc_fault *fault)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct rpc_listener listener = {.fd = -1};
	if (strlen(path) >= sizeof(address.sun_path)) {
		return listen_fault(fault, -ENAMETOOLONG,
				    "socket: the path is longer than %zu bytes",
				    sizeof(address.sun_path) - 1);
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	int error = find_group(group, &listener, fault);
	if (error != 0) {
		return error;
	}
	int directory_fd;
	error = lock_directory(path, &directory_fd, fault);
	if (error != 0) {
		return error;
	}
	error = remove_stale(&address, fault);
	if (error == 0) {
		error = bind_socket(&listener, &address, fault);
	}
	close(directory_fd);
	if (error != 0) {
		rpc_listener_close(&listener);
		return error;
	}
	*ret_listener = listener;
	return 0;
}

void rpc_listener_close(struct rpc_listener *listener)
{
	struct stat status;
	if (listener->path[0] != '\0' && lstat(listener->path, &status) == 0 &&
	    status.st_dev == listener->device && status.st_ino == listener->inode) {
		unlink(listener->path); // not ours to remove after dropping privileges: then stale
	}
	if (listener->fd >= 0) {
		close(listener->fd);
	}
	*listener = (struct rpc_listener) {.fd = -1};
}
