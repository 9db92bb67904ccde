// SPDX-License-Identifier: BSD-3-Clause
// Writes and compares the names of services.

#include "perspective/service_name.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789-"
#define RIR_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ "
#define NAME_MAX_LENGTH 63
#define RIR_MAX_LENGTH 32

static const char scheme[] = "parallax://";

static void append_region(char *uri, size_t length, const char *rir)
{
	int written = snprintf(uri + length, SERVICE_NAME_MAX + 1 - length, "?rir=");
	for (const char *c = rir; *c != '\0'; c++) {
		length += (size_t)written;
		written = *c == ' '
				  ? snprintf(uri + length, SERVICE_NAME_MAX + 1 - length, "%%20")
				  : snprintf(uri + length, SERVICE_NAME_MAX + 1 - length, "%c", *c);
	}
}

int service_name_format(const char *name, const char *rir, char *ret_uri)
{
	size_t length = strlen(name);
	if (length == 0 || length > NAME_MAX_LENGTH || strspn(name, NAME_CHARACTERS) != length) {
		return -EINVAL;
	}
	if (rir == NULL) {
		snprintf(ret_uri, SERVICE_NAME_MAX + 1, "%sprimary/%s", scheme, name);
		return 0;
	}
	length = strlen(rir);
	if (length == 0 || length > RIR_MAX_LENGTH || strspn(rir, RIR_CHARACTERS) != length) {
		return -EINVAL;
	}
	int written = snprintf(ret_uri, SERVICE_NAME_MAX + 1, "%sperspective/%s", scheme, name);
	append_region(ret_uri, (size_t)written, rir);
	return 0;
}

enum service_verdict service_name_judge(const struct peer_identity *identity, const char *uri)
{
	const char *found = NULL;
	for (unsigned i = 0; i < identity->count; i++) {
		const struct peer_name *name = &identity->names[i];
		if (name->kind == PEER_NAME_URI &&
		    strncmp(name->text, scheme, sizeof(scheme) - 1) == 0) {
			if (found != NULL) {
				return SERVICE_UNNAMED;
			}
			found = name->text;
		}
	}
	if (found == NULL) {
		return SERVICE_UNNAMED;
	}
	if (strcmp(found, uri) == 0) {
		return SERVICE_MATCHES;
	}
	size_t base_length = strcspn(uri, "?");
	bool is_same_name =
		strcspn(found, "?") == base_length && strncmp(found, uri, base_length) == 0;
	return is_same_name ? SERVICE_OTHER_REGION : SERVICE_OTHER_NAME;
}

const char *service_verdict_name(enum service_verdict verdict)
{
	switch (verdict) {
	case SERVICE_NOT_EVALUATED:
		return "not-evaluated";
	case SERVICE_MATCHES:
		return "matches";
	case SERVICE_UNNAMED:
		return "unnamed";
	case SERVICE_OTHER_NAME:
		return "other-name";
	case SERVICE_OTHER_REGION:
		return "other-region";
	}
	return "unknown";
}
