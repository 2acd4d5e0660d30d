/** The console's pure parts. */
import { describe, expect, it } from 'vitest';
import { summaryOf } from '@netsentinel/contracts/incident';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { duration, isoTime, relativeTime, size, visible, visibleLines, word } from './format.ts';
import { ownPath } from './own-path.ts';
import { sayAction, sayDecided } from './say-action.ts';
import { changed, changedInPlace, EMPTY, firstPage, nextPage, refreshed, rowsOf } from './queue.ts';
import { drawOf, TerminalFeed } from './terminal-feed.ts';
import { whyNoKeys } from './why-no-keys.ts';

describe('security keys', () => {
  const webAuthn = { parseCreationOptionsFromJSON: () => undefined };
  const why = (url: string, browser: object | undefined = webAuthn): string | undefined =>
    whyNoKeys(new URL(url), browser);

  it('are for names, and what to do is said elsewhere', () => {
    for (const url of [
      'https://console.example.org',
      'http://localhost:8088',
      'https://7seas:8443',
      'https://1.example',
    ])
      expect(why(url)).toBeUndefined();
    expect(why('http://127.0.0.1:8088')).toContain('Open the console as http://localhost:8088 to');
    expect(why('https://[::1]')).toContain('Open the console as https://localhost to');
    for (const url of ['https://192.0.2.7:8088', 'https://[2001:db8::1]:8088'])
      expect(why(url)).toContain('by its host name over HTTPS');
    expect(whyNoKeys(new URL('http://console.example.org'), undefined)).toContain('HTTPS');
    expect(why('https://console.example.org', {})).toContain('too old');
  });
});

describe('words', () => {
  it('make what is hidden visible', () => {
    expect(visible('a\u202eb\u0000\u001b[2J\n\u{e0041}\ud800é漢')).toBe(
      'a\\u{202e}b\\u{0}\\u{1b}[2J\\u{a}\\u{e0041}\\u{d800}é漢',
    );
    expect(visible('\u061c\u2028\u00ad\ufeff')).toBe('\\u{61c}\\u{2028}\\u{ad}\\u{feff}');
    expect(visibleLines('a\r\nb\tc\rd')).toBe('a\nb\tc\\u{d}d');
  });

  it('call what was done by its name', () => {
    expect(sayAction({ status: 'verified' })).toBe('Blocked, seen in the kernel');
    expect(sayAction({ status: 'reverted', measure: 'block' })).toBe('Taken back');
    expect(sayAction({ status: 'expired' })).toBe('Let back in: the time was up');
    expect(sayAction({ status: 'applied', measure: 'redirect' })).toBe('Redirected to a decoy');
    expect(sayAction({ status: 'simulated', measure: 'tarpit' })).toBe('Would be held in a tarpit (simulate mode)');
    expect(sayAction({ status: 'planned', measure: 'redirect' })).toBe('Redirect: being sent to the enforcer');
    expect(sayAction({ status: 'expired', measure: 'rate-limit' })).toBe('Rate limit ended: the time was up');
  });

  it('do not take what was approved for undecided where it failed at first', () => {
    expect(sayDecided('198.18.5.5', { status: 'failed', detail: 'nft is busy\u202e' })).toBe(
      '198.18.5.5 is approved, but failed: nft is busy\\u{202e}. A responder that was down makes it once it is back.',
    );
    expect(sayDecided('198.18.5.5', { status: 'applied', detail: 'x' })).toBeUndefined();
    expect(sayDecided('198.18.5.5', { status: 'refused' })).toBeUndefined();
  });

  it('bear any time', () => {
    expect(isoTime(0)).toBe('1970-01-01T00:00:00.000Z');
    for (const ms of [9e15, -9e15, Number.NaN]) expect(isoTime(ms)).toBe('');
    expect(relativeTime(1_000, 500)).toBe('just now');
    expect([30_000, 120_000, 7_200_000, 3 * 86_400_000].map((now) => relativeTime(0, now))).toEqual([
      '30 s ago',
      '2 min ago',
      '2 h ago',
      '3 d ago',
    ]);
    expect(relativeTime(0, 40 * 86_400_000)).toContain('1970');
    expect([0, 30, 61_000, 90_061_000].map(duration)).toEqual(['0 s', '< 1 s', '1 min 1 s', '1 d 1 h']);
    expect([size(0), size(999), size(48_213), size(5e12)]).toEqual(['0 B', '999 B', '48.2 kB', '5000 GB']);
  });

  it('never become a class or a way out', () => {
    expect(word('action door" x')).toBe('actiondoorx');
    for (const bad of [
      null,
      '',
      '//evil.example',
      'https://evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      '/a\n/b',
      `/${'x'.repeat(600)}`,
    ])
      expect(ownPath(bad)).toBe('/');
    expect(ownPath('/incident/?id=i1')).toBe('/incident/?id=i1');
  });
});

