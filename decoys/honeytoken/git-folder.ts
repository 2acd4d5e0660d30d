/** The repository that somebody forgot in the web root: one commit, with the application's settings in it. */
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { Persona } from '../persona/persona.types.ts';
import { environmentText } from './environment.ts';

/** Paths from the web root, and contents. As `git clone` over plain HTTP and the dumpers of attackers read it: loose objects, and no listing. */
export function gitFolder(persona: Persona): ReadonlyMap<string, Buffer> {
  const tree = { 'config.env': environmentText(persona), 'README.md': `# ${persona.organization.short}\n` };
  const files = new Map<string, Buffer>();
  const store = (kind: string, content: Buffer): Buffer => {
    const object = Buffer.concat([Buffer.from(`${kind} ${content.length}\0`), content]);
    const hash = createHash('sha1').update(object).digest();
    const hex = hash.toString('hex');
    files.set(`/.git/objects/${hex.slice(0, 2)}/${hex.slice(2)}`, deflateSync(object));
    return hash;
  };
  const entries = Object.entries(tree)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => ({ name, hash: store('blob', Buffer.from(text)), size: Buffer.byteLength(text) }));
  const root = store(
    'tree',
    Buffer.concat(entries.flatMap(({ name, hash }) => [Buffer.from(`100644 ${name}\0`), hash])),
  );
  const when = Math.floor(persona.installedAt / 1000) + 700_000;
  const user = persona.users.find(({ login, uid }) => login && uid >= 1000)?.name ?? 'root';
  const author = `${user} <${user}@${persona.domain}> ${when} +0000`;
  const commit = store(
    'commit',
    Buffer.from(`tree ${root.toString('hex')}\nauthor ${author}\ncommitter ${author}\n\nInitial import\n`),
  ).toString('hex');
  const put = (path: string, text: string) => files.set(`/.git/${path}`, Buffer.from(text));
  put('HEAD', 'ref: refs/heads/master\n');
  put('refs/heads/master', `${commit}\n`);
  put('logs/HEAD', `${'0'.repeat(40)} ${commit} ${author}\tcommit (initial): Initial import\n`);
  put('info/refs', `${commit}\trefs/heads/master\n`);
  put('description', "Unnamed repository; edit this file 'description' to name the repository.\n");
  put(
    'config',
    `[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n[remote "origin"]\n\turl = git@git.${persona.domain}:${persona.organization.short}/site.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n`,
  );
  put('COMMIT_EDITMSG', 'Initial import\n');
  put('objects/info/packs', '\n');
  files.set('/.git/index', gitIndex(entries, when));
  return files;
}

/** Version 2 of the index (gitformat-index). */
function gitIndex(
  entries: readonly { readonly name: string; readonly hash: Buffer; readonly size: number }[],
  when: number,
): Buffer {
  const head = Buffer.from('DIRC\0\0\0\x02\0\0\0\0', 'latin1');
  head.writeUInt32BE(entries.length, 8);
  const parts = [head];
  for (const { name, hash, size } of entries) {
    const fixed = Buffer.alloc(62);
    [when, 0, when, 0, 0xfd00, 131_800, 0o100644, 0, 0, size].forEach((value, i) => fixed.writeUInt32BE(value, i * 4));
    hash.copy(fixed, 40);
    fixed.writeUInt16BE(name.length, 60);
    const length = 62 + name.length;
    parts.push(fixed, Buffer.from(name), Buffer.alloc(8 - (length % 8)));
  }
  const body = Buffer.concat(parts);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}
