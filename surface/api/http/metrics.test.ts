import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_FIGURES, SAMPLE_STATUS, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { prometheusText } from './metrics.ts';

describe('what Prometheus reads', () => {
  const decoys = [
    { id: 'a"b\\c\nd', type: 'ssh', listen: '0.0.0.0:22', connections: 3, healthy: false, stopped: false },
  ];
  const text = prometheusText({ ...SAMPLE_STATUS, decoys }, SAMPLE_FIGURES);

  it('names, types and explains each metric once', () => {
    const lines = text.trimEnd().split('\n');
    const named = lines.filter((line) => line.startsWith('# TYPE')).map((line) => line.split(' ')[2]);
    expect(new Set(named).size).toBe(named.length);
    for (const line of lines.filter((one) => !one.startsWith('#'))) {
      expect(line).toMatch(
        /^netsentinel_[a-z_]+(\{[a-z]+="([^"\\\n]|\\["\\n])*"(,[a-z]+="([^"\\\n]|\\["\\n])*")*\})? -?[\d.e+]+$/,
      );
      expect(named).toContain(line.split(/[{ ]/)[0]);
    }
    expect(text).toContain('netsentinel_events_total 12345\n');
    expect(text).toContain('netsentinel_stage_waiting_records{stage="analysis"} 34\n');
    expect(text).toContain('netsentinel_storage_limit_bytes{store="blobs"} 10737418240\n');
    expect(text).toContain('netsentinel_stored_events 8412077\n');
  });

  it('escapes what labels hold', () => {
    expect(text).toContain(String.raw`netsentinel_decoy_connections{decoy="a\"b\\c\nd",type="ssh"} 3`);
    expect(text).toContain(String.raw`netsentinel_decoy_up{decoy="a\"b\\c\nd",type="ssh"} 0`);
  });
});

describe('the addresses that machines ask', () => {
  let h: ApiHarness;
  beforeAll(async () => {
    h = await startApi();
    await h.setUp();
  });
  afterAll(() => h.close());

  it('answer Prometheus with a token', async () => {
    expect((await h.call('GET', '/metrics')).status).toBe(401);
    const response = await h.call('GET', '/metrics', { cookie: await h.signInAs('read-only') });
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect(await response.text()).toContain('netsentinel_decoy_up{decoy="ssh",type="ssh"} 1');
  });

  it('answer Prometheus also while what the platform takes cannot be read', async () => {
    const other = await startApi({ systemFigures: () => Promise.reject(new Error('the disk is gone')) });
    await other.setUp();
    const response = await other.call('GET', '/metrics', { cookie: await other.signInAs('read-only') });
    expect(response.status).toBe(200);
    const text = await response.text();
    expect([text.includes('netsentinel_events_total'), text.includes('storage_bytes')]).toEqual([true, false]);
    await other.close();
  });

  it('say that it is ready while the state can be read', async () => {
    expect(await (await h.call('GET', '/readyz')).json()).toEqual({ status: 'ready' });
    await h.state.close();
    const response = await h.call('GET', '/readyz');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await h.call('GET', '/healthz')).status).toBe(200);
  });
});
