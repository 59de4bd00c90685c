"""An echo server on Tornado, port 8080, with Tornado's own check of the Origin."""

import tornado.ioloop
import tornado.web
import tornado.websocket


class Room(tornado.websocket.WebSocketHandler):
    def on_message(self, message):
        self.write_message(f"echo {message}")


tornado.web.Application([("/room", Room)]).listen(8080)
tornado.ioloop.IOLoop.current().start()
