/**
 * The API as its own document describes it, tried by schemathesis: nothing undeclared, no 5xx, and nobody gets past who may not, for a token of each
 * role. Its virtual environment is in `SCHEMATHESIS_ROOT` (`.ci/run` makes it).
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Role } from '@netsentinel/contracts/permission';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { eventFixture } from '@netsentinel/testkit/event-fixtures';
import { sampleBlock, sampleIncident } from '@netsentinel/testkit/sample-incidents';

const PROGRAM = join(process.env['SCHEMATHESIS_ROOT'] ?? '/nonexistent', 'bin', 'schemathesis');
/** Besides those that it takes by itself: a schema cannot say which version there is (412), nor what a key came with before (422). */
const CONFIG = `
[auth.openapi.token]
bearer = "\${API_TOKEN}"
[checks]
positive_data_acceptance.expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "412", "422", "429", "5xx"]
missing_required_header.expected-statuses = ["400", "401", "403", "406", "415", "422", "428"]

# What a filter and a field may say is more than a JSON Schema can: some texts that fit the schema are refused.
[[operations]]
include-tag = "events"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 422, 429]

[[operations]]
include-tag = "decoys"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 422, 429]

# It takes any text for an example of a header that may be left out, whatever its pattern.
[[operations]]
include-operation-id = "putOwnRules"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 409, 412, 422, 428, 429, "5xx"]

[[operations]]
include-tag = "recordings"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 422, 429]
`;
const run = promisify(execFile);

describe.skipIf(!existsSync(PROGRAM))('schemathesis', () => {
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-schemathesis-'));
  let h: ApiHarness;

  beforeAll(async () => {
    writeFileSync(join(folder, 'schemathesis.toml'), CONFIG);
    h = await startApi();
    await h.setUp();
    const incident = sampleIncident('i1', Date.now());
    await h.state.transaction(async (tx) => {
      await tx.putIncident(incident);
      await tx.putAction(sampleBlock('a1', incident, Date.now()));
    });
    await h.events.append([eventFixture(1), eventFixture(2)], []);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    // Complains where a route answered what it does not declare.
    await h.close();
  });

  it.each(Role.options)('as %s', { timeout: 240_000 }, async (role) => {
    const cookie = await h.signInAs(role);
    const made = await h.call('POST', '/api/v1/tokens', { cookie, body: { name: 'schemathesis', role } });
    const { secret } = (await made.json()) as { secret: string };
    // It tries QUERY too, which Fastify refuses as malformed before it looks for the route: hence one check less.
    const options =
      '--checks all --exclude-checks unsupported_method --generation-deterministic --max-examples 20 --workers 1 --no-color';
    const config = join(folder, 'schemathesis.toml');
    const args = ['--config-file', config, 'run', `${h.url}/api/v1/openapi.json`, ...options.split(' ')];
    const said = await run(PROGRAM, args, {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, API_TOKEN: secret, COLUMNS: '200' },
      maxBuffer: 64 * 1024 * 1024,
    }).catch((error: unknown) => ({ stdout: `failed\n${(error as { stdout?: string }).stdout ?? String(error)}` }));
    expect(said.stdout).toMatch(/No issues found|Test cases:/);
    expect(said.stdout).not.toMatch(/^failed|Failures:|Errors:/m);
  });
});
