#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# document_is_current.sh PROGRAM FORM FILE: fails with a diff when FILE is not what PROGRAM prints for FORM.
set -eu
"$1" "$2" | diff -u "$3" - || {
	echo "$3 is not current; write it with: $(basename "$1") $2 > $3" >&2
	exit 1
}
