/** The honeytoken on a machine's shares: a script of somebody's who keeps a password in it, in the first share that users may read. */
import type { Persona } from '../persona/persona.types.ts';
import { chosenShare, SHARED_SCRIPT } from './share-place.ts';
import { honeytokenSecrets } from './draw-honeytokens.ts';

/** Name and text of the file that the share of this name has; undefined where it has none. */
export function sharedSecret(
  persona: Persona,
  share: string,
): { readonly path: string; readonly text: string } | undefined {
  if (chosenShare(persona)?.name !== share) return undefined;
  const { account, neighbour } = honeytokenSecrets(persona);
  if (persona.os.family === 'windows')
    return {
      path: `${SHARED_SCRIPT}.cmd`,
      text: `@echo off\r\nrem nightly, task scheduler\r\nnet use Z: \\\\${neighbour}\\backup$ ${account.password} /user:${account.user} /persistent:no\r\nrobocopy D:\\Shares Z:\\ /MIR /R:1 /W:1\r\nnet use Z: /delete\r\n`,
    };
  return {
    path: `${SHARED_SCRIPT}.sh`,
    text: `#!/bin/sh\n# from the workstation, Fridays\nmount -t cifs //${neighbour}/backup /mnt -o username=${account.user},password='${account.password}'\nrsync -a ./ /mnt/\numount /mnt\n`,
  };
}
