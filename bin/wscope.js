#!/usr/bin/env node
// Starts the built command, bundled: hundreds of modules take longer to find than to run. A fresh checkout has to be built first.
import { existsSync } from 'node:fs';

const built = new URL('../dist/bundle/main.js', import.meta.url);
if (existsSync(built)) {
  const { main } = await import(built.href);
  await main(process.argv.slice(2));
} else {
  process.stderr.write('wscope: not built yet: run `npm ci` in the checkout first\n');
  process.exitCode = 70;
}
