/**
 * A server that does not speak version 13: its refusal lists the versions it does speak, and 13 is not among them
 * (RFC 6455 4.2.2, 4.4).
 */
import { headerElements } from '../../../http/header-fields.js';
import { evidence } from '../../evidence.js';
import { header } from '../../measures/headers.js';
import { answerData, refusal } from '../../measures/upgrade-attempt.js';
import { list, text } from '../../measures/values.js';
import { defineRule } from '../../rule.js';

export const unsupportedVersion = defineRule({
  meta: {
    id: 'upgrade/unsupported-version',
    title: 'WebSocket version not supported',
    severity: 'error',
    causes: ['upgrade-version-unsupported'],
    needs: ['upgrade'],
    reference: ['RFC 6455 4.2.2', 'RFC 6455 4.4'],
    messages: {
      lists:
        'The client asks for WebSocket version {version}; the server answered {status}{reason} and lists {supported}.',
    },
    notes: { request: 'upgrade request', response: 'answer that lists other versions' },
    remedies: {
      server: 'Update the server: version 13 is the one of RFC 6455 (2011), older numbers are drafts.',
    },
  },
  *check(session) {
    const answer = refusal(session);
    if (answer?.request === undefined) return;
    const { request, response } = answer;
    const version = header(request, 'Sec-WebSocket-Version');
    const supported = headerElements(response.headers, 'Sec-WebSocket-Version');
    if (version !== '13' || supported.length === 0 || supported.includes('13')) return;
    if (response.status !== 400 && response.status !== 426) return;
    yield {
      message: 'lists',
      cause: 'upgrade-version-unsupported',
      data: { ...answerData(response), version: text(version), supported: list(supported) },
      evidence: evidence([request.span, 'request'], [response.span, 'response']),
      struckAt: response.span.first.at,
      confidence: 'proven',
      remedies: ['server'],
    };
  },
});
