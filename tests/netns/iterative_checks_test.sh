#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The checks of an order by iterative look-ups in a small Internet, without any resolver: what parallaxd as a primary makes
# of secure, insecure and bogus names, and what its status, counters and evidence say of who validated. Its remotes are not
# there, so that each order is refused; the primary's own results are what is looked at.
. "$(dirname "$0")/_internet.sh"

setup_internet 400
start_recursor

for key in sign remote; do
	openssl genpkey -algorithm ed25519 -out "$state/$key.key" 2>/dev/null
	openssl pkey -in "$state/$key.key" -pubout -out "$state/$key.pub"
done
openssl req -x509 -newkey ed25519 -nodes -keyout "$state/tls.key" -out "$state/tls.pem" -subj /CN=one -days 2 \
	-addext 'subjectAltName=URI:parallax://primary/one' 2>/dev/null
place='rir: RIPE NCC, latitude: 52.3, longitude: 4.9'
cat >"$state/parallaxd.yaml" <<YAML
control:
  role: primary
  perspective: {name: one, $place, resolvers: [{address: 10.204.0.1, $place}]}
  listen: ["127.0.0.1:8443"]
  signing_key: $state/sign.key
  dataplane_socket: $socket
  socket: $state/parallaxd.sock
  user: root
  audit_log: $state/audit.db
  issuer_domains: [ca.test]
  private_suffixes: [u0, u1, s0, s1, s2]
  tls: {certificate: $state/tls.pem, key: $state/tls.key}
YAML
background ip netns exec "${prefix}probe" "$(program parallaxd)" --config "$state/parallaxd.yaml" \
	>"$state/parallaxd.log" 2>&1
control() { "$(program parallaxctl)" --socket "$state/parallaxd.sock" "$@"; }
says() { control status | grep -Eq "$1"; }
wait_until 20 "parallaxd to reach the dataplane" says 'state *responds'
check "the status names the resolution" says 'resolution *iterative'

expected() { # STATE: a name that the zones say has it, or nothing
	python3 -c 'import json, sys
for text in open(sys.argv[1]):
    line = json.loads(text)
    if line["dnssec"] == sys.argv[2]:
        print(line["name"])
        break' "$1" "$2"
}
result() { # NAME MEMBER…: of the primary's CAA check
	echo '{"profile":"tls","identifiers":[{"type":"dns","value":"'"$1"'","dcv":{"validation_method":"acme-dns-01",
"key_authorization_hash":"LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ"}}]}' >"$state/order.json"
	control --json order "$state/order.json" >"$state/answer" 2>"$state/answer.err" || :
	python3 -c 'import json, sys
caa = json.load(open(sys.argv[1]))["identifiers"][0]["caa"]
print(caa["primary"], caa["primary_detail"]["dnssec"])' "$state/answer"
}
is_checked() { # SET STATE RESULT: some name of that state
	local name told
	name=$(expected "$zones/expect.$1" "$2")
	check "a $2 name is among the $1 ones" test -n "$name"
	told=$(result "$name") || fail "$name: $(cat "$state/answer" "$state/answer.err")"
	check "$name is $3 ($told)" grep -Eqx "$3" <<<"$told"
}
is_checked signed secure '(permit|prohibit) secure'
is_checked unsigned insecure '(permit|prohibit) insecure'
is_checked signed bogus 'error bogus'
check "the diagnosis names the cause" grep -q 'dnssec-bogus' "$state/answer"
check "it says which extended error" grep -Eq '"detail": ?"[^"]*EDE [0-9]+, ' "$state/answer"
control --json counters >"$state/counters"
check "states are counted, of iterative look-ups only" python3 -c 'import json, sys
states = json.load(open(sys.argv[1]))["lookups"]["finished_by_dnssec"]
assert states["iterative"]["secure"] and states["iterative"]["insecure"] and states["iterative"]["bogus"], states
assert not any(states["stub"].values()), states' "$state/counters"
check "all was validated" says 'compliant *yes'
control --json audit show >"$state/records"
check "the log says how names were looked up" grep -q '"resolution": *"iterative"' "$state/records"

