/** What the services of one machine say of it, compared: they must not contradict each other or the persona, nor use names that honeypots ship with. */
import type { Persona } from '@netsentinel/decoys/persona/persona.types';
import { hardwareOf } from '@netsentinel/decoys/persona/virtual-hardware';
import { ALIKE, tell, type CheckOutcome, type Claim, type VerifyFinding, type VerifyTarget } from './verify.types.ts';

/** Host names, users and kernels that are the same on all installs of Cowrie, Kippo, Dionaea, Heralding and OpenCanary that nobody configured. */
const SHIPPED_HOSTS = /^(?:svr04|nas3|localhost|opencanary(?:-\d+)?|debian|ubuntu|honeypot.*|cowrie|dionaea)$/i;
const SHIPPED_USERS = new Set(['phil', 'richard']);
const SHIPPED_KERNEL = /^3\.2\.0-4-amd64$/;

export interface Told {
  readonly target: VerifyTarget;
  readonly claims: readonly Claim[];
}

/** The findings of one machine. */
export function compareServices(persona: Persona, told: readonly Told[]): VerifyFinding[] {
  const finding = (check: string, title: string, weight: number, outcome: CheckOutcome): VerifyFinding => ({
    decoy: persona.hostname,
    check,
    title,
    weight,
    outcome,
  });
  return [
    finding(
      'machine-host-name',
      'a host name that honeypots ship with',
      80,
      SHIPPED_HOSTS.test(persona.hostname) ? tell(persona.hostname) : ALIKE,
    ),
    finding('machine-users', 'users that honeypots ship with', 70, usersOf(persona)),
    finding(
      'machine-kernel',
      'a kernel that honeypots ship with',
      60,
      SHIPPED_KERNEL.test(persona.os.kernelRelease) ? tell(persona.os.kernelRelease) : ALIKE,
    ),
    finding(
      'machine-distribution',
      'all services are of one distribution',
      60,
      oneValue('distribution', told, [family(persona)]),
    ),
    finding(
      'machine-name-told',
      'all services tell one host name',
      50,
      oneValue('host name', told, [
        persona.hostname.toLowerCase(),
        `${persona.hostname}.${persona.domain}`.toLowerCase(),
        persona.netbios.name.toLowerCase(),
      ]),
    ),
    finding('machine-clock', 'all services tell the same time', 60, clocks(told)),
    finding('machine-hardware', 'network card, interface and maker fit together', 30, hardware(persona)),
  ];
}

/** What no two machines share: keys, certificates, GUIDs. */
export function compareMachines(
  machines: readonly { readonly name: string; readonly told: readonly Told[] }[],
): VerifyFinding[] {
  if (machines.length < 2) return [];
  const owners = new Map<string, Set<string>>();
  for (const { name, told } of machines)
    for (const { value } of told.flatMap(({ claims }) => claims).filter(({ about }) => about === 'identity'))
      owners.set(value, (owners.get(value) ?? new Set()).add(name));
  const shared = [...owners].filter(([, names]) => names.size > 1);
  return [
    {
      decoy: machines.map(({ name }) => name).join(', '),
      check: 'machines-identity',
      title: 'no key, certificate or GUID is shared between machines',
      weight: 90,
      mend: 'Give each machine a seed of its own.',
      outcome:
        shared.length === 0
          ? ALIKE
          : tell(shared.map(([value, names]) => `${[...names].join(' and ')} have the same ${value}`).join('; ')),
    },
  ];
}

/** All services tell the time of one clock, that of today. */
function clocks(told: readonly Told[]): CheckOutcome {
  const skews = told.flatMap(({ target, claims }) =>
    claims
      .filter(({ about }) => about === 'clock skew, s')
      .map(({ value }) => ({ decoy: target.decoy, s: Number(value) })),
  );
  if (skews.length === 0) return { result: 'skipped', reason: 'no service tells the time' };
  const wrong = skews.filter(({ s }) => Math.abs(s) > 3);
  return wrong.length === 0
    ? ALIKE
    : tell(wrong.map(({ decoy, s }) => `the clock of ${decoy} is ${s} s off`).join('; '));
}

function usersOf(persona: Persona): CheckOutcome {
  const found = persona.users.filter(({ name }) => SHIPPED_USERS.has(name)).map(({ name }) => name);
  return found.length === 0 ? ALIKE : tell(found.join(', '));
}

/** What services may call the system. */
function family({ os }: Persona): string {
  return os.id;
}

function oneValue(about: Claim['about'], told: readonly Told[], allowed: readonly string[]): CheckOutcome {
  const wrong = told.flatMap(({ target, claims }) =>
    claims
      .filter((claim) => claim.about === about && !allowed.includes(claim.value.toLowerCase()))
      .map((claim) => `${target.decoy} says ${claim.value}`),
  );
  const all = told.flatMap(({ claims }) => claims.filter((claim) => claim.about === about));
  if (wrong.length > 0) return tell(`${wrong.join('; ')}; the machine is ${allowed[0]}`);
  return all.length > 0 ? ALIKE : { result: 'skipped', reason: `no service tells its ${about}` };
}

function hardware({ network, os, hardware }: Persona): CheckOutcome {
  if (os.family !== 'linux') return { result: 'skipped', reason: 'nothing of this system shows it' };
  const known = hardwareOf({ network, hardware });
  if (known.virt === 'none') return { result: 'skipped', reason: `${hardware.maker} is no hypervisor` };
  return known.sysVendor === hardware.maker
    ? ALIKE
    : tell(`a card of ${known.sysVendor} in a machine of ${hardware.maker}`);
}
