#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# service_type_test.sh PACKAGING: both daemons tell how they do, and a unit that does not listen would call a daemon ready
# that is not, and never notice one that hangs.
set -eu
for service in parallaxd parallax-dataplane; do
	for setting in Type=notify NotifyAccess=main 'WatchdogSec=[1-9][0-9]*s' Restart=on-failure; do
		if ! grep -qx "$setting" "$1/$service.service"; then
			echo "$service.service: no $setting" >&2
			exit 1
		fi
	done
done