describe('the queue', () => {
  const one = (id: string, lastSeen: number, more = {}) => summaryOf(sampleIncident(id, lastSeen, more));
  const holds = (): boolean => true;

  it('puts pages and live changes together, newest activity first', () => {
    let queue = firstPage(EMPTY, { incidents: [one('b', 20), one('a', 10)], next: 'n1' });
    queue = nextPage(queue, { incidents: [one('c', 5)] });
    expect([rowsOf(queue, '').map((i) => i.id), queue.next]).toEqual([['b', 'a', 'c'], undefined]);
    queue = changed(queue, [one('c', 30, { version: 2 }), one('d', 25)], holds);
    expect(rowsOf(queue, '').map((i) => i.id)).toEqual(['c', 'd', 'b', 'a']);
    // An older version comes late: over a slow request.
    queue = nextPage(queue, { incidents: [one('c', 5)] });
    expect(queue.byId.get('c')!.lastSeen).toBe(30);
  });

  it('lets go what no longer belongs', () => {
    const open = (i: { status: string }): boolean => i.status === 'open';
    const queue = firstPage(EMPTY, { incidents: [one('a', 10, { status: 'open' })] });
    expect(changed(queue, [one('a', 11, { status: 'closed', version: 2 })], open).byId.size).toBe(0);
  });

  it('keeps further pages when the first is read again', () => {
    const first = { incidents: [one('b', 20)], next: 'n1' };
    const more = nextPage(firstPage(EMPTY, first), { incidents: [one('a', 10)], next: 'n2' });
    const again = refreshed(more, { incidents: [one('c', 30)], next: 'n0' });
    expect([[...again.byId.keys()], again.next]).toEqual([['b', 'a', 'c'], 'n2']);
    expect(refreshed(firstPage(EMPTY, first), { incidents: [one('c', 30)], next: 'n0' }).byId.size).toBe(1);
  });

  it('shows the rows that hold the words', () => {
    const queue = firstPage(EMPTY, { incidents: Array.from({ length: 400 }, (_, i) => one(`i${i}`, i, { score: 1 })) });
    expect(rowsOf(queue, '')).toHaveLength(400);
    const named = changed(queue, [one('x', 1, { title: 'Crypto MINER', addresses: ['198.51.100.4'] })], holds);
    expect(rowsOf(named, ' miner ').map((i) => i.id)).toEqual(['x']);
    expect(rowsOf(named, '198.51.100').map((i) => i.id)).toEqual(['x']);
  });

  it('keeps every row where it stands for who reads further down', () => {
    const queue = firstPage(EMPTY, { incidents: [one('b', 20), one('a', 10)] });
    const told = [one('a', 30, { version: 2, title: 'moved' }), one('new', 40)];
    const still = changedInPlace(queue, told);
    expect(still.rows.map(({ id, title }) => [id, title === 'moved'])).toEqual([
      ['b', false],
      ['a', true],
    ]);
    expect(changed(still, told, holds).rows.map(({ id }) => id)).toEqual(['new', 'a', 'b']);
    expect(changedInPlace(queue, [one('new', 40)])).toBe(queue);
  });

  it('stays in order however changes come', () => {
    let queue = EMPTY;
    let seed = 7;
    const next = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let version = 1; version <= 200; version++)
      queue = changed(
        queue,
        Array.from({ length: 1 + next(4) }, () => one(`i${next(40)}`, next(50), { version, score: next(3) })),
        ({ score }) => score > 0,
      );
    const sorted = [...queue.byId.values()].toSorted((a, b) => b.lastSeen - a.lastSeen || (a.id < b.id ? 1 : -1));
    expect(queue.rows.map(({ id }) => id)).toEqual(sorted.map(({ id }) => id));
    expect(queue.rows.length).toBeGreaterThan(10);
  });
});

describe('the terminal feed', () => {
  const piece = (offset: number, text: string) => ({ offset, end: offset + Buffer.byteLength(text), text });

  it('answers whole lines once, whatever overlaps or comes early', () => {
    const feed = new TerminalFeed();
    expect(feed.piece(piece(4, '€\nc'))).toEqual([]);
    expect(feed.piece(piece(9, '\nd\n'))).toEqual([]);
    expect(feed.start('a\nb', 3)).toBe('lost');
    feed.reset();
    feed.piece(piece(3, 'x€\nc'));
    feed.piece(piece(9, '\nd\n'));
    expect(feed.start('a\nbx', 4)).toEqual(['a', 'bx€', 'c', 'd']);
    expect(feed.piece(piece(9, '\nd\n'))).toEqual([]);
    expect(feed.piece(piece(12, 'e'))).toEqual([]);
    expect(feed.piece(piece(13, '\n'))).toEqual(['e']);
    expect(feed.piece(piece(99, 'z'))).toBe('lost');
  });

  it('does not keep early pieces without end', () => {
    const feed = new TerminalFeed();
    const answers = Array.from({ length: 1_001 }, (_, i) => feed.piece(piece(i, 'x')));
    expect([answers[999], answers[1_000]]).toEqual([[], 'lost']);
  });

  it('draws output and sizes only', () => {
    expect(drawOf('{"version":2,"width":100,"height":30}')).toEqual({ kind: 'reset', cols: 100, rows: 30 });
    expect(drawOf('{"width":1e9,"height":-5}')).toEqual({ kind: 'reset', cols: 500, rows: 1 });
    expect(drawOf('[1,"o","hi"]')).toEqual({ kind: 'output', text: 'hi' });
    expect(drawOf('[1,"r","120x40"]')).toEqual({ kind: 'resize', cols: 120, rows: 40 });
    for (const line of ['', '{', 'null', '7', '[1,"i","secret"]', '[1,"o",7]', '[1,"r","axb"]', '[]', '{"width":"80"}'])
      expect(drawOf(line)).toBeUndefined();
  });
});
