#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# state_directory_test.sh PACKAGING: systemd sets the mode of a StateDirectory at every start, 0755 unless told, and so
# would open to everybody what the tmpfiles entry closed. Both must say the same.
set -eu
service=$1/parallax-dataplane.service
directory=$(sed -n 's/^StateDirectory=//p' "$service")
mode=$(sed -n 's/^StateDirectoryMode=//p' "$service")
expected=$(awk -v path="/var/lib/$directory" '$1 == "d" && $2 == path { print $3 }' "$1/parallax.tmpfiles")
if [ -z "$expected" ] || [ "${mode:-0755}" != "$expected" ]; then
	echo "/var/lib/$directory: mode ${mode:-0755} by the service, ${expected:-none} by tmpfiles" >&2
	exit 1
fi
