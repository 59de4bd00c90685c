/** The facts of a stage in one line, by stage, and how long a lookup that led nowhere was tried. */
export const ENGLISH_DETAILS = {
  dns: '[{name}][: {addresses}][, as {aliases}][, from {resolver}]',
  tcp: '[handshake RTT {rtt|ns}][, refused by {refused}][, ICMP {icmp|word}][, SYN sent {syns} times]',
  tls: '[{version}][, {cipher}][, ALPN {alpn}][, ServerHello after {hello|ns}][, Finished after {finished|ns}][, first data after {data|ns}][, {alertFrom|word} alert {alert}][, ICMP {icmp|word}]',
  proxy:
    '[PROXY protocol {preamble|plain}][ for {source}][, {protocol}][ to {target}][ as {user}][: {code|plain}][ {reply|word}][, ICMP {icmp|word}]',
  upgrade:
    '[{status|plain}][ {reason}][, subprotocol {subprotocol}][, {extensions}][, waited {waited|ns}, {server|ns} of it for the server][, ICMP {icmp|word}]',
  subprotocol:
    '[{name}][ {version}][, {event}][ {code}][, {error}][, client heart-beat {client|ns}][, server heart-beat {server|ns}][, ICMP {icmp|word}]',
  open: '[client {clientMessages|messages}][ {clientBytes|bytes}][, server {serverMessages|messages}][ {serverBytes|bytes}][, client pings every {clientPings|ns}][, server pings every {serverPings|ns}][, encrypted: client {clientSealed|bytes}, server {serverSealed|bytes}][, ICMP {icmp|word}]',
  close:
    '[{code|plain} from the {closer|word}][, {answered|word}][, then {end} from the {ender|word}][{ended} from the {ender|word}, without a Close][, ICMP {icmp|word}]',
  lookup: '{names}[, tried {attempts} times]',
};
