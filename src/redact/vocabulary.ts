/**
 * Words that are no secrets: of protocols, of programs everybody runs, of the error texts by which programs are known.
 * Everything that verdicts rest on has to be among them; what is not gets another name.
 */
const WORDS = `
  a an and any are as at be been by can could did do does for from has have in into is it its may must no none not of off on or
  so than that the their then there this to up was were when will with you your
  http https ws wss html head body title center hr h1 h2 p div span br pre meta link script style class charset utf content lang en
  www com org net io dev test example invalid local localhost internal lan home arpa cn de uk eu app cloud
  get post put head delete options connect trace host upgrade websocket websockets socket sockjs connection keep alive close
  request requests response server client proxy gateway backend upstream bad gone found moved permanently temporarily
  temporary redirect switching protocols protocol version unsupported required unauthorized unauthenticated forbidden denied
  access origin origins cross allowed allow refused rejected reject invalid missing error errors failed failure internal unavailable
  service timeout timed out time idle too many large long limit exceeded rate policy violation message messages frame frames
  size bytes max maximum length payload data text binary json xml plain cleartext tls ssl port sent ordinary expected header headers
  handshake key accept token tokens expired session sessions unknown user users auth authentication authorization login
  password passcode bearer basic digest realm negotiate credentials permission not implemented method page object
  nginx apache httpd haproxy envoy caddy varnish lighttpd traefik node python java tomcat jetty netty undertow spring cowboy
  rabbitmq mosquitto centrifugo socketio engine io eio transport polling sid graphql graphiql subscriptions signalr hub hubs
  negotiate wamp phoenix stomp mqtt mqttv amqp xmpp sip cable actioncable pusher jsonrpc rpc live chat room rooms echo api
  mozilla chrome chromium headlesschrome safari firefox gecko applewebkit webkit khtml edg opr windows linux macintosh x11 x64
  tcp4 tcp6 v1 v2 v3 v4 v10 v11 v12 stream events feed
  connected disconnect disconnected subscribe subscribed unsubscribe unsubscribed receipt receipts ack nack begin commit abort
  destination subscription heart beat heartbeat heartbeats selector persistent ping pong pings pongs init complete next start stop
  started stopped type types id ids invocation invocationid target arguments result results params name names code codes reason
  reasons status ok true false null undefined nan reconnect reconnecting retry terminate connectionparams extensions query mutation
  operation operationname variables path locations expires ttl push pub sub publish published publication publications presence
  history channel channels topic event joinref join reply leave phx messagepack msgpack cbor protobuf allowreconnect
  hello welcome goodbye challenge authenticate roles broker dealer caller callee publisher subscriber registered register
  unregister invocation yield call uri peer restart restarting shutdown shutting down going away normal closure try again later
  pinginterval pingtimeout maxpayload upgrades mask masked unmasked
  overloaded capacity keepalive killed stale slow consumer queue buffer overflow insufficient state unrecoverable ioexception
  occurred because closed endpoint partial decoded support output supports doesn
`;

const KEPT: ReadonlySet<string> = new Set(WORDS.split(/\s+/).filter((word) => word !== ''));

/** Top-level domains under which names are recognised inside texts, and which stay. */
const TOP_LEVEL =
  'com org net io dev test example invalid local internal lan home corp intranet arpa edu gov int info biz co me tv app cloud ai ' +
  'xyz online site top cn de uk eu us jp kr tw hk fr ru br in ch at nl se no fi dk pl cz es pt it au nz ca mx za sg';

/** Names of hosts: labels, and one of the domains above. */
/** `socket.io` in a path is a product. */
export const HOST_NAME = `(?!socket\\.io)(?:[a-z0-9_-]+\\.)+(?:${TOP_LEVEL.split(' ').join('|')})\\b(?!\\.[a-z0-9])`;

const KEPT_LABELS: ReadonlySet<string> = new Set([...TOP_LEVEL.split(' '), 'localhost', 'www']);

/** In the name of a host, where even known words tell whose it is. */
export const isKeptLabel = (word: string, isLast: boolean): boolean =>
  word === 'www' || (isLast && KEPT_LABELS.has(word.toLowerCase()));

/** Of two characters nobody learns anything. */
export const isKept = (word: string): boolean => word.length <= 2 || KEPT.has(word.toLowerCase());
