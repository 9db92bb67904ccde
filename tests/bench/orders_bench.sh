#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Orders of five dns identifiers each, dns-01 and CAA, one primary and five remotes, names never repeated, audit on, all
# on this machine: identifiers per second, latencies, and CPU for an identifier by process. Needs root.
#
# usage: orders_bench.sh [--orders N] [--connections N] [--per-request N] [--netem distance] [--zone plain.test|orders.test]
# BUILD_DIR: where parallax was built (default: build). Exit status 2 when an order was not answered with "issue".
orders=2000 connections=4 per_request=25 netem='' zone=plain.test
command="$0 $*"
while [ $# -gt 0 ]; do
	case $1 in
	--orders) orders=$2; shift 2 ;;
	--connections) connections=$2; shift 2 ;;
	--per-request) per_request=$2; shift 2 ;;
	--netem) netem=$2; shift 2 ;;
	--zone) zone=$2; shift 2 ;;
	--help) sed -n '3,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
	*) echo "orders_bench: $1: unknown option; see --help" >&2; exit 1 ;;
	esac
done
. "$(dirname "$0")/../netns/_orders.sh"
show_state() { :; } # the report says what went wrong

lab_options=(${netem:+--netem "$netem"})
setup_orders
"$root_dir/tests/bench/orders_bench.py" prepare "$orders" "$zone" "$state/publish" "$state/orders"
echo "publishing $((orders * 5)) records"
lab publish --file "$state/publish"
"$root_dir/tests/bench/orders_bench.py" cpu "$state/lab/pids" >"$state/cpu-before"
load_status=0
on probe "$root_dir/tests/support/order_load.py" --url "$api" --ca "$daemons/ca/ca.pem" --connections "$connections" \
	--per-request "$per_request" --output "$state/answers" "$state/orders" >"$state/summary" || load_status=$?
"$root_dir/tests/bench/orders_bench.py" cpu "$state/lab/pids" >"$state/cpu-after"
echo "command:    $command"
echo "machine:    $(nproc) x $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(awk '/^MemTotal/ {printf "%.1f GiB", $2 / 1048576}' /proc/meminfo), Linux $(uname -r)"
"$root_dir/tests/bench/orders_bench.py" report "$state/summary" "$state/cpu-before" "$state/cpu-after" \
	"$state/answers" || load_status=2
"$netns_dir/audit_judge.py" "$daemons/fra-1/audit.db" "$daemons" "$state/answers" | sed 's/^/audit:      /'
exit "$load_status"
