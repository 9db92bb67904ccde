# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by every *_test.sh: raises a lab with a prefix of its own, runs the programs in it, waits on conditions with
# a deadline, shows logs and counters when a check fails, and removes everything at the end.
#
#   setup_lab --names 20000          a lab; $state is a scratch folder, $prefix its namespaces
#   start_dataplane --interface eth0 $(upstreams auth)
#   sweep --caa --input FILE --output FILE
#   check "what must hold" command…  fails the case with that sentence

set -euo pipefail

netns_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root_dir=$(realpath "$netns_dir/../..")
BUILD_DIR=$(realpath -m "${BUILD_DIR:-$root_dir/build}")
case_name=$(basename "$0" _test.sh)
prefix=plxt$$-
state=
dataplane_pid=
reason=

[ "$(id -u)" = 0 ] || { echo "$case_name: needs root"; exit 77; }

program() { # the built program of that name
	local found
	found=$(find "$BUILD_DIR" -type f -name "$1" -perm -u+x -print -quit 2>/dev/null)
	[ -n "$found" ] || { echo "$case_name: $1 is not built in $BUILD_DIR; set BUILD_DIR" >&2; exit 1; }
	echo "$found"
}
lab() { "$root_dir/tools/lab/parallax-lab" --prefix "$prefix" --state "$state/lab" "$@"; }
on() { ip netns exec "$prefix$1" "${@:2}"; } # HOST COMMAND…
upstreams() { lab upstreams "$@"; }

pause() { read -rt 0.05 <> <(:) || :; }
wait_until() { # SECONDS WHAT COMMAND…
	local end=$((SECONDS + $1)) what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt "$end" ] || fail "waited in vain for $what"
		pause
	done
}
fail() {
	reason="$case_name: $*"
	echo "$reason" >&2
	exit 1
}
check() { # WHAT COMMAND…
	local what=$1
	shift
	"$@" || fail "not so: $what ($*)"
}
check_status() { # STATUS COMMAND…: the exit status must be that one
	local wanted=$1 got=0
	shift
	"$@" || got=$?
	[ "$got" = "$wanted" ] || fail "exit status $got, not $wanted: $*"
}

show_state() {
	local log
	if [ -n "$dataplane_pid" ] && kill -0 "$dataplane_pid" 2>/dev/null; then
		echo "--- counters"
		rpc counters.get {} total 2>&1 | grep -v ': 0,\?$' || :
		rpc upstreams.list 2>&1 | grep -E '"(server|health|path|timeouts|failures|unwanted)"' || :
	fi
	for log in "$state"/*.log "$state"/lab/logs/{fault-server,knotd,link-*,parallaxd-*}.log; do
		[ -s "$log" ] || continue
		echo "--- $log"
		tail -n 8 "$log"
	done
}
finish() {
	local status=$?
	trap - EXIT
	set +e
	[ $status = 0 ] || [ $status = 77 ] || show_state >&2
	if [ -n "$state" ]; then
		local pid
		for pid in $(cat "$state"/pids 2>/dev/null); do
			kill -9 "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
		done
		lab down
		[ -n "${KEEP:-}" ] || rm -rf "$state"
	fi
	[ -z "$reason" ] || echo "$reason" >&2 # again, below all that was shown
	exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM

setup_lab() { # options of parallax-lab up
	state=$(mktemp -d "/tmp/plx-netns-$case_name.XXXXXX")
	chmod 711 "$state" # for the account that the dataplane runs as and for those who connect to it
	mkdir -m 1777 "$state/capture"
	socket=$state/dataplane.sock
	lab up "$@" 2>"$state/lab-up.log" || fail "the lab did not come up: $(tail -n 1 "$state/lab-up.log")"
}
background() { # COMMAND…: started now, ended with the case; its pid in $!
	if [[ $1 == on ]]; then # the function would leave a shell in between, which dies without its child
		set -- ip netns exec "$prefix$2" "${@:3}"
	fi
	"$@" &
	echo $! >>"$state/pids"
}

start_dataplane() { # flags of parallax-dataplane, after the ones that each case needs
	rm -f "$socket"
	background ip netns exec "${prefix}probe" "$(program parallax-dataplane)" --socket "$socket" \
		--capture-dir "$state/capture" "$@" >>"$state/dataplane.log" 2>&1
	dataplane_pid=$!
	wait_until 30 "parallax-dataplane to listen" dataplane_listens
}
dataplane_listens() {
	kill -0 "$dataplane_pid" || fail "parallax-dataplane ended: $(tail -n 3 "$state/dataplane.log")"
	rpc status.get
}
stop_dataplane() { # [SIGNAL]
	kill "-${1:-TERM}" "$dataplane_pid"
	wait "$dataplane_pid" 2>/dev/null || :
	dataplane_pid=
}
peak_memory_kb() { # PID: the most it ever had, and its huge pages, which do not count there
	awk '$1 == "VmHWM:" || $1 == "HugetlbPages:" {kb += $2} END {print kb + 0}' "/proc/$1/status"
}
ctl() { "$(program parallaxctl)" --socket "$socket" "$@"; }
sweep() { "$(program parallax-sweep)" --socket "$socket" "$@"; }

rpc() { "$netns_dir/dataplane_rpc.py" "$socket" "$@"; } # METHOD [PARAMS] [PATH]
counter() { rpc counters.get {} "total.$1"; } # NAME, summed over the workers; packets_by_reason.NAME
field() { # FILE KEY [NAME]: the values of a key in jsonl lines, of one name if given
	python3 -c '
import json, sys
for text in open(sys.argv[1], encoding="utf-8"):
    line = json.loads(text)
    if len(sys.argv) < 4 or line["name"] == sys.argv[3]:
        print(json.dumps(line.get(sys.argv[2])) if not isinstance(line.get(sys.argv[2]), str) else line[sys.argv[2]])' "$@"
}
lines_in() { [ -f "$1" ] && wc -l <"$1" || echo 0; }
has_lines() { [ "$(lines_in "$1")" -ge "$2" ]; } # FILE COUNT
compare() { "$netns_dir/compare_sweep.py" "$@"; }
