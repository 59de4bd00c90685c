/**
 * The stages a session went through, as far as the packets show: where each began, when it was over, and its steps.
 * Whether one that is not over has failed is for the diagnosis.
 */
import type { HttpExchange } from '../http/http-facts.js';
import { opensWebSocket } from '../http/upgrade-request.js';
import type { ProxyFacts } from '../proxy/proxy-facts.js';
import type { Arrival } from '../stream/arrival.js';
import { hasSaidGoodbye, type SubprotocolFacts } from '../subprotocol/subprotocol-facts.js';
import type { TcpFacts } from '../tcp/tcp-facts.js';
import type { TlsFacts } from '../tls/tls-facts.js';
import type { CloseFrame, WebSocketFacts } from '../websocket/websocket-facts.js';
import { leftBeforeAnswer } from './late-answer.js';
import type { StageFacts, StageStatus, StageStep } from './session.js';
import { isUnheard } from './unheard-answer.js';

export interface StageSources {
  tcp: TcpFacts;
  tls: TlsFacts | undefined;
  /** Preambles and tunnels of proxies. */
  proxy: ProxyFacts | undefined;
  upgrade: HttpExchange | undefined;
  websocket: WebSocketFacts | undefined;
  subprotocol: SubprotocolFacts | undefined;
  /** Asked for WebSocket, or may have inside encryption. */
  mayUpgrade: boolean;
}

export function stagesOf(sources: StageSources): StageFacts[] {
  const { tcp, tls, proxy, upgrade, websocket, subprotocol, mayUpgrade } = sources;
  const stages = [tcpStage(tcp)];
  if (proxy !== undefined) stages.push(proxyStage(proxy, tcp));
  if (tls !== undefined) stages.push(tlsStage(tls));
  const isClosed = tls !== undefined && tls.decrypted !== true;
  const isHidden = isClosed && upgrade === undefined && websocket === undefined;
  const over = stages.every(({ status }) => status === 'ok' || status === 'not-seen');
  if (upgrade !== undefined) stages.push(upgradeStage(upgrade, tcp, websocket !== undefined));
  else if (websocket !== undefined) stages.push(unseen('upgrade'));
  else if (isHidden && mayUpgrade && over) stages.push({ ...unseen('upgrade'), status: 'hidden' });
  if (websocket !== undefined) {
    const own = subprotocolStage(subprotocol, websocket, upgrade);
    if (own !== undefined) stages.push(own);
    const begun = own?.end ?? upgrade?.response?.span.last;
    const [open, ...close] = sessionStages(websocket, begun, tcp, hasSaidGoodbye(subprotocol));
    // A session whose subprotocol never came to an agreement was never open.
    if (own?.status !== 'in-progress') stages.push(open);
    stages.push(...close);
  }
  return stages;
}

const unseen = (stage: StageFacts['stage']): StageFacts => ({
  stage,
  status: 'not-seen',
  start: undefined,
  end: undefined,
  steps: [],
});

function tcpStage(tcp: TcpFacts): StageFacts {
  const steps: StageStep[] = [
    ...tcp.syns.map((arrival) => ({ step: 'syn', arrival })),
    ...tcp.synAcks.map((arrival) => ({ step: 'syn-ack', arrival })),
  ];
  if (tcp.established !== undefined) steps.push({ step: 'ack', arrival: tcp.established });
  if (tcp.refused !== undefined) steps.push({ step: 'rst', arrival: tcp.refused });
  steps.sort((a, b) => a.arrival.at - b.arrival.at);
  const { client, server } = tcp.flows;
  const wentOn =
    client.firstData !== undefined || server.firstData !== undefined || client.missingBytes + server.missingBytes > 0;
  let status: StageStatus = 'in-progress';
  if (tcp.established !== undefined) status = 'ok';
  else if (wentOn || steps.length === 0) status = 'not-seen';
  return {
    stage: 'tcp',
    status,
    start: steps[0]?.arrival,
    end: status === 'in-progress' ? undefined : tcp.established,
    steps,
  };
}

function tlsStage(tls: TlsFacts): StageFacts {
  const steps: StageStep[] = [];
  const add = (step: string, arrival: Arrival | undefined) => {
    if (arrival !== undefined) steps.push({ step, arrival });
  };
  if (tls.firstClientHello !== tls.clientHello) add('client-hello', tls.firstClientHello?.span.last);
  add('hello-retry-request', tls.helloRetryRequest?.last);
  add('client-hello', tls.clientHello?.span.last);
  add('server-hello', tls.serverHello?.span.last);
  add('certificate', tls.certificatesAt?.last);
  add('certificate-request', tls.certificateRequest?.last);
  add('finished', tls.finished.server);
  add('finished', tls.finished.client);
  add('alpn', tls.alpnAt);
  const { client, server } = tls.applicationData;
  add('application-data', earlier(client.first, server.first));
  steps.sort((a, b) => a.arrival.at - b.arrival.at);
  const finished = later(tls.finished.client, tls.finished.server);
  const isComplete = tls.finished.client !== undefined && tls.finished.server !== undefined;
  let status: StageStatus = 'in-progress';
  if (isComplete) status = 'ok';
  else if (tls.clientHello === undefined && tls.serverHello === undefined) status = 'not-seen';
  else if (client.records + server.records > 0) status = 'ok';
  const start = tls.firstClientHello?.span.first ?? steps[0]?.arrival;
  return { stage: 'tls', status, start, end: status === 'ok' ? (finished ?? start) : undefined, steps };
}

