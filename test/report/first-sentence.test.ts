import { describe, expect, it } from 'vitest';
import { firstSentence } from '../../src/report/verdict-text.js';

describe('the first sentence of a text', () => {
  it.each([
    ['It ended after 60.0 s at nginx/1.22.1. Nothing came.', 'It ended after 60.0 s at nginx/1.22.1.'],
    ['It said “Closed. Try again. Bye” and left. Nothing came.', 'It said “Closed. Try again. Bye” and left.'],
    ['它结束了。没有更多。', '它结束了。'],
    ['No stop', 'No stop'],
    ['It said “Never. Ends. And', 'It said “Never. Ends. And'],
  ])('ends where it ends, and not inside of what a peer said: %s', (text, sentence) => {
    expect(firstSentence(text)).toBe(sentence);
  });
});