# The evidence of all look-ups of an order: extracted by its id, judged again without a network, and altered.
order=$(python3 -c 'import json, sys
print(next(record["body"]["order_id"] for record in json.load(open(sys.argv[1]))["records"]
           if record["kind"] == "check" and record["body"]["traces"]))' "$state/records")
control audit evidence "$order" --output "$state/evidence" >"$state/listed" ||
	fail "the evidence of $order cannot be had: $(cat "$state/listed")"
check "the look-ups of the order are listed: $(cat "$state/listed")" grep -q 'CAA' "$state/listed"
count=0
for file in "$state/evidence"/*.json; do
	check "$file has the name of its octets" test "$(sha256sum <"$file" | cut -d' ' -f1)" = "$(basename "$file" .json)"
	ctl replay "$file" >"$state/replayed" || fail "$file does not agree: $(cat "$state/replayed")"
	count=$((count + 1))
done
check "an order has more than one look-up ($count)" test "$count" -gt 1
digest=$(basename "$file" .json)
control audit evidence "$digest" >"$state/one.json" || fail "$digest cannot be had by its name"
check "both are the same" cmp -s "$file" "$state/one.json"
verified() { # MEMBER: of the answer of audit verify
	python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$state/verified" "$1"
}
control --json audit verify >"$state/verified" || fail "the log is not whole: $(cat "$state/verified")"
check "all evidence of the log is there" test "$(verified evidence_verified)" -ge 6
names_both() { test "$(verified evidence_altered) $(verified evidence_missing)" = "$1"; }
stored="$state/audit.db.evidence/${digest:0:2}/$digest.json"
octet=$(dd if="$stored" bs=1 skip=200 count=1 2>/dev/null | od -An -tu1)
printf "\\x$(printf %x $((octet ^ 1)))" | dd of="$stored" bs=1 seek=200 conv=notrunc 2>/dev/null
if control --json audit verify >"$state/verified"; then fail "altered evidence is verified"; fi
check "an octet was altered: $(cat "$state/verified")" names_both "1 0"
if control audit evidence "$digest" >"$state/one.json" 2>"$state/refused"; then fail "altered evidence is handed out"; fi
check "it says why: $(cat "$state/refused")" grep -q 'was altered' "$state/refused"
rm "$stored"
if control --json audit verify >"$state/verified"; then fail "missing evidence is verified"; fi
check "a file is missing: $(cat "$state/verified")" names_both "0 1"
cp "$file" "$stored"
control --json audit verify >"$state/verified" || fail "the copy does not mend it: $(cat "$state/verified")"
check "the chain covers what it names" test "$(verified intact)" = True

# Nothing passes, and no order is taken, while it cannot be stored.
mv "$state/audit.db.evidence/new" "$state/new"
name=$(expected "$zones/expect.signed" secure)
told=$(result "$name") || fail "$name: $(cat "$state/answer" "$state/answer.err")"
check "nothing passes ($told)" grep -qx 'error .*' <<<"$told"
check "it says why" grep -q 'evidence-not-stored' "$state/answer"
if control --json order "$state/order.json" >"$state/answer" 2>"$state/answer.err"; then fail "an order is issued"; fi
check "no order is taken: $(cat "$state/answer.err")" grep -q 'evidence of look-ups cannot be stored' "$state/answer.err"
mv "$state/new" "$state/audit.db.evidence/new"
writable() { control --json status | python3 -c 'import json, sys; sys.exit(not json.load(sys.stdin)["evidence"]["writable"])'; }
wait_until 10 "the store to take evidence again" writable
told=$(result "$name") || fail "$name: $(cat "$state/answer" "$state/answer.err")"
check "$name is judged again ($told)" grep -Eqx '(permit|prohibit) secure' <<<"$told"
stored() { control --json status | python3 -c 'import json, sys; print(json.load(sys.stdin)["evidence"][sys.argv[1]])' "$1"; }
echo "secure, insecure and bogus names are judged without a resolver, and their evidence again without a network:"
echo "$(stored files) look-ups in $(stored bytes) octets"
