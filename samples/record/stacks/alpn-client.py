"""A client that offers h2 and http/1.1 by ALPN, trusts anybody, and asks for an upgrade in HTTP/1.1 whatever was chosen.

Usage: alpn-client.py HOST PORT
"""

import base64
import os
import socket
import ssl
import sys

host, port = sys.argv[1], int(sys.argv[2])
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
context.set_alpn_protocols(["h2", "http/1.1"])
with context.wrap_socket(socket.create_connection((host, port)), server_hostname=host) as wire:
    key = base64.b64encode(os.urandom(16)).decode()
    head = [
        "GET /room HTTP/1.1",
        f"Host: {host}:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
    ]
    wire.sendall("\r\n".join([*head, "", ""]).encode())
    wire.settimeout(5)
    while wire.recv(4096):
        pass
