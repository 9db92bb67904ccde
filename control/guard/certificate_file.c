// SPDX-License-Identifier: BSD-3-Clause
// Reads PEM files by libcrypto.

#include "guard/certificate_file.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int fault_say(struct certificate_fault *ret_fault, const char *text)
{
	snprintf(ret_fault->text, sizeof(ret_fault->text), "%s", text);
	ERR_clear_error();
	return -EINVAL;
}

static int fault_say_openssl(struct certificate_fault *ret_fault, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());
	snprintf(ret_fault->text, sizeof(ret_fault->text), "%s (%s)", what,
		 reason != NULL ? reason : "no reason given");
	ERR_clear_error();
	return -EINVAL;
}

static int bio_fill(int fd, BIO *bio, char *buffer, size_t buffer_bytes,
		    struct certificate_fault *ret_fault)
{
	size_t total = 0;
	struct stat status;
	if (fstat(fd, &status) != 0) {
		return fault_say(ret_fault, strerror(errno));
	}
	if (!S_ISREG(status.st_mode)) {
		return fault_say(ret_fault, "not a regular file");
	}
	for (;;) {
		ssize_t got = read(fd, buffer, buffer_bytes);
		if (got < 0 && errno != EINTR) {
			return fault_say(ret_fault, strerror(errno));
		}
		if (got == 0) {
			return 0;
		}
		if (got < 0) {
			continue;
		}
		total += (size_t)got;
		if (total > CERTIFICATE_FILE_BYTES_MAX) {
			return fault_say(ret_fault, "too long for a PEM file");
		}
		if (BIO_write(bio, buffer, (int)got) != got) {
			ERR_clear_error();
			return -ENOMEM;
		}
	}
}

static int text_read(const char *path, BIO *bio, struct certificate_fault *ret_fault)
{
	char buffer[8192];
	// O_NONBLOCK: the opening of a FIFO would wait for its writer.
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		return fault_say(ret_fault, strerror(errno));
	}
	int error = bio_fill(fd, bio, buffer, sizeof(buffer), ret_fault);
	OPENSSL_cleanse(buffer, sizeof(buffer)); // private keys pass through here
	close(fd);
	return error;
}

static int passphrase_refuse(char *buffer, int size, int is_writing, void *context)
{
	return -1;
}

static bool unix_time_of(const ASN1_TIME *time, int64_t *ret_unix_s)
{
	struct tm parts;
	if (ASN1_TIME_to_tm(time, &parts) != 1) {
		return false;
	}
	*ret_unix_s = timegm(&parts);
	return true;
}

static int facts_take(X509 *certificate, struct certificate_facts *ret_facts,
		      struct certificate_fault *ret_fault)
{
	struct certificate_facts facts = {.subject = ""};
	BIO *text = BIO_new(BIO_s_mem());
	if (text == NULL ||
	    X509_NAME_print_ex(text, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253) < 0) {
		BIO_free(text);
		ERR_clear_error();
		return -ENOMEM;
	}
	int length = BIO_read(text, facts.subject, (int)sizeof(facts.subject) - 1);
	facts.subject[length > 0 ? length : 0] = '\0';
	BIO_free(text);
	if (!unix_time_of(X509_get0_notBefore(certificate), &facts.validity.not_before_s) ||
	    !unix_time_of(X509_get0_notAfter(certificate), &facts.validity.not_after_s)) {
		return fault_say(ret_fault, "a certificate has no readable dates");
	}
	*ret_facts = facts;
	return 0;
}

static bool is_end_of_pem(void)
{
	unsigned long error = ERR_peek_last_error();
	return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

static int certificates_read(BIO *bio, struct certificate_facts *facts, size_t *ret_count,
			     struct certificate_fault *ret_fault)
{
	X509 *certificate;
	size_t count = 0;
	while ((certificate = PEM_read_bio_X509_AUX(bio, NULL, passphrase_refuse, NULL)) != NULL) {
		int error = count < CERTIFICATE_FILE_CERTIFICATES_MAX
				    ? facts_take(certificate, &facts[count++], ret_fault)
				    : fault_say(ret_fault, "too many certificates");
		X509_free(certificate);
		if (error != 0) {
			return error;
		}
	}
	if (!is_end_of_pem()) {
		return fault_say_openssl(ret_fault, "a certificate cannot be read");
	}
	ERR_clear_error();
	if (count == 0) {
		return fault_say(ret_fault, "no PEM certificate in it");
	}
	*ret_count = count;
	return 0;
}

static int key_read(BIO *bio, bool is_private, struct certificate_facts *ret_facts,
		    size_t *ret_count, struct certificate_fault *ret_fault)
{
	EVP_PKEY *key = is_private ? PEM_read_bio_PrivateKey(bio, NULL, passphrase_refuse, NULL)
				   : PEM_read_bio_PUBKEY(bio, NULL, passphrase_refuse, NULL);
	if (key == NULL) {
		return fault_say_openssl(ret_fault,
					 is_private ? "no PEM private key without passphrase"
						    : "no PEM public key");
	}
	const char *type = EVP_PKEY_get0_type_name(key);
	*ret_facts = (struct certificate_facts) {.subject = ""};
	snprintf(ret_facts->subject, sizeof(ret_facts->subject), "%s", type != NULL ? type : "key");
	*ret_count = 1;
	EVP_PKEY_free(key);
	return 0;
}

static int contents_read(BIO *bio, enum certificate_file_kind kind, struct certificate_facts *facts,
			 size_t *ret_count, struct certificate_fault *ret_fault)
{
	switch (kind) {
	case CERTIFICATE_FILE_CERTIFICATES:
		return certificates_read(bio, facts, ret_count, ret_fault);
	case CERTIFICATE_FILE_PRIVATE_KEY:
		return key_read(bio, true, facts, ret_count, ret_fault);
	case CERTIFICATE_FILE_PUBLIC_KEY:
		return key_read(bio, false, facts, ret_count, ret_fault);
	case CERTIFICATE_FILE_NOT_SET:
		break;
	}
	return fault_say(ret_fault, "the kind of file is not set");
}

int certificate_file_read(const char *path, enum certificate_file_kind kind,
			  struct certificate_facts **ret_facts, size_t *ret_count,
			  struct certificate_fault *ret_fault)
{
	size_t count = 0;
	struct certificate_facts *facts = calloc(CERTIFICATE_FILE_CERTIFICATES_MAX, sizeof(*facts));
	BIO *bio = BIO_new(BIO_s_secmem());
	int error = facts == NULL || bio == NULL ? -ENOMEM : text_read(path, bio, ret_fault);
	if (error == 0) {
		error = contents_read(bio, kind, facts, &count, ret_fault);
	}
	BIO_free(bio);
	if (error != 0) {
		free(facts);
		return error;
	}
	struct certificate_facts *fitted = reallocarray(facts, count, sizeof(*facts));
	*ret_facts = fitted != NULL ? fitted : facts;
	*ret_count = count;
	return 0;
}

const char *certificate_file_kind_name(enum certificate_file_kind kind)
{
	switch (kind) {
	case CERTIFICATE_FILE_NOT_SET:
		return "not-set";
	case CERTIFICATE_FILE_CERTIFICATES:
		return "certificates";
	case CERTIFICATE_FILE_PRIVATE_KEY:
		return "private-key";
	case CERTIFICATE_FILE_PUBLIC_KEY:
		return "public-key";
	}
	return "unknown";
}
