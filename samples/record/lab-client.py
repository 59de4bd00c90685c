"""A WebSocket client of the recorders (python3-websockets): opens, sends three messages, closes with 1000.

Unlike Node, Python's TLS verifies the certificate inside the handshake and says with an alert what it dislikes.
Prints what it counted, or why it could not, as one JSON object.
"""
import argparse
import asyncio
import json
import ssl

import websockets

VERSIONS = {'TLSv1.2': ssl.TLSVersion.TLSv1_2, 'TLSv1.3': ssl.TLSVersion.TLSv1_3}


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('url')
    parser.add_argument('--ca', help='file with the trusted certificates')
    parser.add_argument('--cert', help='file with the client certificate and its key')
    parser.add_argument('--min', choices=VERSIONS)
    parser.add_argument('--max', choices=VERSIONS)
    parser.add_argument('--alpn', help='protocols to offer, comma between them')
    parser.add_argument('--ciphers', help='OpenSSL cipher list, TLS 1.2 and below')
    parser.add_argument('--keylog', help='where the TLS secrets go')
    parser.add_argument('--timeout', type=float, default=10, help='seconds for the opening handshake')
    return parser.parse_args()


def tls_context(options):
    """What the options say about TLS, or None for ws:."""
    if not options.url.startswith('wss:'):
        return None
    context = ssl.create_default_context(cafile=options.ca)
    if options.min:
        context.minimum_version = VERSIONS[options.min]
    if options.max:
        context.maximum_version = VERSIONS[options.max]
    if options.alpn:
        context.set_alpn_protocols(options.alpn.split(','))
    if options.ciphers:
        context.set_ciphers(options.ciphers)
    if options.cert:
        context.load_cert_chain(options.cert)
    if options.keylog:
        context.keylog_filename = options.keylog
    return context


async def talk(options):
    """One session; the counts of this side."""
    count = {'sent': 0, 'sentBytes': 0, 'received': 0, 'receivedBytes': 0, 'close': None, 'error': None}
    tls = {'ssl': tls_context(options)} if options.url.startswith('wss:') else {}
    try:
        async with websockets.connect(options.url, open_timeout=options.timeout, compression=None, **tls) as ws:
            for number in range(1, 4):
                text = f'message {number} from python'
                await ws.send(text)
                answer = await ws.recv()
                count['sent'] += 1
                count['sentBytes'] += len(text)
                count['received'] += 1
                count['receivedBytes'] += len(answer)
            await ws.close(1000, 'done')
            count['close'] = {'code': ws.close_code, 'reason': ws.close_reason}
    except (OSError, asyncio.TimeoutError, websockets.WebSocketException) as error:
        count['error'] = getattr(error, 'verify_message', None) or getattr(error, 'reason', None) or str(error) or type(error).__name__
    return count


print(json.dumps(asyncio.run(talk(read_options()))))
