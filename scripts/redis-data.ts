/**
 * Makes what the Redis decoy knows of its commands and settings from a real `redis-server` (Debian's, with Debian's configuration file): the table
 * of commands, their documentation, the help of each container, the commands of each ACL category, and the settings with their values. Run by
 * hand when the decoy should follow a new release:
 *
 *   node scripts/redis-data.ts /etc/redis/redis.conf
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, constants } from 'node:zlib';
import { itemsOf } from '../decoys/redis/command-table.ts';
import { readReply } from '../decoys/redis/resp/reply-reader.ts';
import { MapReply, type Status, type Reply } from '../decoys/redis/resp/reply.ts';

const PORT = 26_399;
const TARGET = join(import.meta.dirname, '../decoys/redis/data/redis-7.0.15.resp.br');
const folder = mkdtempSync(join(tmpdir(), 'redis-data-'));
const args = [process.argv[2] ?? '/etc/redis/redis.conf', '--port', String(PORT), '--dir', folder];
args.push(
  '--logfile',
  join(folder, 'log'),
  '--daemonize',
  'no',
  '--supervised',
  'no',
  '--pidfile',
  join(folder, 'pid'),
);
const server = spawn('redis-server', args, { stdio: 'ignore' });
await sleep(1500);

const raw = async (...words: string[]): Promise<string> => {
  const socket = connect(PORT, '127.0.0.1');
  socket.write(`HELLO 3\r\n${words.join(' ')}\r\n`);
  let text = '';
  for await (const chunk of socket) {
    text += (chunk as Buffer).toString('latin1');
    const hello = readReply(text);
    const answer = hello === undefined ? undefined : readReply(text, hello.end);
    if (hello === undefined || answer === undefined) continue;
    socket.destroy();
    return text.slice(hello.end, answer.end);
  }
  throw new Error(`no answer to ${words.join(' ')}`);
};
const ask = async (...words: string[]): Promise<Reply> => readReply(await raw(...words))!.reply;
const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;

const table = (await ask('COMMAND')) as readonly (readonly Reply[])[];
const containers = table.filter((entry) => itemsOf(entry[9]).length > 0).map((entry) => entry[0] as string);
let help = '';
let helps = 0;
for (const name of containers) {
  const lines = await ask(name, 'HELP');
  if (!Array.isArray(lines)) continue;
  helps++;
  help += bulk(name) + bulk(lines.map((line) => (line as Status).text).join('\n'));
}
const categories = (await ask('ACL', 'CAT')) as readonly string[];
let acl = '';
for (const name of categories)
  acl += bulk(name) + bulk(((await ask('ACL', 'CAT', name)) as readonly string[]).join(' '));
const settings = await ask('CONFIG', 'GET', '*');
if (!(settings instanceof MapReply)) throw new Error('CONFIG GET did not answer a map');
let config = '';
for (const [name, value] of settings.pairs) config += bulk(name as string) + bulk(value as string);

const parts = [await raw('COMMAND'), await raw('COMMAND', 'DOCS')];
parts.push(`%${helps}\r\n${help}`, `%${categories.length}\r\n${acl}`, `%${settings.pairs.length}\r\n${config}`);
const packed = brotliCompressSync(Buffer.from(parts.join(''), 'latin1'), {
  params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 },
});
writeFileSync(TARGET, packed);
console.log(`${packed.length} bytes`);
server.kill();
await once(server, 'exit');
rmSync(folder, { recursive: true });
