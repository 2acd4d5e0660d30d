import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decoyTypes } from '@netsentinel/decoys/index';
import { loadPersona, personaNames } from '@netsentinel/decoys/persona/persona-library';
import { loadConfig } from '@netsentinel/kernel/config';
import { highPort, planDecoys, type DecoyPlan, type PersonaChoice } from './decoy-plan.ts';
import { Decoy, NetSentinelConfig } from './netsentinel.config.ts';
import { personaTemplate } from './persona-template.ts';
import { readPersona } from './read-persona.ts';

const folder = mkdtempSync(join(tmpdir(), 'ns-decoys-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const configFile = join(folder, 'netsentinel.yaml');

const plan = (text: string, choice: PersonaChoice = {}): DecoyPlan =>
  planDecoys(loadConfig(NetSentinelConfig, { file: 'netsentinel.yaml', text }), configFile, choice);
const brief = ({ decoys }: DecoyPlan): string[] => decoys.map(({ id, address, port }) => `${id} ${address}:${port}`);

describe('without a persona', () => {
  it('what the configuration lists is started, or its default', () => {
    expect(brief(plan(''))[0]).toBe('ssh-1 0.0.0.0:2222');
    expect(plan('decoys:\n  - { id: a, type: ssh, port: 2299 }\n')).toMatchObject({
      decoys: [{ id: 'a', port: 2299, persona: 'debian-12-server', where: 'netsentinel.yaml:2:31', movable: false }],
      personas: { 'debian-12-server': { file: { name: 'debian-12-server' } } },
    });
  });

  it('a seed or ports alone are a mistake that names a way out', () => {
    expect(() => plan('', { seed: '7' })).toThrow(expect.objectContaining({ code: 'USAGE_PERSONA_MISSING' }));
  });
});

describe('a persona', () => {
  it('opens what it has and we can play, and says what is left out', () => {
    const chosen = plan('', { persona: 'ubuntu-22.04-web', seed: '7', ports: 'high' });
    expect(brief(chosen)).toContain('ubuntu-22-04-web-ssh-22 0.0.0.0:10022');
    expect(chosen.personas['ubuntu-22.04-web']).toMatchObject({ seed: '7', file: { name: 'ubuntu-22.04-web' } });
    expect(chosen.decoys.every(({ movable }) => movable)).toBe(true);
    const { services } = loadPersona('ubuntu-22.04-web');
    expect(chosen.decoys.length + chosen.notBuilt.length).toBe(services.length);
    expect(chosen.notBuilt.every(({ decoy }) => !decoyTypes.includes(decoy))).toBe(true);
  });

  it('replaces the default and what is listed where it is chosen, and stands beside what is listed otherwise', () => {
    const listed = 'decoys:\n  - { id: a, type: ssh, port: 2299 }\n';
    const configured = 'personas:\n  - { id: web, file: rocky-9-app, address: 127.0.0.2 }\n';
    expect(brief(plan(listed, { persona: 'rocky-9-app' }))).not.toContain('a 0.0.0.0:2299');
    expect(brief(plan(configured))).toContain('web-ssh-22 127.0.0.2:22');
    expect(brief(plan(configured))).not.toContain('ssh-1 0.0.0.0:2222');
    expect(brief(plan(`${configured}${listed}`))).toEqual(
      expect.arrayContaining(['web-ssh-22 127.0.0.2:22', 'a 0.0.0.0:2299']),
    );
  });

  it('listens where its entry says', () => {
    const entry = (fields: string): string => `personas:\n  - { id: m, file: debian-12-server, ${fields} }\n`;
    expect(brief(plan(entry('interface: lo')))[0]).toMatch(/^m-ssh-22 127\.0\.0\.1:22$/);
    expect(brief(plan(entry('ports: { 22: 2022 }')))[0]).toBe('m-ssh-22 0.0.0.0:2022');
    expect(brief(plan(entry('without: [ssh]')))).not.toContain('m-ssh-22 0.0.0.0:22');
    expect(() => plan(entry('interface: no-such0'))).toThrow(
      expect.objectContaining({ code: 'PERSONA_NO_INTERFACE', where: 'netsentinel.yaml:2:5' }),
    );
    expect(() => plan(entry('address: example.org'))).toThrow(expect.objectContaining({ code: 'PERSONA_BAD_ADDRESS' }));
  });

  it('shares a port with another only on another address', () => {
    const two = (address: string): string =>
      `personas:\n  - { id: a, file: rocky-9-app, address: 127.0.0.2 }\n  - { id: b, file: ubuntu-22.04-web, address: ${address} }\n`;
    expect(plan(two('127.0.0.3')).decoys.length).toBeGreaterThan(1);
    expect(() => plan(two('127.0.0.2'))).toThrow(expect.objectContaining({ code: 'DECOY_PORT_TWICE' }));
    expect(() => plan(two('0.0.0.0'))).toThrow(/both want port 22/);
    expect(() => plan('personas:\n  - { id: a }\n  - { id: a }\n')).toThrow('another persona is called "a"');
  });

  it('may be a file of the user, whose mistakes have their line', () => {
    const own = join(folder, 'own.yaml');
    writeFileSync(own, personaTemplate(loadPersona('debian-12-server'), own));
    expect(readPersona('own.yaml', folder).name).toBe('own');
    expect(brief(plan('personas:\n  - { id: m, file: own.yaml }\n'))[0]).toBe('m-ssh-22 0.0.0.0:22');
    writeFileSync(own, 'name: own\nsumary: x\n');
    expect(() => readPersona(own, '/')).toThrow(/own\.yaml:2:1: unknown key "sumary" \(did you mean "summary"\?\)/);
    expect(() => readPersona('nothing.yaml', folder)).toThrow(expect.objectContaining({ code: 'PERSONA_NOT_FOUND' }));
    const wrong = {
      ...loadPersona('debian-12-server'),
      services: [{ decoy: 'ssh', port: 22, options: { softwear: 1 } }],
    };
    writeFileSync(own, JSON.stringify(wrong));
    expect(() => plan('', { persona: own })).toThrow(/ssh on port 22 of persona debian-12-server: .*softwear/);
  });

  it.each(personaNames())('%s can be written out, explained, and read again', (name) => {
    const file = loadPersona(name);
    const path = join(folder, `${name}.yaml`);
    const text = personaTemplate(file, path);
    writeFileSync(path, text);
    const { $schema: _, knownWeak: __, ...rest } = file;
    expect(readPersona(path, '/')).toEqual({ ...rest, knownWeak: [], name });
    expect(text).toContain('# What it opens to the network, and no more.');
  });
});

it('puts real ports above 10000 so that they can be read', () => {
  expect([22, 3306, 10_250, 8080].map(highPort)).toEqual([10_022, 13_306, 10_250, 18_080]);
});

it('has a configuration for every decoy that there is', () => {
  expect(Decoy.options.map(({ shape }) => shape.type.value).toSorted()).toEqual([...decoyTypes].toSorted());
});
