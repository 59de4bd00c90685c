"""A client on websocket-client, which reads only when it is asked to: text:…, letters:N, hear, wait:MS, close, or drop.

Usage: sync-client.py URL ORIGIN STEP…
"""

import sys
import time

import websocket

url, origin, *steps = sys.argv[1:]
try:
    socket = websocket.create_connection(url, timeout=10, origin=origin)
    for step in steps:
        verb, _, what = step.partition(":")
        if verb == "text":
            socket.send(what)
        elif verb == "letters":
            socket.send("x" * int(what))
        elif verb == "hear":
            print(socket.recv_data())
        elif verb == "wait":
            time.sleep(int(what) / 1000)
        elif verb == "close":
            socket.close()
        elif verb == "drop":
            socket.sock.close()
except Exception as error:  # The refusal is what is recorded.
    print(error)
