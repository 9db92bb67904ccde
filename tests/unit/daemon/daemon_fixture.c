// SPDX-License-Identifier: BSD-3-Clause

#include "daemon_fixture.h"

#include "cunit_runner.h"
#include "test_certificates.h"

#include <jansson.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#define DEADLINE_MS 20000
#define LOOK_MS 5
#define CONFIG_BYTES_MAX 16384

struct daemon_fixture fixture;

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int free_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)(void *)&address, sizeof(address)), 0);
	CU_ASSERT_EQUAL_FATAL(getsockname(fd, (struct sockaddr *)(void *)&address, &length), 0);
	close(fd);
	return ntohs(address.sin_port);
}

void daemon_write_config(struct daemon_process *daemon, const char *text)
{
	FILE *file = fopen(daemon->config, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(text, file);
	fclose(file);
}

static char *read_file(const char *path)
{
	static char text[64 * 1024];
	FILE *file = fopen(path, "r");
	size_t length = file == NULL ? 0 : fread(text, 1, sizeof(text) - 1, file);
	text[length] = '\0';
	if (file != NULL) {
		fclose(file);
	}
	return text;
}

void daemon_edit_config(struct daemon_process *daemon, const char *from, const char *to)
{
	char edited[CONFIG_BYTES_MAX];
	char *text = read_file(daemon->config);
	char *place = strstr(text, from);
	CU_ASSERT_PTR_NOT_NULL_FATAL(place);
	snprintf(edited, sizeof(edited), "%.*s%s%s", (int)(place - text), text, to,
		 place + strlen(from));
	daemon_write_config(daemon, edited);
}

static void set_up(struct daemon_process *daemon, const char *name, const char *role,
		   const char *extra)
{
	char text[CONFIG_BYTES_MAX];
	const char *in = fixture.directory;
	snprintf(daemon->config, sizeof(daemon->config), "%s/%s.yaml", in, name);
	snprintf(daemon->socket, sizeof(daemon->socket), "%s/%s.sock", in, name);
	snprintf(daemon->log, sizeof(daemon->log), "%s/%s.log", in, name);
	snprintf(text, sizeof(text),
		 "control:\n"
		 "  role: %s\n"
		 "  perspective: {name: %s, rir: RIPE NCC, latitude: 52.3, longitude: 4.9, "
		 "resolvers: [{address: 192.0.2.53, rir: RIPE NCC, latitude: 52.3, longitude: "
		 "4.9}]}\n"
		 "  listen: [\"127.0.0.1:%d\"]\n"
		 "  signing_key: %s/%s-sign.key\n"
		 "  dataplane_socket: %s/none.sock\n"
		 "  socket: %s\n"
		 "  private_suffixes: [test]\n"
		 "%s%s",
		 role, name, daemon->port, in, name, in, daemon->socket,
		 geteuid() == 0 ? "  user: root\n" : "", extra);
	daemon_write_config(daemon, text);
}

void fixture_init(const struct daemon_options_text *options)
{
	char extra[CONFIG_BYTES_MAX];
	fixture = (struct daemon_fixture) {.directory = "/tmp/parallax-daemon-XXXXXX"};
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(fixture.directory));
	const char *in = fixture.directory;
	struct test_authority *authority = test_authority_create(in, "ca");
	test_authority_issue(
		authority,
		&(struct test_certificate) {.file = "one",
					    .names = "URI:parallax://primary/one,IP:127.0.0.1"});
	test_authority_issue(authority,
			     &(struct test_certificate) {
				     .file = "fra-1",
				     .names = "URI:parallax://perspective/fra-1?rir=RIPE%20NCC,"
					      "IP:127.0.0.1"});
	test_authority_issue(
		authority,
		&(struct test_certificate) {.file = "two",
					    .names = "URI:parallax://primary/two,DNS:ra.two.test"});
	test_authority_destroy(authority);
	test_signing_key_create(in, "one-sign");
	test_signing_key_create(in, "fra-1-sign");
	fixture.primary.port = free_port();
	fixture.remote.port = free_port();
	snprintf(extra, sizeof(extra),
		 "  tls: {certificate: %s/fra-1.pem, key: %s/fra-1.key, client_ca: %s/ca.pem}\n"
		 "  callers: [one]\n",
		 in, in, in);
	set_up(&fixture.remote, "fra-1", "remote", extra);
	snprintf(extra, sizeof(extra),
		 "  tls: {certificate: %s/one.pem, key: %s/one.key, server_ca: %s/ca.pem}\n"
		 "  audit_log: %s/audit.db\n"
		 "  issuer_domains: [ca.test]\n"
		 "  perspectives:\n"
		 "    - {name: fra-1, rir: RIPE NCC, latitude: 50.1, longitude: 8.6, resolvers: "
		 "[{address: 192.0.2.54, rir: RIPE NCC, latitude: 50.1, longitude: 8.6}], url: "
		 "\"https://127.0.0.1:%d\", public_key: %s/fra-1-sign.pub}\n%s",
		 in, in, in, in, fixture.remote.port, in,
		 options != NULL && options->primary_extra != NULL ? options->primary_extra : "");
	set_up(&fixture.primary, "one", "primary", extra);
}

