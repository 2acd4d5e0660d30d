/** Starts the command line on the pinned Node, setting the clone up first where that is still to be done. Plain JavaScript: see setup.mjs. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedNode, setUp } from './setup.mjs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`netsentinel: needs Node 20.19 or newer to set itself up, this is ${process.versions.node}\n`);
  process.exit(1);
}
const home = join(dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2);
// Only what serves the console needs it built; help and the rest shall answer at once.
const wantsConsole = args[0] === 'up' && !args.includes('--help');
try {
  await setUp({ console: wantsConsole });
  const child = spawn(
    pinnedNode(),
    [
      '--enable-source-maps',
      '--disable-warning=ExperimentalWarning',
      join(home, 'apps', 'netsentinel', 'main.ts'),
      ...args,
    ],
    { stdio: 'inherit' },
  );
  // The terminal's ^C reaches the child by itself; what others send to us is passed on.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) =>
    process.exit(signal === null ? (code ?? 1) : 128 + (signal === 'SIGINT' ? 2 : 15)),
  );
} catch (error) {
  process.stderr.write(`netsentinel: ${error.message}\n`);
  process.exit(1);
}
