// SPDX-License-Identifier: BSD-3-Clause

#include "perform/tls_alpn_judgement.h"

#include "perform/check_fault.h"
#include "policy/dcv_text.h"
#include "policy/tls_alpn_certificate.h"

struct tls_alpn_judgement tls_alpn_judge(const struct check_request *request, const char *domain,
					 const uint8_t *der, size_t length,
					 const struct dcv_switches *switches)
{
	uint8_t digest[DCV_DIGEST_BYTES];
	const char *hash = request->dcv.parameters.key_authorization_hash;
	bool is_ip = request->identifier.type == IDENTIFIER_TYPE_IP;
	if (hash == NULL || !dcv_text_hex_digest(hash, digest)) {
		return (struct tls_alpn_judgement) {CHECK_ERROR,
						    check_fault_name(CHECK_FAULT_BAD_QUERY),
						    check_fault_text(CHECK_FAULT_BAD_QUERY)};
	}
	const struct tls_alpn_expected expected = {
		.host_name = is_ip ? NULL : domain,
		.ip = is_ip ? &request->identifier.ip : NULL,
		.digest = digest,
		.unix_time = request->time_s,
	};
	enum tls_alpn_reason reason = tls_alpn_certificate_judge(der, length, &expected, switches);
	return (struct tls_alpn_judgement) {tls_alpn_reason_outcome(reason),
					    tls_alpn_reason_name(reason),
					    tls_alpn_reason_text(reason)};
}
