import { describe, expect, it } from 'vitest';
import { fillTemplate } from '../../src/report/wording.js';

describe('a filled template', () => {
  it.each([
    { template: '它：{proxy} 结束了两段', proxy: 'nginx', text: '它：nginx 结束了两段' },
    { template: '它：{proxy} 结束了两段', proxy: '该代理', text: '它：该代理结束了两段' },
    { template: '在 {proxy} 的两侧', proxy: '该代理', text: '在该代理的两侧' },
    { template: 'of {proxy} and {other}', proxy: '聊天', text: 'of 聊天 and (no other)' },
  ])('sets Latin words apart, not Chinese ones: $text', ({ template, proxy, text }) => {
    expect(fillTemplate(template, { proxy })).toBe(text);
  });
});
