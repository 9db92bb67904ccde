#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Orders of five dns identifiers each, dns-01 and CAA, one primary and five remotes, names never repeated, audit on, all
# on this machine: identifiers per second, latencies, and CPU for an identifier by process. Needs root.
#
# usage: orders_bench.sh [--orders N] [--connections N] [--per-request N] [--netem distance] [--zone plain.test|orders.test]
#                        [--evidence none,refused,all]
# --evidence: iterative look-ups at all perspectives, from the lab's root, with the audit log on a new file system; a round of
# N orders for each value of evidence.store that is listed, one line each. Values may be repeated: that shows what a line is worth.
# BUILD_DIR: where parallax was built (default: build). Exit status 2 when an order was not answered with "issue".
orders=2000 connections=4 per_request=25 netem='' zone=plain.test evidence=''
command="$0 $*"
while [ $# -gt 0 ]; do
	case $1 in
	--orders) orders=$2; shift 2 ;;
	--connections) connections=$2; shift 2 ;;
	--per-request) per_request=$2; shift 2 ;;
	--netem) netem=$2; shift 2 ;;
	--zone) zone=$2; shift 2 ;;
	--evidence) evidence=$2; shift 2 ;;
	--help) sed -n '3,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
	*) echo "orders_bench: $1: unknown option; see --help" >&2; exit 1 ;;
	esac
done
. "$(dirname "$0")/../netns/_orders.sh"
show_state() { :; } # the report says what went wrong
bench() { "$root_dir/tests/bench/orders_bench.py" "$@"; }
tell_machine() {
	echo "command:    $command"
	echo "machine:    $(nproc) x $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(awk '/^MemTotal/ {printf "%.1f GiB", $2 / 1048576}' /proc/meminfo), Linux $(uname -r)"
}
measure() { # FOLDER FIRST-NUMBER: sets load_status
	bench prepare "$orders" "$zone" "$1/publish" "$1/orders" "$2"
	lab publish --file "$1/publish"
	bench cpu "$state/lab/pids" >"$1/cpu-before"
	load_status=0
	on probe "$root_dir/tests/support/order_load.py" --url "$api" --ca "$daemons/ca/ca.pem" --connections "$connections" \
		--per-request "$per_request" --output "$1/answers" "$1/orders" >"$1/summary" || load_status=$?
	bench cpu "$state/lab/pids" >"$1/cpu-after"
}
judge() { # FOLDER AUDIT-LOG
	"$netns_dir/audit_judge.py" "$2" "$daemons" "$1/answers" | sed 's/^/audit:      /'
}

lab_options=(${netem:+--netem "$netem"})
setup_orders
if [ -z "$evidence" ]; then
	echo "publishing $((orders * 5)) records"
	measure "$state" 0
	tell_machine
	bench report "$state/summary" "$state/cpu-before" "$state/cpu-after" "$state/answers" || load_status=2
	judge "$state" "$daemons/fra-1/audit.db"
	exit "$load_status"
fi

# A file system of its own: what one without a journal, or full of files deleted a minute ago, makes of new files is not ours.
disk=$state/disk
mkdir "$disk"
truncate -s 4G "$state/disk.image"
mkfs.ext4 -q "$state/disk.image"
mount -o loop "$state/disk.image" "$disk"
trap 'status=$?; set +e; umount -l "$disk"; (exit $status); finish' EXIT
chmod 1777 "$disk"
tell_machine
echo "audit log:  on a new ext4 in a file on $(findmnt -no FSTYPE,SOURCE -T "$state" | tr -s ' ')"
count=0 folders=() worst=0
for setting in ${evidence//,/ }; do
	folder=$state/round-$count
	mkdir "$folder"
	echo "$setting" >"$folder/setting"
	up_iteratively --set "evidence.store=$setting" --set "audit_log=$disk/$count.db"
	measure "$folder" $((count * orders))
	[ $load_status = 0 ] || worst=$load_status
	find "$disk/$count.db.evidence" -name '*.json' -printf '%s\n' 2>/dev/null |
		awk '{bytes += $1} END {print NR, bytes + 0}' >"$folder/stored"
	judge "$folder" "$disk/$count.db"
	folders+=("$folder")
	count=$((count + 1))
done
bench rounds "${folders[@]}" || worst=2
exit "$worst"
