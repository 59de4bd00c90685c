#!/usr/bin/env python3
"""Two network devices in, one imperfect wire out: forwards every Ethernet frame between them, late, lossy or spitefully.

Stands in its own namespace between a client's and a server's veth; both ends keep their own kernels, so what they do
about a lost packet is real. What happens to each packet comes from a seeded generator per direction and is written,
packet by packet, to a JSON log: the truth that a capture of either end can be compared with. Frames without TCP (ARP,
neighbour discovery) are only delayed. It ends on SIGTERM and writes the log then.
"""
import argparse
import collections
import heapq
import json
import random
import select
import signal
import socket
import struct
import sys
import time

ETH_P_ALL = 0x0003
PACKET_OUTGOING = 4        # our own frames come back to the socket that sent them, marked with this type
ETHERTYPE_IPV4 = 0x0800
ETHERTYPE_IPV6 = 0x86DD
ETHERNET = 14              # octets of an untagged Ethernet header
FLAGS = 'FSRPAUEC'         # TCP flag bits, lowest first
INJECTED_TTL = 128         # Linux sends 64: an observer can tell the wire's RST from a peer's
INJECTED_ID = 0xBEEF
REORDER_MS = 15.0          # how much later than its neighbours a reordered packet leaves
LATE_MS = 500.0            # and a late one: longer than a sender's timer on these wires

Tcp = collections.namedtuple('Tcp', 'ip ipid tcp seq ack flags data length port_from port_to window')


