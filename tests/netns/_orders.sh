# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Sourced by the cases about orders: a lab of six perspectives, a parallax-dataplane and a parallaxd at each, and the
# customer and the CA's own systems, which order from the host "probe".
#
#   setup_orders [options of parallax-lab daemons up]
#   up_iteratively [the same]                                 all of them once more, without resolvers
#   publish SERIAL KIND...; place_order NAME SERIAL KIND...   the answer in $state/NAME
#   expect NAME KEY=VALUE...                                  see customer.py
. "$(dirname "${BASH_SOURCE[0]}")/_setup.sh"

api=https://10.203.0.201:8443
lab_options=(--netem distance)
serial=0

setup_orders() {
	setup_lab --names 1000 --perspectives 6 "${lab_options[@]}"
	daemons=$state/lab/daemons
	primary=$daemons/fra-1/control.sock
	lab daemons up --build "$BUILD_DIR" "$@" 2>"$state/daemons-up.log" ||
		fail "the daemons did not come up: $(tail -n 1 "$state/daemons-up.log")"
	wait_until 30 "all perspectives to be up" all_are_up
}
up_iteratively() { # options of parallax-lab daemons up: all anew, asking the lab's root themselves; evidence is kept then
	lab daemons up --build "$BUILD_DIR" --set resolution=iterative --set "dataplane.root_hints=$state/lab/local1/root.hints" \
		--set "dataplane.trust_anchor=$state/lab/local1/root.anchor" "$@" 2>"$state/daemons-up.log" ||
		fail "the daemons did not come up: $(tail -n 1 "$state/daemons-up.log")"
	wait_until 30 "all perspectives to be up" all_are_up
}
client() { "$root_dir/tools/lab/customer.py" "$@"; }
primary_rpc() { "$netns_dir/dataplane_rpc.py" "$primary" "$@"; } # METHOD [PARAMS] [PATH]
all_are_up() { # by the word of the primary
	on probe curl -sf --noproxy '*' --cacert "$daemons/ca/ca.pem" --max-time 5 "$api/readyz" >"$state/readyz"
}
call() { # PATH [FLAGS of curl…]: as a CA's system, from the probe
	on probe curl -s --noproxy '*' --cacert "$daemons/ca/ca.pem" --max-time 60 "${@:2}" "$api$1"
}
next_serial() { serial=$((serial + 1)); }
publish() { client publish "s$serial" "$@" | lab publish --file -; }                # KIND…
publish_attacker() { client publish "s$serial" "$@" | lab publish --attacker --file -; } # KIND…
place_order() { # NAME [KIND…]
	client order "s$serial" "${@:2}" >"$state/order.json"
	call /v1/orders -H 'Content-Type: application/json' --data-binary "@$state/order.json" >"$state/$1" ||
		fail "the order $1 got no answer: curl status $?"
}
expect() { # NAME KEY=VALUE…
	client expect "$state/$1" "${@:2}" || fail "not so: order $1: ${*:2}"
}
set_mode() { # MODE
	primary_rpc mode.set "{\"profile\":\"tls\",\"mode\":\"$1\",\"reason\":\"case $case_name\",\"force\":true}" \
		>"$state/mode" || fail "mode.set $1: $(cat "$state/mode")"
}
pid_of() { # parallaxd-fra-1
	cut -d' ' -f1 "$state/lab/pids/$1.pid"
}
audit_verifies() { # by the daemon itself and by a judge of its own, who also looks at an answer's record if told ANSWERS
	primary_rpc audit.verify >"$state/verified"
	[ "$(grep -cE '"finding": "intact"|"evidence_(missing|altered)": 0' "$state/verified")" = 3 ] ||
		fail "the audit log or its evidence does not verify: $(cat "$state/verified")"
	"$netns_dir/audit_judge.py" "${audit_log:-$daemons/fra-1/audit.db}" "$daemons" "$@" >"$state/audit-judged" ||
		fail "the audit log is not as it must be: $(cat "$state/audit-judged")"
}
