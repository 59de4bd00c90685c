import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.File;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.websocket.server.WsSci;

/** An echo server on an embedded Tomcat, port 8080, that takes messages of a thousand characters. */
public class TomcatServer {
  @ServerEndpoint("/room")
  public static class Room {
    @OnOpen
    public void open(Session session) {
      session.setMaxTextMessageBufferSize(1000);
    }

    @OnMessage
    public String message(String text) {
      return "echo " + text;
    }

    @OnError
    public void error(Session session, Throwable error) {}
  }

  public static void main(String[] arguments) throws Exception {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(arguments[0]);
    tomcat.setPort(8080);
    Context context = tomcat.addContext("", new File(arguments[0]).getAbsolutePath());
    context.addServletContainerInitializer(new WsSci(), Set.of(Room.class));
    Tomcat.addServlet(context, "files", new org.apache.catalina.servlets.DefaultServlet());
    context.addServletMappingDecoded("/", "files");
    tomcat.getConnector();
    tomcat.start();
    tomcat.getServer().await();
  }
}