function proxyStage({ preambles, tunnels }: ProxyFacts, tcp: TcpFacts): StageFacts {
  const steps: StageStep[] = [
    ...preambles.map(({ span }) => ({ step: 'preamble', arrival: span.last })),
    ...tunnels.flatMap((tunnel) => tunnel.steps),
  ];
  const closed = tunnels.find(({ reply }) => reply?.outcome !== 'granted');
  let status: StageStatus = 'ok';
  if (closed?.assumed === true) status = 'not-seen';
  else if (closed !== undefined) status = closed.reply === undefined && !tcp.bothSides ? 'not-seen' : 'in-progress';
  return { stage: 'proxy', status, start: steps[0]?.arrival, end: steps.at(-1)?.arrival, steps };
}

function upgradeStage({ request, response }: HttpExchange, tcp: TcpFacts, isSwitched: boolean): StageFacts {
  const steps: StageStep[] = [];
  if (request !== undefined) steps.push({ step: 'request', arrival: request.span.last });
  if (response !== undefined && response.span.first.packet !== response.span.last.packet) {
    steps.push({ step: 'first-byte', arrival: response.span.first });
  }
  if (response !== undefined) steps.push({ step: 'response', arrival: response.span.last });
  let status: StageStatus = 'in-progress';
  const exchange = { request, response, interim: [] };
  const isInVain = !isSwitched && (leftBeforeAnswer(exchange, tcp) !== undefined || isUnheard(exchange, tcp));
  if (response !== undefined && opensWebSocket(response) && !isInVain) status = 'ok';
  else if (response === undefined && (isSwitched || (tcp.flows.server.firstData === undefined && !tcp.bothSides))) {
    status = 'not-seen';
  }
  return {
    stage: 'upgrade',
    status,
    start: request?.span.first ?? response?.span.first,
    end: response?.span.last,
    steps,
  };
}

/** The subprotocol's own handshake, where it has one; in mid-stream it was over before the capture. */
function subprotocolStage(
  subprotocol: SubprotocolFacts | undefined,
  { midstream }: WebSocketFacts,
  upgrade: HttpExchange | undefined,
): StageFacts | undefined {
  const handshake = subprotocol?.handshake;
  if (handshake === undefined) return undefined;
  const { asked, answered, refused } = handshake;
  if (midstream && asked === undefined) return unseen('subprotocol');
  const over = answered ?? refused;
  return {
    stage: 'subprotocol',
    status: answered !== undefined ? 'ok' : 'in-progress',
    start: asked ?? upgrade?.response?.span.last ?? answered,
    end: over === undefined ? undefined : later(over, asked),
    steps: handshake.steps.map(({ step, arrival }) => ({ step, arrival })),
  };
}

function sessionStages(
  websocket: WebSocketFacts,
  begun: Arrival | undefined,
  tcp: TcpFacts,
  saidGoodbye: boolean,
): [open: StageFacts, ...close: StageFacts[]] {
  const { client, server } = websocket.closes;
  const [firstClose, secondClose] = [client, server]
    .filter((close): close is CloseFrame => close !== undefined)
    .sort((a, b) => a.span.first.at - b.span.first.at);
  const firstFrame = earlier(websocket.firstFrame.client, websocket.firstFrame.server);
  const start = begun ?? firstFrame;
  const steps: StageStep[] = firstFrame === undefined ? [] : [{ step: 'first-frame', arrival: firstFrame }];
  const ended = firstClose?.span.last ?? tcp.endPacket;
  const open: StageFacts = {
    stage: 'open',
    status: firstClose !== undefined || (saidGoodbye && ended !== undefined) ? 'ok' : 'in-progress',
    start: ended === undefined ? start : earlier(start, ended),
    end: ended,
    steps,
  };
  if (firstClose === undefined) return [open];
  const closing: StageStep[] = [{ step: 'close', arrival: firstClose.span.last }];
  if (secondClose !== undefined) closing.push({ step: 'close', arrival: secondClose.span.last });
  if (tcp.endPacket !== undefined) closing.push({ step: tcp.end, arrival: tcp.endPacket });
  closing.sort((a, b) => a.arrival.at - b.arrival.at);
  // A broker may end the connection first and be told goodbye afterwards.
  const over = tcp.endPacket ?? secondClose?.span.last;
  return [
    open,
    {
      stage: 'close',
      status: over === undefined ? 'in-progress' : 'ok',
      start: firstClose.span.first,
      end: over === undefined ? undefined : later(over, firstClose.span.last),
      steps: closing,
    },
  ];
}

function later(a: Arrival | undefined, b: Arrival | undefined): Arrival | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.at > b.at ? a : b;
}

function earlier(a: Arrival | undefined, b: Arrival | undefined): Arrival | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.at < b.at ? a : b;
}
