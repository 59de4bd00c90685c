"""Copies a pcapng without what tells of the machine that wrote it: hardware, operating system, program, comments.

    formats-pcapng.py FROM TO

Keeps section header, interfaces (name, time resolution), enhanced packets and interface statistics (drafted as
draft-ietf-opsawg-pcapng); both must be little-endian, as dumpcap writes on the machines that record samples.
"""

import struct
import sys

SECTION_HEADER, INTERFACE, PACKET, STATISTICS = 0x0A0D0D0A, 1, 6, 5
FIXED_OCTETS = {SECTION_HEADER: 16, INTERFACE: 8, STATISTICS: 12}
KEPT_OPTIONS = {SECTION_HEADER: set(), INTERFACE: {2, 9}, STATISTICS: {4, 5}}  # if_name, if_tsresol; isb_ifrecv, isb_ifdrop


def blocks(data):
    offset = 0
    while offset < len(data):
        kind, length = struct.unpack_from("<II", data, offset)
        yield kind, data[offset + 8:offset + length - 4]
        offset += length


def kept_options(body, kept):
    out = b""
    offset = 0
    while offset + 4 <= len(body):
        code, length = struct.unpack_from("<HH", body, offset)
        padded = 4 + (length + 3 & ~3)
        if code in kept:
            out += body[offset:offset + padded]
        offset += padded
    return out + bytes(4) if out else b""


with open(sys.argv[1], "rb") as source, open(sys.argv[2], "wb") as target:
    for kind, body in blocks(source.read()):
        if kind in FIXED_OCTETS:
            fixed = FIXED_OCTETS[kind]
            body = body[:fixed] + kept_options(body[fixed:], KEPT_OPTIONS[kind])
        elif kind != PACKET:
            continue
        length = struct.pack("<I", len(body) + 12)
        target.write(struct.pack("<I", kind) + length + body + length)
