"""Peers that misbehave as no library does, over a real socket: for the samples marked "scripted".

    ws-scripted.py answer CASE           a server that answers one upgrade request so
    ws-scripted.py client CASE HOST PORT a client that opens properly and then breaks a rule
    ws-scripted.py server CASE           a server that opens properly and then breaks a rule
"""

import base64
import hashlib
import socket
import struct
import sys
import time

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 1.3
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
MASK = bytes.fromhex("37fa213d")

ANSWERS = {
    "accept-mismatch": ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
                        "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA="],
    "response-invalid": ["HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Sec-WebSocket-Accept: {accept}"],
    "subprotocol-not-offered": ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
                                "Sec-WebSocket-Accept: {accept}", "Sec-WebSocket-Protocol: chat.v2"],
    "extension-not-offered": ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
                              "Sec-WebSocket-Accept: {accept}", "Sec-WebSocket-Extensions: permessage-deflate"],
}


def frame(first, payload, mask=None):
    """One frame with `first` as its first octet; at most 65535 octets of payload."""
    masked = 0x80 if mask else 0
    if len(payload) < 126:
        header = struct.pack("!BB", first, masked | len(payload))
    else:
        header = struct.pack("!BBH", first, masked | 126, len(payload))
    if mask:
        payload = mask + bytes(octet ^ mask[i % 4] for i, octet in enumerate(payload))
    return header + payload


# What follows a proper opening: writes, one segment each.
CLIENTS = {
    "unmasked": [frame(0x81, b"hello", MASK), frame(0x81, b"not masked")],
    "rsv1": [frame(0x81, b"hello", MASK), frame(0xC1, bytes.fromhex("f248cdc9c90700"), MASK)],
    "reserved-opcode": [frame(0x81, b"hello", MASK), frame(0x83, b"opcode 3", MASK)],
    # "Hello" as RFC 7692 7.2.3.1 has it, and then a block of the reserved type 3.
    "deflate-corrupt": [frame(0xC1, bytes.fromhex("f248cdc9c90700"), MASK), frame(0xC1, bytes.fromhex("0748cdc9"), MASK)],
    "close-invalid": [frame(0x81, b"hello", MASK), frame(0x88, struct.pack("!H", 1006), MASK)],
    "ping-too-long": [frame(0x81, b"hello", MASK), frame(0x89, b"x" * 126, MASK)],
    "continuation-first": [frame(0x81, b"hello", MASK), frame(0x80, b"of nothing", MASK)],
    "text-inside-message": [frame(0x01, b"begun ", MASK), frame(0x81, b"another", MASK)],
}

SERVERS = {
    "masked": [frame(0x81, b"hello"), frame(0x81, b"masked by the server", MASK)],
    # Two writers on one socket: an HTTP answer in the middle of the frames.
    "http-inside": [frame(0x81, b"hello"), b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"],
}


def read_head(connection):
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(4096)
        if not piece:
            break
        head += piece
    return head.decode("latin-1")


def accept_of(head):
    key = next(line.split(":", 1)[1].strip() for line in head.split("\r\n") if line.lower().startswith("sec-websocket-key:"))
    return base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()


def write_each(connection, writes):
    for octets in writes:
        connection.sendall(octets)
        time.sleep(0.1)


def read_to_end(connection):
    try:
        while connection.recv(4096):
            pass
    except ConnectionError:
        pass


def accepted(port=8080):
    listener = socket.create_server(("", port))
    connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def answer(case):
    connection = accepted()
    accept = accept_of(read_head(connection))
    if case == "response-incomplete":
        connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnec")
        time.sleep(0.2)
    else:
        connection.sendall(("\r\n".join(ANSWERS[case]).format(accept=accept) + "\r\n\r\n").encode())
        read_to_end(connection)
    connection.close()


def server(case):
    connection = accepted()
    accept = accept_of(read_head(connection))
    connection.sendall(f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode())
    time.sleep(0.1)
    write_each(connection, SERVERS[case])
    read_to_end(connection)
    connection.close()


def client(case, host, port):
    connection = socket.create_connection((host, int(port)))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    extension = "Sec-WebSocket-Extensions: permessage-deflate\r\n" if case == "deflate-corrupt" else ""
    connection.sendall(f"GET /room HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       f"Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n{extension}\r\n".encode())
    read_head(connection)
    write_each(connection, CLIENTS[case])
    read_to_end(connection)
    connection.close()


{"answer": answer, "server": server, "client": client}[sys.argv[1]](*sys.argv[2:])
