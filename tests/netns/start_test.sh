#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What the start of shared mode takes, refuses and gives up: no thread keeps a capability, whoever started it; a program
# of ours that was left on the interface is replaced, one of somebody else or of a living dataplane is not; ports that
# the kernel hands out are refused unless it reserves them.
. "$(dirname "$0")/_setup.sh"

setup_lab --names 1000
lab names >"$state/names"
lab expect >"$state/expect"
mapfile -t servers < <(upstreams auth | tr ' ' '\n')
refused() { # PATTERN FLAGS…: the start fails with one line that matches
	local got=0 pattern=$1
	shift
	on probe "$(program parallax-dataplane)" --socket "$state/other.sock" --capture-dir "$state/capture" "$@" \
		>"$state/err" 2>&1 || got=$?
	check "exit status 1, not $got, of a start with $*: $(cat "$state/err")" test $got = 1
	check "/$pattern/ in: $(cat "$state/err")" grep -qE -e "$pattern" "$state/err"
	check "one line that says what failed" test "$(grep -c 'event=start_failed' "$state/err")" = 1
	check "no socket is left" test ! -e "$state/other.sock"
}
sweep_is_right() {
	rm -f "$state/out.jsonl"
	sweep --quiet --caa --input "$state/names" --output "$state/out.jsonl"
	compare "$state/expect" "$state/out.jsonl"
}
has_no_privileges() { # UID: of every thread, and for ever
	local status
	check "there are several threads" test "$(ls "/proc/$dataplane_pid/task" | wc -l)" -gt 2
	for status in /proc/"$dataplane_pid"/task/*/status; do
		check "the account is $1: $(grep Uid "$status")" grep -qE "^Uid:(\s+$1){4}$" "$status"
		check "no capability is left: $(grep Cap "$status")" test "$(grep -v Bnd "$status" | grep -cE '^Cap[A-Z][a-z]+:\s+0+$')" = 4
	done
	check "none can be gained" grep -qE '^NoNewPrivs:\s+1$' "/proc/$dataplane_pid/status"
}
xdp_programs() { on probe ip -d link show dev eth0 | grep -c 'prog/xdp' || :; }

background socat -u "UNIX-RECV:$state/notify,mode=777" "CREATE:$state/told" # in systemd's place
wait_until 10 "a service manager" test -S "$state/notify"
export NOTIFY_SOCKET=$state/notify WATCHDOG_USEC=200000
start_dataplane --interface eth0 "${servers[@]}"
unset NOTIFY_SOCKET WATCHDOG_USEC
told() { grep -qE "$1" "$state/told"; }
wait_until 10 "READY=1" told '^READY=1$'
check "the status is told: $(grep STATUS "$state/told")" told '^STATUS=[0-9]+ workers, [0-9]+ look-ups in flight$'
beats() { [ "$(grep -c '^WATCHDOG=1$' "$state/told")" -ge 3 ]; }
wait_until 10 "the watchdog to be told" beats
has_no_privileges "$(id -u nobody)"
check "no group is kept" grep -qE '^Groups:\s*65534?\s*$|^Groups:\s*$' "/proc/$dataplane_pid/status"
check "an XDP program is attached" test "$(xdp_programs)" = 1
refused 'another parallax program is using it' --interface eth0 "${servers[@]}"
sweep_is_right
stop_dataplane HUP # a terminal that is closed
check "the end is told" told '^STOPPING=1$'
check "it is gone after the end" test "$(xdp_programs)" = 0

# Left behind without a link, as by a dataplane that died while it started.
filter=$(find "$BUILD_DIR" -name answer_filter.bpf.o -print -quit)
on probe ip link set dev eth0 xdp obj "$filter" sec xdp
check "a stale program is attached" test "$(xdp_programs)" = 1
start_dataplane --interface eth0 "${servers[@]}"
sweep_is_right
stop_dataplane KILL
check "a killed dataplane leaves no program" test "$(xdp_programs)" = 0

# A program that passes everything, by another name.
cat >"$state/foreign.c" <<-'C'
	__attribute__((section("xdp"), used)) int somebody_elses(void *context) { return 2; }
	__attribute__((section("license"), used)) char terms[] = "GPL";
C
clang -target bpf -O2 -g -c "$state/foreign.c" -o "$state/foreign.o"
on probe ip link set dev eth0 xdp obj "$state/foreign.o" sec xdp
refused 'somebody else is attached' --interface eth0 "${servers[@]}"
check "it is still there" test "$(xdp_programs)" = 1
on probe ip link set dev eth0 xdp off

on probe sysctl -qw net.ipv4.ip_local_port_range="20000 60999"
refused 'source_ports 16384-32767 overlap .* 20000-60999.*ip_local_reserved_ports=' --interface eth0 "${servers[@]}"
on probe sysctl -qw net.ipv4.ip_local_reserved_ports=20000-32767
start_dataplane --interface eth0 "${servers[@]}"
stop_dataplane

# Started by an account that is given what the start needs: that goes as well.
chmod 777 "$state"
capabilities=+net_admin,+net_raw,+bpf,+sys_admin,+ipc_lock,+sys_rawio
rm -f "$socket"
background ip netns exec "${prefix}probe" setpriv --reuid 61003 --regid 61003 --clear-groups --inh-caps "$capabilities" --ambient-caps "$capabilities" -- \
	"$(program parallax-dataplane)" --socket "$socket" --capture-dir "$state/capture" --interface eth0 "${servers[@]}" \
	>>"$state/dataplane.log" 2>&1
dataplane_pid=$!
wait_until 30 "parallax-dataplane to listen" dataplane_listens
has_no_privileges 61003
sweep_is_right
