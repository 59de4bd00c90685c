import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The WebSocket client of java.net.http: URL, then text:…, letters:N, wait:MS, close, left (until the other side has left), or exit. */
public class JavaClient {
  public static void main(String[] arguments) throws Exception {
    CountDownLatch left = new CountDownLatch(1);
    WebSocket.Listener listener =
        new WebSocket.Listener() {
          @Override
          public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            left.countDown();
            return null;
          }

          @Override
          public void onError(WebSocket socket, Throwable error) {
            left.countDown();
          }
        };
    WebSocket socket =
        HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(URI.create(arguments[0]), listener).get();
    for (int n = 1; n < arguments.length; n++) {
      String[] step = arguments[n].split(":", 2);
      switch (step[0]) {
        case "text" -> socket.sendText(step[1], true).get();
        case "letters" -> socket.sendText("x".repeat(Integer.parseInt(step[1])), true).get();
        case "wait" -> Thread.sleep(Integer.parseInt(step[1]));
        case "close" -> socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get();
        case "left" -> left.await(20, TimeUnit.SECONDS);
        case "exit" -> System.exit(0);
        default -> throw new IllegalArgumentException(step[0]);
      }
    }
    Thread.sleep(300);
    System.exit(0);
  }
}
