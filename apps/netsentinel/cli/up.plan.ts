/**
 * What `up` is to start. It is made in a process of its own: the command line, YAML and the schemas are 11 MB that the launcher, which lives
 * on, has no use for afterwards.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ONE_LANGUAGE } from '../launcher/lean.ts';
import type { LaunchPlan } from '../launcher/launch-plan.types.ts';

export interface UpPlan extends LaunchPlan {
  /** False where defaults stand in for a configuration file that is not there. */
  readonly hasFile: boolean;
  readonly json: boolean;
  /** The configuration file, with its path, and its text; empty without a file. */
  readonly source: { readonly file: string; readonly text: string };
  /** Of the console, where it was made here: the file that browsers are told of, and SHA-256 as they show it. */
  readonly certificate?: { readonly authorityFile: string; readonly fingerprint: string };
}

const PLANNER = fileURLToPath(new URL('./up.planner.ts', import.meta.url));
/** Of the command line's own options, those that are followed by a value. */
const WITH_VALUE = new Set(['-c', '--config', '-d', '--data']);

/** The command that this command line names: its first word that belongs to no option. */
export function commandOf(argv: readonly string[]): string | undefined {
  return argv.find((word, i) => !word.startsWith('-') && !WITH_VALUE.has(argv[i - 1] ?? ''));
}

/** The plan, or the exit code of a planner that had said all there was to say. */
export async function makePlan(argv: readonly string[]): Promise<UpPlan | number> {
  const planner = fork(PLANNER, argv, { execArgv: [ONE_LANGUAGE, '--disable-warning=ExperimentalWarning'] });
  return await new Promise((resolve) => {
    planner.once('message', (plan) => resolve(plan as unknown as UpPlan));
    planner.once('close', (code) => resolve(code ?? 1));
  });
}
