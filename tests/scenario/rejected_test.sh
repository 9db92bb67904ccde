#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Each file of a folder must be refused, or must fail, with the exit status and the words that its first two lines name.
#   rejected_test.sh PLAY FOLDER

set -uo pipefail
play=$1
folder=$2
failed=0
count=0

for file in "$folder"/*; do
	count=$((count + 1))
	wanted_status=$(sed -n '1s/^; exit //p' "$file")
	wanted_words=$(sed -n '2s/^; says //p' "$file")
	said=$("$play" "$file" 2>&1 >/dev/null)
	status=$?
	if [ "$status" != "$wanted_status" ] || [[ $said != "$file"*"$wanted_words"* ]] || [ -z "$wanted_words" ]; then
		echo "$file: exit $status instead of $wanted_status, or not \"$wanted_words\": $said"
		failed=1
	fi
	if [ "$(wc -l <<<"$said")" != 1 ]; then
		echo "$file: more than one line: $said"
		failed=1
	fi
done
echo "$count files"
[ "$count" -gt 0 ] && exit "$failed"
