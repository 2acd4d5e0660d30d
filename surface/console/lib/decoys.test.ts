import { describe, expect, it } from 'vitest';
import { chosenAttackers, ANY_ATTACKER, listsOf, networkOf, type ListedAttacker } from './attackers.ts';
import { faultsOf, fieldsOf, groupOf, meaningOf, type Schema } from './decoy-form.ts';
import { changedText, standingOf } from './decoy-yaml.ts';
import { countsOver, intervalsOf, machinesOf, stateOf, type Decoy } from './decoys.ts';

const decoy = (id: string, port: number, persona: string): Decoy => ({
  id,
  type: 'ssh',
  transport: 'tcp',
  address: '0.0.0.0',
  port,
  persona,
  stopped: false,
  host: '',
  service: 'ssh',
  product: '',
  version: '',
  listening: true,
  healthy: true,
  connections: 0,
});

describe('decoys', () => {
  it('that a person stopped do not fail, and those that do not listen do', () => {
    expect(stateOf({ ...decoy('a', 1, 'p'), stopped: true, healthy: false, listening: false })).toBe('stopped');
    expect(stateOf({ ...decoy('a', 1, 'p'), listening: false })).toBe('failing');
    expect(stateOf(decoy('a', 1, 'p'))).toBe('running');
  });

  it('of one persona are one machine, their services by port', () => {
    const machines = machinesOf([
      decoy('b', 80, 'web'),
      decoy('c', 22, 'db'),
      { ...decoy('a', 22, 'web'), host: 'w1' },
    ]);
    expect(machines.map(({ persona, host, decoys }) => [persona, host, decoys.map(({ id }) => id)])).toEqual([
      ['db', '', ['c']],
      ['web', 'w1', ['a', 'b']],
    ]);
  });

  it('are counted in each interval of a time, those without a visit too', () => {
    const { times } = intervalsOf('1h', 3_600_000 * 10 + 30_000);
    expect([times.length, times.at(-1)]).toEqual([60, 36_000_000]);
    const counts = countsOver({ groups: [{ keys: ['ssh', 36_000_000], count: 4 }] }, times);
    expect(counts.get('ssh')?.slice(-2)).toEqual([0, 4]);
  });
});

const SCHEMA: Schema = {
  type: 'object',
  required: ['id', 'port'],
  properties: {
    type: { type: 'string', const: 'ssh' },
    port: { type: 'integer', minimum: 1, maximum: 65_535 },
    options: {
      type: 'object',
      default: {},
      properties: {
        deny: { type: 'array', items: { type: 'string' }, default: ['root'] },
        any: { type: 'boolean', default: false },
        tls: { type: 'string', enum: ['off', 'on'], default: 'off' },
        odd: {},
      },
    },
  },
};

describe('the form of a decoy', () => {
  const fields = fieldsOf(groupOf(SCHEMA, { port: 22, options: { tls: 'on' } }));

  it('has an editor for each setting, with what is written or the default', () => {
    expect(fields.map(({ key, editor, draft }) => [key, editor, draft])).toEqual([
      ['port', 'number', '22'],
      ['options.deny', 'lines', 'root'],
      ['options.any', 'switch', false],
      ['options.tls', 'choice', 'on'],
      ['options.odd', 'json', ''],
    ]);
  });

  it('means what was typed, or says that it means nothing', () => {
    const [port, deny, , , odd] = fields;
    expect(meaningOf(port, '2x')).toEqual({ error: 'number' });
    expect(meaningOf(port, '23')).toEqual({ value: 23 });
    expect(meaningOf(deny, ' a \n\nb')).toEqual({ value: ['a', 'b'] });
    expect(meaningOf(odd, '{')).toEqual({ error: 'json' });
    expect(meaningOf(odd, '')).toEqual({});
  });

  it('says what the server found wrong at the field, whatever else it found', () => {
    const { byField, others } = faultsOf(
      'n.yaml:3:5: decoys.1.options.deny.0: Too small\nn.yaml:1:1: decoys.0.port: Too big\nno',
      1,
      fields.map(({ key }) => key),
    );
    expect([...byField]).toEqual([['options.deny', 'Too small']]);
    expect(others).toEqual(['n.yaml:1:1: decoys.0.port: Too big', 'no']);
  });
});

describe('the text of the configuration', () => {
  it('is changed where the decoy stands, and keeps its comments and hidden secrets', () => {
    const text =
      '# ours\ndecoys:\n  - { id: a, type: ftp, port: 21 }\n  # the door\n  - id: b\n    type: ssh\n    port: 22\nalert: { value: "***1" }\n';
    expect(standingOf(text, 'b', [])?.index).toBe(1);
    const changed = changedText(
      text,
      1,
      [
        { path: ['options', 'credentials', 'any'], value: true },
        { path: ['port'], value: 2222 },
      ],
      [],
    );
    expect(changed).toContain('# ours');
    expect(changed).toContain('# the door');
    expect(changed).toContain('"***1"');
    expect(standingOf(changed, 'b', [])?.entry).toEqual({
      id: 'b',
      type: 'ssh',
      port: 2222,
      options: { credentials: { any: true } },
    });
  });

  it('gets the decoys that nobody has written, and knows those of whole machines as no entries', () => {
    const unwritten = [{ id: 'ssh-1', type: 'ssh', port: 2222 }];
    const changed = changedText('data: ./d\n', 0, [{ path: ['port'], value: 22 }], unwritten);
    expect(standingOf(changed, 'ssh-1', [])?.entry).toMatchObject({ type: 'ssh', port: 22 });
    expect(standingOf('personas: [{ id: m }]\n', 'm-ssh', unwritten)).toBeUndefined();
  });
});

describe('attackers', () => {
  const one = (actor: string, change: Partial<ListedAttacker> = {}): ListedAttacker => ({
    actor,
    lastSeen: 0,
    score: 50,
    incidents: 1,
    open: 0,
    isHeld: false,
    latest: { title: 'Guessed', techniques: ['T1110'] } as never,
    ...change,
  });
  const all = [
    one('192.0.2.1', { country: 'NL', open: 1 }),
    one('192.0.2.2', { isHeld: true, incidents: 3, score: 90 }),
  ];

  it.each([
    [{ text: 'netherlands guessed' }, ['192.0.2.1']],
    [{ country: '?' }, ['192.0.2.2']],
    [{ held: 'yes' }, ['192.0.2.2']],
    [{ open: 'open' }, ['192.0.2.1']],
    [{ score: '70' }, ['192.0.2.2']],
    [{ order: 'incidents' }, ['192.0.2.2', '192.0.2.1']],
    [{ scanner: 'only' }, []],
  ])('are found by %j', (filters, found) => {
    expect(chosenAttackers(all, { ...ANY_ATTACKER, ...filters }).map(({ actor }) => actor)).toEqual(found);
  });

  it('are asked about in conditions that are short enough', () => {
    const lists = listsOf(Array.from({ length: 200 }, (_, n) => `2001:db8:ffff:${n}::/64`));
    expect(lists.flat()).toHaveLength(200);
    expect(Math.max(...lists.map((list) => JSON.stringify(list).length))).toBeLessThan(1_000);
  });

  it('have neighbours where they are IPv4 addresses', () => {
    expect(networkOf('192.0.2.77')).toBe('192.0.2.0/24');
    expect(networkOf('2001:db8::/64')).toBeUndefined();
  });
});
