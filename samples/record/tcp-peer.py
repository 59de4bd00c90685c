"""A scripted server over a real kernel, for ends that no server program brings about on request.

    tcp-peer.py PORT reset-on-data      RST in answer to the first octets (as a filter does that reads a ClientHello)
    tcp-peer.py PORT close-mid-hello    answers with the first octets of a TLS handshake record, then FIN
"""
import socket
import struct
import sys

# A Handshake record of 122 octets whose ServerHello never comes in full (RFC 8446 5.1, 4.1.3).
HALF_A_SERVER_HELLO = bytes.fromhex('16 0303 007a 02 000076 0303') + bytes(range(32))


def main(port, manner):
    listener = socket.create_server(('', int(port)))
    while True:
        connection, _ = listener.accept()
        connection.recv(65_536)
        if manner == 'reset-on-data':
            # Closing with a linger time of zero makes the kernel send RST.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        else:
            connection.sendall(HALF_A_SERVER_HELLO)
        connection.close()


main(*sys.argv[1:3])
