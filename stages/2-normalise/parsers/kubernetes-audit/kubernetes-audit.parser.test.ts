import { expect, it } from 'vitest';
import { kubernetesAudit } from './kubernetes-audit.parser.ts';

const parser = kubernetesAudit.create({ zone: 'UTC', referenceMs: Date.UTC(2026, 10, 22), trustedProxies: [] });

it('tells who asked for what, and how it was answered', () => {
  const [exec, list] = kubernetesAudit.examples.map((text) =>
    parser.object!(JSON.parse(text) as object as never, text),
  );
  expect(exec).toMatchObject({
    '@timestamp': '2026-11-21T09:30:00.763Z',
    event: { action: 'create-pods-exec', outcome: 'success' },
    source: { ip: '198.51.100.7' },
    user: { name: 'alice' },
    orchestrator: { namespace: 'shop', resource: { type: 'pods', name: 'web-1' } },
    kubernetes: { audit: { verb: 'create', objectRef: { subresource: 'exec' } } },
  });
  expect(list).toMatchObject({ event: { outcome: 'failure', type: ['denied'] }, user: { name: 'system:anonymous' } });
});

it('counts a wrong token as a failed login', () => {
  const object = { ...(JSON.parse(kubernetesAudit.examples[1]!) as object), responseStatus: { code: 401 } };
  expect(parser.object!(object as never, '')).toMatchObject({
    event: { category: ['configuration', 'authentication'], outcome: 'failure' },
  });
});

it('refuses other objects', () => {
  expect(parser.object!({ kind: 'Event' }, '')).toMatchObject({ reason: expect.any(String) });
});
