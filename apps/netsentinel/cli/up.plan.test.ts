import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandOf, makePlan } from './up.plan.ts';

let top: string;
let config: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'ns-plan-'));
  config = join(top, 'netsentinel.yaml');
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

it.each([
  [['up'], 'up'],
  [['--config', 'up', 'doctor'], 'doctor'],
  [['-c', 'x.yaml', '--data=d', 'up', '--json'], 'up'],
  [['lab', 'up'], 'lab'],
  [['--help'], undefined],
])('%j names the command %s', (argv, command) => expect(commandOf(argv)).toBe(command));

describe('a plan', () => {
  it('is all that the launcher needs of the configuration, and where it stands', async () => {
    writeFileSync(config, 'data: d\nconsole:\n  port: 18099\ndecoys:\n  - { id: ssh-1, type: ssh, port: 2299 }\n');
    expect(await makePlan(['--config', config, 'up', '--json'])).toMatchObject({
      json: true,
      hasFile: true,
      config: { console: { port: 18_099 }, decoys: [{ id: 'ssh-1', port: 2299 }] },
      folder: { root: join(top, 'd') },
      where: {
        console: expect.stringMatching(/netsentinel\.yaml:3:/) as string,
      },
      decoys: {
        decoys: [{ id: 'ssh-1', port: 2299, where: expect.stringMatching(/netsentinel\.yaml:5:/) as string }],
      },
    });
  });

  it('is an exit code where the planner has said what is wrong', async () => {
    writeFileSync(config, 'data: d\nconsole: 5\n');
    expect(await makePlan(['--config', config, 'up'])).toBe(1);
    expect(await makePlan(['--config', config, 'up', '--no-such-option'])).toBe(2);
    expect(await makePlan(['up', '--help'])).toBe(0);
  });
});
