/** The files in which honeytokens lie on a machine, for whoever makes its file system. */
import type { Persona } from '../persona/persona.types.ts';
import type { GeneratedFile } from '../shell/fs/generated-file.ts';
import { environmentText } from './environment.ts';
import { honeytokenPlaces, honeytokenSecrets } from './draw-honeytokens.ts';

const DAY_S = 86_400;

export function honeytokenFiles(persona: Persona): readonly GeneratedFile[] {
  const places = honeytokenPlaces(persona);
  if (places === undefined) return [];
  const { aws, account, kubernetes, url, neighbour } = honeytokenSecrets(persona);
  const owner = persona.users.find(({ login, uid }) => login && uid >= 1000) ?? { uid: 0, gid: 0 };
  const file = (path: string, mode: number, lines: readonly string[], user = { uid: 0, gid: 0 }): GeneratedFile => ({
    path,
    mode: 0o100000 | mode,
    uid: user.uid,
    gid: user.gid,
    mtime: Math.floor(persona.installedAt / 1000) + dayOf(persona, path),
    text: `${lines.join('\n')}\n`,
  });
  return [
    file(places.aws, 0o600, ['[default]', `aws_access_key_id = ${aws.id}`, `aws_secret_access_key = ${aws.secret}`]),
    file(places.environment, 0o640, environmentText(persona).trimEnd().split('\n')),
    file(places.kubeconfig, 0o600, [
      'apiVersion: v1',
      'kind: Config',
      'clusters:',
      '- cluster:',
      '    insecure-skip-tls-verify: true',
      `    server: https://${neighbour}:6443`,
      `  name: ${kubernetes.cluster}`,
      'contexts:',
      '- context:',
      `    cluster: ${kubernetes.cluster}`,
      '    user: deploy-admin',
      `  name: ${kubernetes.cluster}`,
      `current-context: ${kubernetes.cluster}`,
      'preferences: {}',
      'users:',
      '- name: deploy-admin',
      '  user:',
      `    token: ${kubernetes.token}`,
    ]),
    file(places.script, 0o750, [
      '#!/bin/sh',
      '# nightly, from cron',
      'set -e',
      `export SSHPASS='${account.password}'`,
      `tar czf - /etc /home | sshpass -e ssh ${account.user}@${neighbour} "cat > /srv/backup/$(hostname)-$(date +%F).tar.gz"`,
    ]),
    file(
      places.notes,
      0o600,
      [
        'todo',
        '- renew certificate',
        '- move exports off the old host',
        `  ${url} (no login, remove after migration!)`,
        '- ask for more disk',
      ],
      owner,
    ),
  ];
}

/** Seconds after the installation at which a file was last changed: some weeks, another for each. */
function dayOf(persona: Persona, path: string): number {
  const bytes = Buffer.from(persona.derive(`honeytoken file ${path}`, 8));
  return (3 + (bytes.readUInt32BE(0) % 60)) * DAY_S + (bytes.readUInt32BE(4) % DAY_S);
}
