import { describe, expect, it } from 'vitest';
import { summaryOf } from '@netsentinel/contracts/incident';
import { sampleBlock, sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { EMPTY, MAX_ROWS, released, told, type News } from './live-stream.ts';

const visit = (n: number): News => ({
  kind: 'session',
  body: { id: `s${n}`, what: 'begun', at: n, decoy: 'ssh', type: 'ssh' },
});
const incident = (change: Parameters<typeof sampleIncident>[2] = {}): News => ({
  kind: 'incident',
  body: summaryOf(sampleIncident('i', 1, change)),
});
const sampled = (count: number, room = 'sessions'): News => ({
  kind: 'gap',
  body: { id: 'x', at: 1, why: 'sampled', count, rooms: [room] },
});
const many = (n: number, from = 0): News[] => Array.from({ length: n }, (_, i) => visit(from + i));
const ids = (rows: readonly News[]): string[] => rows.map(({ body }) => body.id);

describe('the stream', () => {
  it('has what came last first', () => {
    expect(ids(told(EMPTY, many(3), false).rows)).toEqual(['s2', 's1', 's0']);
  });
  it('changes an incident in place while it goes on, and tells anew what has become of it', () => {
    let stream = told(EMPTY, [incident({ status: 'open', score: 10 }), visit(1)], false);
    stream = told(stream, [incident({ status: 'open', score: 20 })], false);
    expect(stream.rows.map(({ kind }) => kind)).toEqual(['session', 'incident']);
    expect(stream.rows[1]).toMatchObject({ body: { score: 20 } });
    stream = told(stream, [incident({ status: 'contained' }), incident({ status: 'open' })], false);
    expect(stream.rows.map(({ kind }) => kind)).toEqual(['incident', 'incident', 'session', 'incident']);
    expect(new Set(stream.rows.map(({ n }) => n)).size).toBe(4);
  });
  it('tells each state of an action once', () => {
    const action = (status: 'applied' | 'verified'): News => ({
      kind: 'action',
      body: sampleBlock('a', sampleIncident('i', 1), 1, { status }),
    });
    const { rows } = told(EMPTY, [action('applied'), action('applied'), action('verified')], false);
    expect(rows.map(({ body }) => body)).toMatchObject([{ status: 'verified' }, { status: 'applied' }]);
  });
  it('stays bounded', () => {
    const { rows, lost } = told(EMPTY, many(MAX_ROWS + 5), false);
    expect(rows).toHaveLength(MAX_ROWS);
    expect(rows[0]).toMatchObject({ body: { id: `s${MAX_ROWS + 4}` } });
    expect(lost).toBe(0);
  });
  it('adds up what was not sent until something comes between', () => {
    const { rows } = told(EMPTY, [sampled(3), sampled(4, 'anomalies'), visit(1), sampled(5)], false);
    expect(rows.map(({ body }) => body)).toMatchObject([{ count: 5 }, { id: 's1' }, { count: 7 }]);
    expect(rows[2]).toMatchObject({ body: { rooms: ['sessions', 'anomalies'] } });
  });
});

describe('a held stream', () => {
  it('keeps all that comes, and has it on top once it goes on', () => {
    let stream = told(EMPTY, many(2), false);
    stream = told(stream, many(3, 10), true);
    expect(ids(stream.rows)).toEqual(['s1', 's0']);
    expect(stream.waiting).toHaveLength(3);
    stream = released(stream, 1);
    expect(ids(stream.rows)).toEqual(['s12', 's11', 's10', 's1', 's0']);
    expect(stream.waiting).toEqual([]);
  });
  it('still changes what is shown in place, unless something newer of it waits', () => {
    let stream = told(EMPTY, [incident({ status: 'open', score: 1 })], false);
    stream = told(stream, [incident({ status: 'open', score: 2 })], true);
    expect(stream.rows[0]).toMatchObject({ body: { score: 2 } });
    stream = told(stream, [incident({ status: 'contained' }), incident({ status: 'open', score: 3 })], true);
    expect(stream.rows[0]).toMatchObject({ body: { score: 2 } });
    expect(stream.waiting).toHaveLength(2);
  });
  it('says how much of what waited was not kept', () => {
    let stream = told(told(EMPTY, many(1), false), many(MAX_ROWS + 7, 10), true);
    expect(stream.waiting).toHaveLength(MAX_ROWS);
    stream = told(stream, many(3, 50_000), true);
    expect(stream.lost).toBe(10);
    stream = released(stream, 5);
    expect(stream.rows).toHaveLength(MAX_ROWS);
    expect(stream.rows.at(-1)).toMatchObject({ kind: 'gap', body: { count: 11 } });
    expect(stream.lost).toBe(0);
  });
  it('has the row that says so beneath what waited', () => {
    const stream = { ...told(EMPTY, many(2), true), lost: 4 };
    expect(released(stream, 5).rows.map(({ kind }) => kind)).toEqual(['session', 'session', 'gap']);
  });
});