def checksum(octets):
    """The Internet checksum of RFC 1071."""
    if len(octets) % 2:
        octets += b'\0'
    total = sum(struct.unpack(f'!{len(octets) // 2}H', octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def read_tcp(frame):
    """The TCP segment in an Ethernet frame, or None. `ip`, `tcp`, `data` are offsets, `length` counts payload octets."""
    ethertype = struct.unpack_from('!H', frame, 12)[0]
    if ethertype == ETHERTYPE_IPV4 and frame[ETHERNET + 9] == socket.IPPROTO_TCP:
        total, ipid = struct.unpack_from('!HH', frame, ETHERNET + 2)
        tcp, end = ETHERNET + (frame[ETHERNET] & 0x0F) * 4, ETHERNET + total
    elif ethertype == ETHERTYPE_IPV6 and frame[ETHERNET + 6] == socket.IPPROTO_TCP:
        ipid, tcp = None, ETHERNET + 40
        end = tcp + struct.unpack_from('!H', frame, ETHERNET + 4)[0]
    else:
        return None
    port_from, port_to, seq, ack, offset, bits, window = struct.unpack_from('!HHIIBBH', frame, tcp)
    data = tcp + (offset >> 4) * 4
    flags = ''.join(name for bit, name in enumerate(FLAGS) if bits >> bit & 1)
    return Tcp(ETHERNET, ipid, tcp, seq, ack, flags, data, end - data, port_from, port_to, window)


def seal_tcp(header, segment):
    """The segment with the checksum that its IPv4 header and its own octets ask for."""
    pseudo = bytes(header[12:20]) + struct.pack('!BBH', 0, socket.IPPROTO_TCP, len(segment))
    return segment[:16] + struct.pack('!H', checksum(pseudo + segment[:16] + b'\0\0' + segment[18:])) + segment[18:]


def forge_rst(frame, tcp, backwards):
    """A bare RST as a middlebox sends it: to where `frame` was going, or back to where it came from (IPv4 only)."""
    macs, source, target = frame[0:12], frame[26:30], frame[30:34]
    ports, seq = (tcp.port_from, tcp.port_to), tcp.seq
    if backwards:
        macs, source, target = frame[6:12] + frame[0:6], target, source
        ports, seq = (tcp.port_to, tcp.port_from), tcp.ack
    header = struct.pack('!BBHHHBBH', 0x45, 0, 40, INJECTED_ID, 0, INJECTED_TTL, socket.IPPROTO_TCP, 0) + source + target
    header = header[:10] + struct.pack('!H', checksum(header)) + header[12:]
    segment = struct.pack('!HHIIBBHHH', *ports, seq, 0, 5 << 4, 0x04, 0, 0, 0)
    return macs + struct.pack('!H', ETHERTYPE_IPV4) + header + seal_tcp(header, segment)


def corrupt(frame, tcp):
    """The same frame with one bit of its last payload octet turned and a checksum that hides it (IPv4 only)."""
    end = tcp.data + tcp.length
    segment = frame[tcp.tcp:end - 1] + bytes([frame[end - 1] ^ 0x01])
    return frame[:tcp.tcp] + seal_tcp(frame[tcp.ip:tcp.tcp], segment) + frame[end:]


class Fates:
    """Decides what becomes of each TCP packet of one direction; one seeded generator, so decisions are repeatable."""

    def __init__(self, options, side):
        self.options, self.side = options, side
        self.random = random.Random(f'{options.seed}/{side}')
        self.counts = collections.Counter()

    def matches(self, rule, tcp):
        """A rule is SIDE:KIND:N, the N-th packet (from 1) of that side and kind; N+ is that one and all after it."""
        if rule is None:
            return False
        side, kind, number = rule.split(':')
        wanted = {'any': True, 'data': tcp.length > 0, 'full': tcp.length >= self.options.full,
                  'syn': 'S' in tcp.flags, 'fin': 'F' in tcp.flags, 'ack': tcp.length == 0 and 'S' not in tcp.flags}[kind]
        if side != self.side or not wanted:
            return False
        self.counts[rule] += 1
        count = self.counts[rule]
        return count >= int(number[:-1]) if number.endswith('+') else count == int(number)

    def decide(self, tcp, silent):
        """One of lost, dropped, silenced, reset, corrupted, late, duplicated, reordered, passed."""
        o = self.options
        chance = [self.random.random() * 100 for _ in range(3)]     # always three draws: fates do not shift each other
        dropped = [self.matches(rule, tcp) for rule in o.drop]
        reset, corrupted, late = (self.matches(rule, tcp) for rule in (o.reset, o.corrupt, o.late))
        if silent:
            return 'silenced'
        if any(dropped):
            return 'dropped'
        if reset:
            return 'reset'
        if corrupted:
            return 'corrupted'
        if late:
            return 'late'
        quiet = tcp.length == 0 and o.data_only
        if chance[0] < o.loss and not quiet:
            return 'lost'
        if chance[1] < o.reorder and not quiet:
            return 'reordered'
        if chance[2] < o.duplicate and not quiet:
            return 'duplicated'
        return 'passed'


class Wire:
    """Both directions: frames wait in one heap until they are due, then leave by the other device."""

    def __init__(self, options):
        self.options, self.log, self.heap, self.order = options, [], [], 0
        self.silent = False
        self.sides = {}
        self.sockets = {}
        for side, device in (('client', options.client), ('server', options.server)):
            raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            raw.bind((device, 0))
            self.sockets[side] = raw
            self.sides[raw] = side
        self.fates = {side: Fates(options, side) for side in self.sockets}

    def send_later(self, side, frame, due):
        """Queues a frame for the device that faces `side`."""
        self.order += 1
        heapq.heappush(self.heap, (due, self.order, side, frame))

    def receive(self, raw):
        frame, address = raw.recvfrom(65_536)
        if address[2] == PACKET_OUTGOING or len(frame) < ETHERNET + 20:
            return
        side, now = self.sides[raw], time.time()
        other = 'server' if side == 'client' else 'client'
        due = now + self.options.delay / 1000
        tcp = read_tcp(frame)
        if tcp is None:
            self.send_later(other, frame, due)
            return
        fate = self.fates[side].decide(tcp, self.silent)
        if fate == 'reset':
            self.send_later(other, forge_rst(frame, tcp, backwards=False), due)
            self.send_later(side, forge_rst(frame, tcp, backwards=True), due)
        elif fate == 'corrupted':
            self.send_later(other, corrupt(frame, tcp), due)
        elif fate in ('passed', 'duplicated', 'reordered', 'late'):
            self.send_later(other, frame, due + {'reordered': REORDER_MS, 'late': LATE_MS}.get(fate, 0) / 1000)
            if fate == 'duplicated':
                self.send_later(other, frame, due)
        self.log.append({'time': round(now, 6), 'from': side, 'ipId': tcp.ipid, 'seq': tcp.seq, 'ack': tcp.ack,
                         'flags': tcp.flags, 'payloadBytes': tcp.length, 'fate': fate})

    def run(self, stopped):
        print('ready', flush=True)
        while not stopped():
            wait = max(0.0, self.heap[0][0] - time.time()) if self.heap else 0.1
            readable, _, _ = select.select(list(self.sides), [], [], min(wait, 0.1))
            for raw in readable:
                self.receive(raw)
            while self.heap and self.heap[0][0] <= time.time():
                _, _, side, frame = heapq.heappop(self.heap)
                self.sockets[side].send(frame)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--client', required=True, help='device that faces the client')
    parser.add_argument('--server', required=True, help='device that faces the server')
    parser.add_argument('--delay', type=float, default=0, help='milliseconds each way')
    parser.add_argument('--loss', type=float, default=0, help='percent of the TCP packets that vanish')
    parser.add_argument('--reorder', type=float, default=0, help=f'percent that leave {REORDER_MS:g} ms late')
    parser.add_argument('--duplicate', type=float, default=0, help='percent that leave twice')
    parser.add_argument('--data-only', action='store_true', help='loss, reorder and duplicate spare packets without payload')
    parser.add_argument('--full', type=int, default=1400, help='payload octets from which a packet counts as full')
    parser.add_argument('--drop', action='append', default=[], metavar='SIDE:KIND:N[+]',
                        help='drop the N-th packet (N+: and all later ones) of client or server; any data full syn fin ack')
    parser.add_argument('--reset', metavar='SIDE:KIND:N', help='swallow that packet and send a RST both ways')
    parser.add_argument('--corrupt', metavar='SIDE:KIND:N', help='turn one bit of that packet and mend its checksum')
    parser.add_argument('--late', metavar='SIDE:KIND:N', help=f'that packet leaves {LATE_MS:g} ms late')
    parser.add_argument('--seed', default='1')
    parser.add_argument('--log', help='where the JSON log goes')
    return parser.parse_args()


def main():
    options = read_options()
    wire = Wire(options)
    state = {'stop': False}
    signal.signal(signal.SIGTERM, lambda *_: state.update(stop=True))
    signal.signal(signal.SIGUSR1, lambda *_: setattr(wire, 'silent', True))     # from now on nothing gets through
    wire.run(lambda: state['stop'])
    if options.log:
        wishes = {name: value for name, value in vars(options).items() if name not in ('log', 'client', 'server') and value}
        with open(options.log, 'w', encoding='utf-8') as out:
            rows = ',\n  '.join(json.dumps(row) for row in wire.log)
            out.write(f'{{"options": {json.dumps(wishes)},\n "packets": [\n  {rows}\n ]}}\n')
    return 0


if __name__ == '__main__':
    sys.exit(main())
