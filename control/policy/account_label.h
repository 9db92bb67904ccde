// SPDX-License-Identifier: BSD-3-Clause
// The label of ACME dns-account-01 (BR 3.2.2.4.21, draft-ietf-acme-dns-account-label): "_" and the lower-case base32 of
// the first 10 octets of the account URL's SHA-256.

#pragma once

#include <parallax/base/attributes.h>

#define ACCOUNT_LABEL_TEXT_MAX 18 // "_", 16 characters, NUL

// `account_url` is hashed as it is. -EIO when libcrypto fails; `ret_label` is untouched then. Any thread.
PLX_MUST_CHECK int account_label_make(const char *account_url,
				      char ret_label[static ACCOUNT_LABEL_TEXT_MAX]);
