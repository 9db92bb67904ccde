#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Open MPIC's contract from end to end: /mpic of the primary for CAA and for every method that Open MPIC knows, valid with
# the right record and not with a wrong one; attempts, cohorts, refusals; and the same checks at /caa and /dcv of a remote.
. "$(dirname "$0")/_orders.sh"

secret="a secret of the lab"
lab_options+=(--zone "$netns_dir/3.203.10.in-addr.arpa.zone")
setup_orders
echo "$secret" >"$state/secret"
chmod 644 "$state/secret"
# A checker needs names for requests without caa_domains.
lab daemons config --set "mpic.hash_secret=$state/secret" --set 'issuer_domains=["ca.test", "second.ca.example"]'
for name in fra-1 nyc-1; do
	"$netns_dir/dataplane_rpc.py" "$daemons/$name/control.sock" config.reload >"$state/reload" ||
		fail "config.reload at $name: $(cat "$state/reload")"
done
mpic() { on probe "$netns_dir/mpic_client.py" "$@"; }

"$netns_dir/mpic_client.py" lines | lab publish --file -
asked=$(mpic coordinator "$api" "$daemons/ca/ca.pem" "$secret" nyc-1 gru-1 sin-1 jnb-1 dub-1 2>&1) ||
	fail "/mpic does not answer as it must: $asked"
audit_verifies
tls=$daemons/fra-1/tls
checked=$(mpic checker https://10.203.0.202:8443 "$daemons/ca/ca.pem" "$tls.pem" "$tls.key" 2>&1) ||
	fail "a checker does not answer as it must: $checked"
echo "$asked requests to /mpic and $checked to a checker: verdicts, details, attempts, cohorts, refusals as in Open MPIC"
