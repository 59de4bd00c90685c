import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.api.annotations.OnWebSocketMessage;
import org.eclipse.jetty.websocket.api.annotations.WebSocket;
import org.eclipse.jetty.websocket.server.WebSocketHandler;
import org.eclipse.jetty.websocket.servlet.WebSocketServletFactory;

/** An echo server on Jetty, port 8080, with an idle timeout of 3 s. */
public class JettyServer {
  @WebSocket(maxIdleTime = 3000)
  public static class Room {
    @OnWebSocketMessage
    public void message(Session session, String text) throws Exception {
      session.getRemote().sendString("echo " + text);
    }
  }

  public static void main(String[] arguments) throws Exception {
    Server server = new Server(8080);
    server.setHandler(
        new WebSocketHandler() {
          @Override
          public void configure(WebSocketServletFactory factory) {
            factory.register(Room.class);
          }
        });
    server.start();
    server.join();
  }
}
