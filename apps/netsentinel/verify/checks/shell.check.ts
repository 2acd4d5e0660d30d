/**
 * The shell behind SSH and Telnet, as an attacker who is let in tests it: texts that are the same on all installs of Cowrie, what it says of the machine, and
 * whether it can count. It logs in as the decoy lets anybody in (`credentials`), with one made-up password.
 */
import { randomBytes } from 'node:crypto';
import type { Persona } from '@netsentinel/decoys/persona/persona.types';
import { runSsh } from '../ssh-program.ts';
import { runTelnet } from '../telnet-program.ts';
import {
  firstTell,
  quoted,
  skipped,
  tell,
  ALIKE,
  type CheckOutcome,
  type ProtocolChecks,
  type VerifyTarget,
} from '../verify.types.ts';
import { knownTell, SHELLS } from './known-tells.ts';

/** As many as the strictest of our own policies takes before it gives in. */
const TRIES = 5;

const COMMANDS = {
  uname: 'uname -a',
  version: 'cat /proc/version',
  cpu: 'cat /proc/cpuinfo',
  passwd: 'cat /etc/passwd',
  hostname: 'hostname',
  uptime: 'cat /proc/uptime',
  df: 'df',
  sum: 'echo $((6*7))',
  loop: 'for i in a b c; do echo -n $i-; done; echo',
  pipe: '(echo x; echo y; echo x) | grep -c x',
  nothing: 'nosuchcommand-here',
  later: 'cat /proc/uptime',
} as const;
type Name = keyof typeof COMMANDS;
type Said = ReadonlyMap<Name, string>;

const LINES = Object.entries(COMMANDS).map(([name, line]) => `echo ==${name}==; ${line} 2>&1`);

function parse(text: string): Said {
  const said = new Map<Name, string>();
  // Line editors that redraw send sequences of the terminal between.
  const lines = text.replaceAll(/\r|\x1b\[[\d;?]*[a-zA-Z]/g, '').split('\n');
  let name: Name | undefined;
  for (const line of lines) {
    const mark = /^==(\w+)==$/.exec(line)?.[1];
    if (mark !== undefined) name = mark as Name;
    // What the terminal echoes, behind the prompt, is no answer.
    else if (name !== undefined && !line.includes('echo ==')) said.set(name, `${said.get(name) ?? ''}${line}\n`);
  }
  return said;
}

/** One password for the whole run: what let it in by one service lets it in by the others. */
const PASSWORD = `v-${randomBytes(6).toString('hex')}`;

async function enter(target: VerifyTarget): Promise<Said | string> {
  const user = (
    target.persona.users.find(({ login, admin }) => login && admin !== true) ??
    target.persona.users.find(({ login }) => login)
  )?.name;
  if (user === undefined) return 'the machine has nobody who could log in';
  const how = { user, password: PASSWORD, tries: TRIES };
  if (target.type === 'telnet') {
    const text = await runTelnet(target, { ...how, lines: LINES });
    return text === undefined ? `${user} was not let in with ${TRIES} tries` : parse(text);
  }
  const run = await runSsh(target, { ...how, command: LINES.join('\n') });
  if (run === undefined) return 'there is no ssh program here';
  return run.isIn ? parse(run.output) : `${user} was not let in with ${TRIES} tries`;
}

/** All checks of a shell read one visit. */
const visits = new WeakMap<Persona, Map<string, Promise<Said | string>>>();

function visit(target: VerifyTarget): Promise<Said | string> {
  const ofPersona = visits.get(target.persona) ?? new Map<string, Promise<Said | string>>();
  visits.set(target.persona, ofPersona);
  const key = `${target.decoy} ${target.port}`;
  const known = ofPersona.get(key) ?? enter(target);
  ofPersona.set(key, known);
  return known;
}

async function inside(
  target: VerifyTarget,
  judge: (said: (name: Name) => string) => CheckOutcome,
): Promise<CheckOutcome> {
  const said = await visit(target);
  return typeof said === 'string' ? skipped(said) : judge((name) => said.get(name)?.trimEnd() ?? '');
}

function cpuOf({ hardware, os }: Persona, text: string): string | false {
  if (os.machine !== 'x86_64')
    return !text.includes(hardware.cpuModel) && `its processor is not a ${hardware.cpuModel}`;
  const models = [...text.matchAll(/^model name\s*: (.*)$/gm)].map(([, model]) => model);
  if (models.length !== hardware.cpus) return `it shows ${models.length} processors; the machine has ${hardware.cpus}`;
  return models[0] !== hardware.cpuModel && `its processor is ${quoted(models[0] ?? '')}, not ${hardware.cpuModel}`;
}

export const shellChecks: ProtocolChecks = {
  types: ['ssh', 'telnet'],
  checks: [
    {
      id: 'shell-known-texts',
      title: 'names, users, kernel, processor and disks that honeypots ship with',
      weight: 90,
      mend: 'Choose another persona or seed: these texts come from the machine that is played.',
      run: (target) =>
        inside(target, (said) => {
          const all = Object.keys(COMMANDS)
            .map((name) => said(name as Name))
            .join('\n');
          const found = knownTell(SHELLS, all);
          return found === undefined
            ? ALIKE
            : tell(`it shows what ${found.whose} shows: ${quoted(found.words.exec(all)?.[0] ?? '')}`, found.weight);
        }),
    },
    {
      id: 'shell-machine',
      title: 'the shell is on the machine that the banner belongs to: name, kernel, processors',
      weight: 60,
      run: (target) =>
        inside(target, (said) => {
          const { hostname, os } = target.persona;
          return firstTell(
            !said('uname').startsWith(`Linux ${hostname} ${os.kernelRelease} `) &&
              `uname says ${quoted(said('uname'))}`,
            said('hostname') !== hostname && `hostname says ${quoted(said('hostname'))}, not ${hostname}`,
            !said('version').includes(os.kernelRelease) && `/proc/version says ${quoted(said('version'))}`,
            cpuOf(target.persona, said('cpu')),
          );
        }),
    },
    {
      id: 'shell-works',
      title: 'it counts, loops, pipes and complains as a shell does',
      weight: 60,
      run: (target) =>
        inside(target, (said) =>
          firstTell(
            said('sum') !== '42' && `six times seven is ${quoted(said('sum'))}`,
            said('loop') !== 'a-b-c-' && `a loop prints ${quoted(said('loop'))}`,
            said('pipe') !== '2' && `a pipe prints ${quoted(said('pipe'))}`,
            !/(?:nosuchcommand-here: (?:command )?not found|not found: nosuchcommand)/.test(said('nothing')) &&
              `a missing program is told by ${quoted(said('nothing'))}`,
          ),
        ),
    },
    {
      id: 'shell-uptime',
      title: 'its time goes on',
      weight: 50,
      run: (target) =>
        inside(target, (said) => {
          const [first, later] = [Number.parseFloat(said('uptime')), Number.parseFloat(said('later'))];
          const since = (Date.now() - target.persona.bootedAt(Date.now())) / 1000;
          return firstTell(
            Number.isNaN(first) && `/proc/uptime says ${quoted(said('uptime'))}`,
            later < first && `it goes from ${first} s to ${later} s`,
            Math.abs(first - since) > 600 && `it runs for ${Math.round(first)} s; the machine for ${Math.round(since)}`,
          );
        }),
    },
  ],
};
