import { describe, expect, it } from 'vitest';
import { reportOf } from '../../wire/capture-report.js';
import { conversation } from '../../wire/conversation.js';

const REQUEST = 'GET /a HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';
const REST = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bm90IHRoZSBleGFtcGxlIQ==\r\n\r\n';
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n';

const upgradeOf = async (talk: ReturnType<typeof conversation>) => (await reportOf(talk)).sessions[0]!;

describe('timing of the upgrade', () => {
  it('tells sending, network, server and the rest of the answer apart', async () => {
    const talk = conversation({ stepMs: 10 })
      .handshake()
      .client(REQUEST)
      .after(40)
      .client(REST)
      .after(290)
      .server(SWITCHING);
    const { upgrade, stages } = await upgradeOf(talk.after(20).server('Connection: Upgrade\r\n\r\n'));
    expect(upgrade!.timing).toEqual({ requestMs: 50, waitedMs: 300, networkMs: 10, serverMs: 290, responseMs: 30 });
    const stage = stages.find((each) => each.stage === 'upgrade')!;
    expect(stage.steps.map(({ step }) => step)).toEqual(['request', 'first-byte', 'response']);
    expect(stage.detail).toMatch(/waited 300 ms, 290 ms of it for the server/);
  });

  it('blames nobody where no round trip was seen, and measures nothing without an answer', async () => {
    const midway = conversation({ stepMs: 10 })
      .client(REQUEST + REST)
      .server(`${SWITCHING}Connection: Upgrade\r\n\r\n`);
    expect((await upgradeOf(midway)).upgrade!.timing).toMatchObject({ waitedMs: 10 });
    const alone = conversation()
      .handshake()
      .client(REQUEST + REST);
    expect((await upgradeOf(alone)).upgrade!.timing).toBeNull();
  });
});
