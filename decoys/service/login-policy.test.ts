import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { LoginMemory, LoginPolicy } from './login-policy.ts';
import { serviceFields } from './service.config.ts';

function policy(credentials: object, memory = new Map<string, Uint8Array>(), seed = 1) {
  return new LoginPolicy({
    config: z.object(serviceFields).parse({ credentials }).credentials,
    memory: new LoginMemory({
      seed: Buffer.alloc(32, seed),
      memory: {
        recall: (key) => Promise.resolve(memory.get(key)),
        remember: (key, value) => {
          memory.set(key, value);
          return true;
        },
      },
      name: 'm',
    }),
    isUser: (name) => name === 'root' || name === 'deploy',
  });
}

/** At which try an attacker gets in with guesses that are on no list. */
function triesOf(checked: LoginPolicy, actor: string): number {
  for (let count = 1; count <= 10; count++) if (checked.check(actor, 'root', `guess-${count}`)) return count;
  return 0;
}

describe('LoginPolicy', () => {
  it('lets each attacker in at a try of their own, from the second to the fourth, the same after a restart', () => {
    const actors = Array.from({ length: 60 }, (_, i) => `192.0.2.${i}`);
    const tries = actors.map((actor) => triesOf(policy({ weakPairs: false }), actor));
    expect(new Set(tries)).toEqual(new Set([2, 3, 4]));
    expect(actors.map((actor) => triesOf(policy({ weakPairs: false }), actor))).toEqual(tries);
    expect(actors.map((actor) => triesOf(policy({ weakPairs: false }, new Map(), 2), actor))).not.toEqual(tries);
  });

  it('has one weak password for each user of each attacker', () => {
    const words = ['123456', 'password', 'admin', '12345', 'admin123', '1234', 'root', 'qwerty', 'test', 'P@ssw0rd'];
    const hits = words.filter((word) => policy({ anyAfterTries: false }).check('192.0.2.1', 'root', word));
    expect(hits).toHaveLength(1);
  });

  it('always takes configured pairs, also beside a remembered one, and never denied users', () => {
    const checked = policy({ accept: [{ user: 'ghost', password: 'x' }], any: true, denyUsers: ['deploy'] });
    expect(checked.check('a', 'root', 'anything')).toBe(true);
    expect(checked.check('a', 'root', 'other')).toBe(false);
    expect(checked.check('a', 'ghost', 'x')).toBe(true);
    expect(checked.check('b', 'deploy', 'x')).toBe(false);
    expect(checked.check('b', 'nobody-here', 'x')).toBe(false);
    expect(checked.check('b', 'root', '')).toBe(false);
  });

  it('forgets when told to', () => {
    const memory = new Map<string, Uint8Array>();
    const checked = policy({ any: true, remember: false }, memory);
    expect([checked.check('a', 'root', 'x'), checked.check('a', 'root', 'y')]).toEqual([true, true]);
    expect(memory.size).toBe(0);
  });

  it('starts anew where what it remembers is damaged', async () => {
    for (const text of ['', '{', '[]', '{"tries":-1}', '{"tries":1,"more":2}']) {
      const memory = new Map([['logins/m/machine/a', new Uint8Array(Buffer.from(text))]]);
      const checked = policy({ weakPairs: false, anyAfterTries: 2 }, memory);
      await checked.prepare('a');
      expect(triesOf(checked, 'a')).toBe(2);
    }
  });

  it('goes on counting where it stopped', async () => {
    const memory = new Map<string, Uint8Array>();
    policy({ weakPairs: false, anyAfterTries: 2 }, memory).check('a', 'root', 'one');
    const later = policy({ weakPairs: false, anyAfterTries: 2 }, memory);
    await later.prepare('a');
    expect(later.check('a', 'root', 'two')).toBe(true);
  });

  it('judges answers to challenges by the passwords that it would take', () => {
    const accept = [{ user: 'root', password: 'right' }];
    const checked = policy({ accept, anyAfterTries: false, weakPairs: false });
    const answer = (password: string) => (candidate: string) => candidate === password;
    expect(checked.checkProof('a', 'root', answer('right'))).toEqual({ accepted: true, password: 'right' });
    expect(checked.checkProof('b', 'root', answer('wrong'))).toEqual({ accepted: false });
    // Whoever cannot go on without the password is let in only where it can be found out.
    const soft = policy({ anyAfterTries: 1, weakPairs: false });
    expect(soft.checkProof('a', 'root', answer('nobody tries this'))).toEqual({ accepted: false });
    expect(soft.checkProof('a', 'root', answer('123456'))).toEqual({ accepted: true, password: '123456' });
    expect(soft.checkProof('b', 'root', answer('nobody tries this'), { blindly: true })).toEqual({ accepted: true });
    // What was let in blindly is let in again, by an answer or by whatever password is said.
    expect(soft.checkProof('b', 'root', answer('another'), { blindly: true })).toEqual({ accepted: true });
    expect(soft.checkProof('b', 'deploy', answer('123456'), { blindly: true })).toEqual({ accepted: false });
  });

  it('keeps accounts of the system and of what runs on it apart', () => {
    const system = policy({ any: true });
    const database = system.realm('mysql', (name) => name === 'sa');
    expect(system.check('a', 'root', 'x')).toBe(true);
    expect(database.check('a', 'root', 'x')).toBe(false);
    expect(database.check('a', 'sa', 'y')).toBe(true);
    expect(system.check('a', 'root', 'x')).toBe(true);
  });

  it('takes no name and no password beyond bounds', () => {
    const checked = policy({ any: true });
    expect(checked.check('a', 'root', 'x'.repeat(2000))).toBe(false);
    expect(checked.check('a', 'x'.repeat(2000), 'x')).toBe(false);
  });
});
