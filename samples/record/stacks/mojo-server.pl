# An echo server on Mojolicious, port 8080, that ends connections after 3 s of silence.
use Mojolicious::Lite -signatures;

websocket '/room' => sub ($c) {
  $c->inactivity_timeout(3);
  $c->on(message => sub ($c, $text) { $c->send("echo $text") });
};

app->start('daemon', '-l', 'http://*:8080');
