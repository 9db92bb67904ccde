// SPDX-License-Identifier: BSD-3-Clause
// How our services are called in their certificates, as one subjectAltName URI:
//
//	parallax://perspective/fra-1?rir=RIPE%20NCC
//	parallax://primary/one
//
// A certificate that is to be ours holds exactly one URI of this scheme: with two, whoever holds it could be taken for
// either. Addresses and DNS names do not count: a perspective keeps its name when it moves.

#pragma once

#include "http_server/peer_identity.h"

#include <parallax/base/attributes.h>

#define SERVICE_NAME_MAX PEER_NAME_LENGTH_MAX

enum service_verdict {
	SERVICE_NOT_EVALUATED = 0,
	SERVICE_MATCHES,
	SERVICE_UNNAMED, // no such URI, or several
	SERVICE_OTHER_NAME,
	SERVICE_OTHER_REGION, // the right name in another RIR region (BR 3.2.2.9)
};

// 0; -EINVAL (a name that is not 1 to 63 of a-z, 0-9 and '-', a region that is not 1 to 32 of A-Z and space).
// `rir` is NULL for a primary. ret_uri holds SERVICE_NAME_MAX + 1.
PLX_MUST_CHECK int service_name_format(const char *name, const char *rir, char *ret_uri);

// Whether the certificate names the service with this URI.
enum service_verdict service_name_judge(const struct peer_identity *identity, const char *uri);
const char *service_verdict_name(enum service_verdict verdict);
