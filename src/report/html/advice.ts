/** A text of advice with its commands as code, to be copied as they are. */
import { commandsIn } from '../commands-in-text.js';
import { type Html, html } from './html.js';

export const advice = (text: string): Html =>
  html`${commandsIn(text).map((piece) => (piece.isCommand ? html`<code>${piece.text}</code>` : piece.text))}`;
