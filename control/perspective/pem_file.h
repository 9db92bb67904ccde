// SPDX-License-Identifier: BSD-3-Clause
// Certificates and keys as text, read while the daemon may still read them.

#pragma once

// By malloc, with NUL; NULL: it cannot be read, is empty, or there is no memory. Wipe what is secret before free.
char *pem_file_read(const char *path);
