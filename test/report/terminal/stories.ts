/** Reports that show most of what the terminal can show. */
import type { Report } from '../../../src/report/report.js';
import { aSession } from '../../wire/session-builder.js';
import { aReport, failing, well } from '../sample-report.js';

export const incident = (): Report =>
  aReport([
    failing(
      aSession(1)
        .between('10.0.0.5:53122', '203.0.113.9:443')
        .handshake(20.1)
        .clientHello('chat.example.com')
        .serverHello(0x0303, 0xc02f)
        .certificate()
        .alert('client', 'certificate_expired', 45)
        .fin('client')
        .unseen('upgrade', 'frames', 'payloads')
        .build(),
      {
        cause: 'tls-certificate-expired',
        stage: 'tls',
        message: 'The certificate expired 3 days before.',
        title: 'The certificate has expired',
      },
    ),
    failing(
      aSession(2)
        .between('10.0.0.5:53130', '[2001:db8::7]:80')
        .near('client')
        .startingAt(41, 400)
        .handshake(20.1)
        .request('/live?token=abc')
        .wait(40)
        .response()
        .message('client', 120)
        .message('server', 1400)
        .message('client', 120)
        .message('server', 1400)
        .retransmission('server', 'fast')
        .message('server', 900)
        .wait(60_000)
        .fin('server')
        .build(),
      {
        cause: 'ws-idle-timeout',
        stage: 'open',
        message:
          'Nothing was said for {silence}, then the server ended the connection without a Close frame. Many proxies have a timer of 60 s.',
        data: { silence: { type: 'duration', ns: 60e9 } },
        title: 'Ended after a silence',
      },
    ),
    well(
      aSession(3)
        .startingAt(60, 500)
        .handshake()
        .request('/live')
        .response()
        .message('client', 5)
        .close('client', 1000, 'bye')
        .close('server', 1000)
        .fin('server')
        .build(),
    ),
    well(
      aSession(4)
        .startingAt(90, 900)
        .host('聊天.example')
        .handshake()
        .request('/房间')
        .response()
        .message('server', 5)
        .build(),
      'open',
    ),
  ]);
