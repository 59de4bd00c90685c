"""An echo server on aiohttp, port 8080: `heartbeat` seconds between its pings, half of it to wait for a pong."""

import sys

from aiohttp import WSMsgType, web


async def room(request):
    socket = web.WebSocketResponse(heartbeat=float(sys.argv[1]))
    await socket.prepare(request)
    async for message in socket:
        if message.type == WSMsgType.TEXT:
            await socket.send_str(f"echo {message.data}")
    return socket


app = web.Application()
app.router.add_get("/room", room)
web.run_app(app, port=8080, print=None)
