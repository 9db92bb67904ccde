// SPDX-License-Identifier: BSD-3-Clause
// The certificate of a tls-alpn-01 server. Oracle: a valid one holds the name and the digest, is valid for no other
// digest and not for the address, is not valid when cut short, and leaves no error on OpenSSL's queue.

#include "policy/tls_alpn_certificate.h"

#include "fuzz_target.h"

#include <openssl/err.h>

#include <string.h>

static const struct dcv_switches strict = {0};
// What make_dcv_corpus.py puts in as the SHA-256 of a key authorization.
static const uint8_t digest[32] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
				   16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
static const uint8_t other_digest[32] = {1};
static const struct plx_ip address = {{192, 0, 2, 7}, 4};

static enum tls_alpn_reason judge(const uint8_t *data, size_t size, const char *host,
				  const struct plx_ip *ip, const uint8_t *expected_digest)
{
	struct tls_alpn_expected expected = {
		.host_name = host, .ip = ip, .digest = expected_digest};
	enum tls_alpn_reason reason = tls_alpn_certificate_judge(data, size, &expected, &strict);
	must(reason != TLS_ALPN_REASON_NOT_EVALUATED && ERR_peek_error() == 0);
	return reason;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum tls_alpn_reason by_name = judge(data, size, "a.test", NULL, digest);
	enum tls_alpn_reason by_address = judge(data, size, NULL, &address, digest);
	must(by_name != TLS_ALPN_VALID || by_address == TLS_ALPN_SAN_TYPE_NOT_MATCH);
	must(by_address != TLS_ALPN_VALID || by_name == TLS_ALPN_SAN_NOT_DNSNAME);
	if (by_name == TLS_ALPN_VALID) {
		must(memmem(data, size, digest, sizeof(digest)) != NULL);
		must(judge(data, size, "a.test", NULL, other_digest) == TLS_ALPN_OTHER_DIGEST);
		must(judge(data, size - 1, "a.test", NULL, digest) == TLS_ALPN_NOT_CERTIFICATE);
	}
	return 0;
}
