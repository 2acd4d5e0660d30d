/**
 * What every notifier keeps to, whatever it sends with: valid and invalid configuration, an answer whatever the other side does, nothing of a
 * hostile message that its medium would obey, and its limits kept.
 */
import type { Notification } from '@netsentinel/contracts/notification';
import type { NotifierDefinition } from '@netsentinel/contracts/notifier';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { describe, expect, it, onTestFinished } from 'vitest';

/** The other side: takes messages and keeps them as they came. */
export interface Receiver {
  /** Options that lead there. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Everything that came, one text a message; waits for the first. */
  readonly received: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

export interface NotifierWorld {
  receive(): Promise<Receiver>;
  /** A server that takes the connection and says nothing more. */
  silent(): Promise<Receiver>;
  /** Options that nobody could mean. */
  readonly wrong: readonly Readonly<Record<string, unknown>>[];
  /** Of one message as it came, bytes. */
  readonly maxBytes: number;
  /** True where nobody says whether a message came. */
  readonly isBlind?: boolean;
}

/** Markup, mentions, controls and breaks of every medium that we know. */
export const HOSTILE_TEXTS: readonly string[] = [
  '<script>alert(1)</script><img src=x onerror=alert(2)>',
  '<!channel> <!here> <@U123> <https://evil.example|click>',
  '@everyone @here <@&1> <@1>',
  '**bold** [click](https://evil.example) ~~x~~ `code` ||spoiler|| # head',
  '<at>everyone</at> {{DATE(2026-01-01)}} ${expr}',
  'a\r\nBcc: victim@example.com\r\n\r\nbody',
  '\u001b[2J\u001b]0;owned\u0007 \u202egnp.exe \u0000 \u009b31m',
  '"] [x@1 y="z"] <13>1 - - - - - forged\n<14>1 forged',
  '\ud800 lone \u{1f480} surrogate',
];

export function notificationFixture(changes: Partial<Notification> = {}): Notification {
  return {
    id: 'a1b2c3',
    kind: 'opened',
    severity: 'high',
    title: 'SSH break-in from 203.0.113.7, logged in as root',
    reason: 'New incident',
    at: Date.UTC(2026, 10, 21, 9, 30),
    incident: {
      id: 'inc-1',
      status: 'open',
      score: 81,
      firstSeen: Date.UTC(2026, 10, 21, 9, 0),
      lastSeen: Date.UTC(2026, 10, 21, 9, 29),
      url: 'https://console.example.com/incident/?id=inc-1',
    },
    who: ['203.0.113.7 (NL)'],
    tactics: [{ id: 'TA0006', name: 'Credential Access' }],
    techniques: [{ id: 'T1110.001', name: 'Password Guessing' }],
    story: ['Logged in as root', 'Ran: id'],
    targets: ['ssh-1 (SSH)'],
    response: ['Nothing was blocked'],
    next: ['Say that you have it: netsentinel notify ack inc-1'],
    ...changes,
  };
}

/** Everything that an attacker could have a word in, hostile and as long as it may be. */
export function hostileNotification(text: string): Notification {
  const long = (max: number): string => text.repeat(Math.ceil(max / text.length)).slice(0, max);
  return notificationFixture({
    title: long(512),
    reason: long(200),
    who: Array.from({ length: 8 }, () => long(300)),
    story: Array.from({ length: 12 }, () => long(300)),
    targets: Array.from({ length: 16 }, () => long(300)),
    response: Array.from({ length: 8 }, () => long(300)),
    next: Array.from({ length: 6 }, () => long(300)),
  });
}

export function notifierSuite(
  id: string,
  load: () => Promise<NotifierDefinition<unknown>>,
  makeWorld: () => Promise<NotifierWorld>,
): void {
  describe(`notifier: ${id}`, () => {
    const make = async (receiver: Receiver, changes: Readonly<Record<string, unknown>> = {}) => {
      onTestFinished(() => receiver.close());
      const definition = await load();
      const options = definition.config.parse({ ...receiver.options, ...changes });
      const notifier = definition.create({ name: 'test', clock: systemClock, log: silentLogger }, options);
      onTestFinished(() => notifier.close());
      return notifier;
    };

    it('is named as in the index, and says what it is', async () => {
      const definition = await load();
      expect(definition.id).toBe(id);
      expect(definition.summary.length).toBeGreaterThan(10);
      expect(typeof definition.follows).toBe('boolean');
    });

    it('takes what a user may mean, and refuses what nobody could', async () => {
      const world = await makeWorld();
      const { options, close } = await world.receive();
      await close();
      const { config } = await load();
      expect(config.safeParse(options).error?.issues).toBeUndefined();
      for (const wrong of [{}, { ...options, nonsense: 1 }, ...world.wrong.map((one) => ({ ...options, ...one }))])
        expect({ wrong, success: config.safeParse(wrong).success }).toEqual({ wrong, success: false });
    });

    it('sends a message with what a person needs, and a test message', async () => {
      const world = await makeWorld();
      const receiver = await world.receive();
      const notifier = await make(receiver);
      const outcome = await notifier.send(notificationFixture());
      expect(outcome).toMatchObject({ ok: true });
      const [message] = await receiver.received();
      for (const word of ['203.0.113.7', 'inc-1', 'T1110.001', 'Credential Access']) expect(message).toContain(word);
      const { incident: _, ...bare } = notificationFixture({
        kind: 'test',
        who: [],
        story: [],
        tactics: [],
        techniques: [],
      });
      expect(await notifier.send(bare)).toMatchObject({ ok: true });
    });

    it('keeps its limits whatever an attacker wrote, and lets no control through', async () => {
      const world = await makeWorld();
      const receiver = await world.receive();
      const notifier = await make(receiver);
      for (const text of HOSTILE_TEXTS)
        expect({ text, ...(await notifier.send(hostileNotification(text))) }).toMatchObject({ text, ok: true });
      const all = await receiver.received();
      expect(all.length).toBe(HOSTILE_TEXTS.length);
      for (const message of all) {
        expect(Buffer.byteLength(message)).toBeLessThanOrEqual(world.maxBytes);
        expect(message).not.toMatch(
          /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u0080-\u009f\u202a-\u202e\u2066-\u2069]/,
        );
      }
    });

    it('comes to an end when the other side says nothing, or is not there', async () => {
      const world = await makeWorld();
      if (world.isBlind === true) return;
      const silent = await world.silent();
      const notifier = await make(silent, { timeoutMs: 500 });
      expect(await notifier.send(notificationFixture())).toMatchObject({ ok: false, retry: true });
      await silent.close();
      expect(await notifier.send(notificationFixture())).toMatchObject({ ok: false, retry: true });
    });
  });
}