static pid_t spawn(const struct daemon_process *daemon, const char *argument)
{
	unlink(daemon->log); // what an earlier one said does not count
	pid_t pid = fork();
	if (pid == 0) {
		int fd = open(daemon->log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		execl(PARALLAXD, "parallaxd", "--config", daemon->config, argument, (char *)NULL);
		_exit(127);
	}
	CU_ASSERT_FATAL(pid > 0);
	return pid;
}

static int wait_for(pid_t pid)
{
	int status = 0;
	for (int64_t end = now_ms() + DEADLINE_MS; now_ms() < end; poll(NULL, 0, LOOK_MS)) {
		if (waitpid(pid, &status, WNOHANG) == pid) {
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		}
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return -1;
}

int daemon_run(struct daemon_process *daemon, const char *argument)
{
	return wait_for(spawn(daemon, argument));
}

int daemon_wait(struct daemon_process *daemon)
{
	int status = wait_for(daemon->pid);
	daemon->pid = 0;
	return status;
}

bool daemon_log_has(const struct daemon_process *daemon, const char *text)
{
	return strstr(read_file(daemon->log), text) != NULL;
}

// The primary's first records are on their way when it says that it has started.
static bool has_recorded_start(const struct daemon_process *daemon)
{
	json_t *status = daemon_ask(daemon, "status.get", NULL);
	bool is_remote = strcmp(member_text(status, "role"), "remote") == 0;
	bool is_done = is_remote || (json_integer_value(member(status, "audit/sequence")) >= 3 &&
				     json_integer_value(member(status, "audit/queued")) == 0);
	json_decref(status);
	return is_done;
}

void daemon_start(struct daemon_process *daemon)
{
	daemon->pid = spawn(daemon, NULL);
	for (int64_t end = now_ms() + DEADLINE_MS; now_ms() < end; poll(NULL, 0, LOOK_MS)) {
		if (daemon_log_has(daemon, "event=started") && has_recorded_start(daemon)) {
			return;
		}
	}
	printf("%s\n", read_file(daemon->log));
	CU_FAIL_FATAL("the daemon did not start");
}

static int remove_one(const char *path, const struct stat *stat, int flag, struct FTW *walk)
{
	return remove(path);
}

static void end(struct daemon_process *daemon)
{
	if (daemon->pid > 0) {
		kill(daemon->pid, SIGTERM);
		CU_ASSERT_EQUAL(daemon_wait(daemon), 0);
	}
}

void fixture_fini(void)
{
	end(&fixture.primary);
	end(&fixture.remote);
	nftw(fixture.directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static int dial(const struct daemon_process *daemon)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", daemon->socket);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_EQUAL_FATAL(connect(fd, (struct sockaddr *)(void *)&address, sizeof(address)), 0);
	return fd;
}

int daemon_send(const struct daemon_process *daemon, const char *method, json_t *params)
{
	json_t *request = json_pack("{s:s, s:i, s:s, s:o}", "jsonrpc", "2.0", "id", 1, "method",
				    method, "params", params != NULL ? params : json_object());
	int fd = dial(daemon);
	CU_ASSERT_EQUAL_FATAL(json_dumpfd(request, fd, JSON_COMPACT), 0);
	CU_ASSERT_EQUAL_FATAL(write(fd, "\n", 1), 1);
	json_decref(request);
	return fd;
}

json_t *daemon_call(const struct daemon_process *daemon, const char *method, json_t *params)
{
	return daemon_receive(daemon_send(daemon, method, params));
}

json_t *daemon_receive(int fd)
{
	FILE *in = fdopen(fd, "r");
	char *line = NULL;
	size_t size = 0;
	struct pollfd readable = {.fd = fd, .events = POLLIN};
	CU_ASSERT_EQUAL_FATAL(poll(&readable, 1, DEADLINE_MS), 1);
	CU_ASSERT_FATAL(getline(&line, &size, in) > 0);
	fclose(in);
	json_t *answer = json_loads(line, 0, NULL);
	free(line);
	CU_ASSERT_PTR_NOT_NULL_FATAL(answer);
	return answer;
}

json_t *daemon_ask(const struct daemon_process *daemon, const char *method, json_t *params)
{
	json_t *answer = daemon_call(daemon, method, params);
	json_t *result = json_incref(json_object_get(answer, "result"));
	if (result == NULL) {
		printf("%s: %s\n", method, member_text(answer, "error/message"));
	}
	CU_ASSERT_PTR_NOT_NULL(result);
	json_decref(answer);
	return result;
}

const json_t *member(const json_t *value, const char *path)
{
	char name[64];
	while (*path != '\0' && value != NULL) {
		size_t length = strcspn(path, "/");
		snprintf(name, sizeof(name), "%.*s", (int)length, path);
		value = json_is_array(value) ? json_array_get(value, strtoul(name, NULL, 10))
					     : json_object_get(value, name);
		path += length + (path[length] == '/');
	}
	return value;
}

const char *member_text(const json_t *value, const char *path)
{
	const char *text = json_string_value(member(value, path));
	return text != NULL ? text : "";
}
