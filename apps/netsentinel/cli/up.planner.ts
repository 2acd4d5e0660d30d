/** Reads the command line of an `up` for the launcher that started it, and tells it the plan; what is wrong it says itself (`up.plan.ts`). */
import { runProgram } from './program.ts';
import type { UpPlan } from './up.plan.ts';

process.exitCode = await runProgram(
  process.argv.slice(2),
  (plan: UpPlan) => new Promise((resolve) => void process.send!(plan, undefined, undefined, () => resolve())),
);
