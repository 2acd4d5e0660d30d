import { Honeytoken } from '@netsentinel/contracts/honeytoken';
import { ManualClock } from '@netsentinel/kernel/clock';
import { describe, expect, it } from 'vitest';
import { createPersona } from '../persona/persona.ts';
import { openMachine } from '../shell/machine.ts';
import { honeytokenSecrets, honeytokensOf, plantedPassword } from './draw-honeytokens.ts';
import { environmentText } from './environment.ts';
import { sharedSecret } from './share-files.ts';

const ROOT = { uid: 0, gid: 0, groups: [0] };

function persona(seed: number, name = 'debian-12-server') {
  return createPersona(Buffer.alloc(32, seed), name);
}

describe('honeytokens', () => {
  it('are what they say they are, each with an id of its own', () => {
    const tokens = honeytokensOf(persona(1), 'web');
    for (const token of tokens) expect(Honeytoken.safeParse(token).error).toBeUndefined();
    expect(new Set(tokens.map(({ id }) => id)).size).toBe(tokens.length);
    expect(tokens.find(({ kind }) => kind === 'aws-key')?.words[0]).toMatch(/^AKIA[A-Z2-7]{16}$/);
  });

  it('are the same for ever on one install, and share no word with another', () => {
    expect(honeytokensOf(persona(1), 'web')).toEqual(honeytokensOf(persona(1), 'web'));
    const words = new Set(honeytokensOf(persona(1), 'web').flatMap((token) => token.words));
    for (let seed = 2; seed < 40; seed++)
      for (const token of honeytokensOf(persona(seed), 'web'))
        expect(token.words.filter((word) => words.has(word))).toEqual([]);
  });

  it.each(['debian-12-server', 'ubuntu-22.04-web', 'debian-12-database', 'rocky-9-app', 'omv-7-nas'])(
    'lie on a %s where they are said to lie, word for word',
    (name) => {
      const machine = persona(3, name);
      const { fs } = openMachine(machine, new ManualClock(Date.UTC(2026, 10, 21)));
      for (const { kind, places, words } of honeytokensOf(machine, 'web')) {
        if (kind === 'row') continue;
        for (const place of places.filter((one) => one.startsWith('/'))) {
          const read = fs.read(place, ROOT);
          const text = read.ok ? Buffer.from(read.value).toString() : '';
          for (const word of words) expect(`${place}: ${text}`).toContain(word);
          const stat = fs.stat(place, ROOT);
          expect(stat.ok && stat.value.size).toBe(Buffer.byteLength(text));
          expect(stat.ok && stat.value.mtime * 1000).toBeGreaterThan(machine.installedAt);
        }
      }
      expect(fs.read('/root/.aws/credentials', { uid: 1000, gid: 1000, groups: [1000] }).ok).toBe(false);
    },
  );

  it('name rows where there is a database, and files of shares where there are shares', () => {
    const kinds = (name: string) => honeytokensOf(persona(4, name), 'x').map(({ kind }) => kind);
    expect(kinds('foscam-camera')).toEqual([]);
    expect(kinds('debian-12-server')).not.toContain('row');
    expect(kinds('debian-12-database')).toContain('row');
    expect(kinds('windows-2019-fileserver')).toEqual(['service-account']);
    const server = persona(4, 'windows-2019-fileserver');
    const [token] = honeytokensOf(server, 'x');
    expect(token!.places[0]).toContain(server.netbios.name);
    const text = server.shares.map(({ name }) => sharedSecret(server, name)?.text ?? '').join('');
    for (const word of token!.words) expect(text).toContain(word);
    expect(
      honeytokensOf(persona(4, 'omv-7-nas'), 'x').find(({ kind }) => kind === 'service-account')?.places,
    ).toHaveLength(2);
  });

  it('are of the services that the machine has, and let in there', () => {
    const web = persona(5, 'ubuntu-22.04-web');
    const { database } = honeytokenSecrets(web);
    expect(database).toMatchObject({ host: '127.0.0.1', port: 3306, user: 'wp_user', name: 'wordpress' });
    expect(plantedPassword(web, 'mysql', 'wp_user')).toBe(database.password);
    expect(plantedPassword(web, 'machine', 'wp_user')).toBeUndefined();
    expect(honeytokenSecrets(persona(5, 'rocky-9-app')).database).toMatchObject({ engine: 'postgresql', port: 5432 });
    const bare = persona(5);
    expect(honeytokenSecrets(bare).database.host).toMatch(new RegExp(`\\.${bare.domain}$`));
    expect(plantedPassword(bare, 'mysql', honeytokenSecrets(bare).database.user)).toBeUndefined();
    expect(environmentText(bare)).not.toContain('REDIS');
  });
});
