"""A WebSocket server or client for the recorders, of the Python library websockets.

    ws-peer.py [options] serve [STEP...]       what each connection gets to see
    ws-peer.py [options] connect URL [STEP...]

Steps: text:WORDS  bytes:N  letters:N  wait:SECONDS  hear:N  echo  ping  fail (an exception in the handler)
close:CODE:REASON. A server that has done its steps waits until the connection ends, so that who leaves first is
told by the steps alone. The truth (--truth) is written when a connection has ended.
"""

import argparse
import asyncio
import json
import logging
import signal

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, ServerPerMessageDeflateFactory
from websockets.frames import Frame, Opcode

LINE = "The quick brown fox jumps over the lazy dog. "
OPCODE_NAMES = {Opcode.CONT: "continuation", Opcode.TEXT: "text", Opcode.BINARY: "binary",
                Opcode.CLOSE: "close", Opcode.PING: "ping", Opcode.PONG: "pong"}


def tally_frames():
    """Counts every frame this process serializes; payload octets as they go on the wire, compressed."""
    tally = {"frames": dict.fromkeys(("text", "binary", "continuation", "ping", "pong", "close"), 0),
             "messages": 0, "payloadBytes": 0}
    serialize = Frame.serialize

    def counted(frame, *, mask, extensions=None):
        wire = serialize(frame, mask=mask, extensions=extensions)
        length = wire[1] & 0x7F
        header = 2 + {126: 2, 127: 8}.get(length, 0) + (4 if mask else 0)
        tally["frames"][OPCODE_NAMES[frame.opcode]] += 1
        tally["payloadBytes"] += len(wire) - header
        tally["messages"] += frame.fin and frame.opcode in (Opcode.CONT, Opcode.TEXT, Opcode.BINARY)
        return wire

    Frame.serialize = counted
    return tally


async def perform(socket, steps, heard):
    try:
        for step in steps:
            verb, _, rest = step.partition(":")
            if verb == "text":
                await socket.send(rest)
            elif verb == "letters":
                await socket.send((LINE * (int(rest) // len(LINE) + 1))[:int(rest)])
            elif verb == "bytes":
                await socket.send(bytes(i & 0xFF for i in range(int(rest))))
            elif verb == "ping":
                await (await socket.ping())
            elif verb == "wait":
                await asyncio.sleep(float(rest))
            elif verb == "hear":
                while heard["messages"] < int(rest):
                    await socket.recv()
                    heard["messages"] += 1
            elif verb == "echo":
                async for message in socket:
                    heard["messages"] += 1
                    await socket.send(message)
            elif verb == "fail":
                raise RuntimeError("the handler failed")
            elif verb == "close":
                code, _, reason = rest.partition(":")
                await socket.close(int(code), reason)
            else:
                raise ValueError(f"no such step: {step}")
        async for _ in socket:
            heard["messages"] += 1
    except websockets.ConnectionClosed:
        pass


def deflate(options):
    """permessage-deflate as --deflate asks for it, in JSON; without it there is none."""
    if options.deflate is None:
        return None
    factory = ServerPerMessageDeflateFactory if options.role == "serve" else ClientPerMessageDeflateFactory
    return [factory(**json.loads(options.deflate))]


async def main(options):
    tally = tally_frames()

    async def handle(socket):
        heard = {"messages": 0, "close": None}
        try:
            await perform(socket, options.step, heard)
        finally:
            if "fail" not in options.step:
                await socket.wait_closed()
                heard["close"] = {"code": socket.close_code, "reason": socket.close_reason}
            if options.truth:
                with open(options.truth, "w") as file:
                    json.dump({"sent": tally, "heard": heard}, file)

    common = {"compression": None, "extensions": deflate(options), "max_size": options.max_size,
              "ping_interval": options.ping_interval, "ping_timeout": options.ping_timeout}
    if options.role == "connect":
        async with websockets.connect(options.step.pop(0), **common) as socket:
            await handle(socket)
        return

    stopped = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set_result, None)
    if options.origin:
        common["origins"] = [options.origin]
    if options.password:
        common["create_protocol"] = websockets.basic_auth_protocol_factory(
            realm="chat", credentials=("alice", options.password))
    async with websockets.serve(handle, None, options.port, **common):
        await stopped


parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, default=8080)
parser.add_argument("--origin", help="the only Origin that is let in")
parser.add_argument("--password", help="asked for with HTTP Basic; the user is alice")
parser.add_argument("--max-size", type=int, default=2**20, help="octets of a message")
parser.add_argument("--ping-interval", type=float, help="seconds")
parser.add_argument("--ping-timeout", type=float, help="seconds")
parser.add_argument("--deflate", help="arguments of the library's factory, as JSON")
parser.add_argument("--truth")
parser.add_argument("role", choices=["serve", "connect"])
parser.add_argument("step", nargs="*")
logging.basicConfig(level=logging.CRITICAL)
asyncio.run(main(parser.parse_args()))
