import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { html } from '@netsentinel/kernel/html';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { routes } from '../http/routes.ts';
import { referencePage } from './reference-page.ts';

describe('the reference page', () => {
  let h: ApiHarness;
  let page: string;
  let policy: string;
  beforeAll(async () => {
    h = await startApi();
    const answer = await h.call('GET', '/api/v1/reference');
    policy = answer.headers.get('content-security-policy')!;
    page = await answer.text();
  });
  afterAll(() => h.close());

  it('has every route, for anybody who asks', () => {
    for (const { id, summary, path } of routes) {
      expect(page).toContain(`<details id="${id}">`);
      expect(page).toContain(html`${summary}`.text);
      expect(page).toContain(path.replace(/:(\w+)/g, '{$1}'));
    }
    expect(page).toContain('Takes the permission <code>incidents:write</code>.');
  });

  it('needs nothing but itself: its own style, no script, nobody else', () => {
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)![1]!;
    expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(policy).toMatch(/^default-src 'none';/);
    expect(page).not.toMatch(/<script|<link|<img| on\w+=|style=/);
    for (const [, href] of page.matchAll(/ (?:href|src)="([^"]*)"/g)) expect(href).toMatch(/^(?:#|\/api\/v1\/)/);
  });

  it('links to nothing that is not on it', () => {
    const ids = new Set([...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id));
    const links = [...page.matchAll(/ href="#([^"]*)"/g)].map(([, id]) => id!);
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((id) => !ids.has(id))).toEqual([]);
  });
});

it('shows what declarations say as text', () => {
  const hostile = '</td><script>alert(1)</script>"\'&';
  const page = referencePage({
    info: { title: hostile, version: '1', description: hostile },
    tags: [{ name: hostile }],
    paths: {
      [`/${hostile}`]: {
        get: {
          operationId: hostile,
          summary: hostile,
          tags: [hostile],
          security: [{}],
          'x-permission': hostile,
          parameters: [{ name: hostile, in: hostile, required: false, schema: { enum: [hostile] } }],
          responses: { 200: { description: hostile, content: { [hostile]: { schema: { $ref: `#/${hostile}` } } } } },
        },
      },
    },
    components: { schemas: { [hostile]: { properties: { [hostile]: { const: hostile } } } } },
  });
  expect(page).not.toContain('<script');
  expect(page).toContain('&lt;script&gt;');
});
