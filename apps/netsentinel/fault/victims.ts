/** Finds a running product's processes and ends them the hard way. */
import { existsSync } from 'node:fs';
import { commandLine, descendants, type WholeProduct } from '../bench/whole-product.ts';

/** `unshare` is the decoy host's parent in the machine's process table; the others have none of their own. */
export const VICTIMS = ['decoy-host', 'platform', 'enforcer'] as const;
export type Victim = (typeof VICTIMS)[number] | 'collector';

const BACK_MS = 60_000;

/** Waits until the process is there, kills it, and waits until it is gone. Answers its process id. */
export async function killHard(product: WholeProduct, victim: Victim, parentInstead = false): Promise<number> {
  const pid = await whenThere(product, victim);
  const target = (parentInstead ? unshareOf(product, victim) : undefined) ?? pid;
  try {
    process.kill(target, 'SIGKILL');
  } catch {
    // It was ending by itself: then it is gone as well.
  }
  await until(`${victim} to be gone`, () => !isAlive(pid));
  return pid;
}

/** The process id once the process is there. */
export async function whenThere(product: WholeProduct, victim: Victim): Promise<number> {
  let pid: number | undefined;
  await until(`${victim} to be back`, () => {
    if (product.process.exitCode !== null) throw new Error(`the launcher ended with ${product.process.exitCode}`);
    pid = product.pids()[victim];
    return pid !== undefined;
  });
  return pid!;
}

export async function until(what: string, is: () => boolean | Promise<boolean>, withinMs = BACK_MS): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await is())) {
    if (performance.now() > end) throw new Error(`waited ${withinMs / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function unshareOf(product: WholeProduct, victim: Victim): number | undefined {
  return descendants(product.process.pid!).find((pid) => {
    const line = commandLine(pid);
    return line.startsWith('unshare') && line.includes(`${victim}.ts`);
  });
}

/** A zombie is gone: it holds nothing any more. */
function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && commandLine(pid) !== '';
}
