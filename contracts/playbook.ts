/**
 * `Playbook`: what is done about an incident that meets its conditions, as a person has written it. Its texts are told as they stand: nothing that an
 * attacker wrote is ever put into them, and nothing in them is run.
 */
import { z } from 'zod';
import { Measure } from './action.ts';
import { durationMs } from './duration.ts';
import { KINDS } from './playbook-steps.ts';
import { timeZone } from './time-zone.ts';

export const PLAYBOOK_LIMITS = { steps: 16, parallel: 8, leaves: 32, retries: 5, undo: 4, text: 512 } as const;

const DAY_MS = 86_400_000;

/** What a playbook does at most: nothing; all but the changes and the messages themselves; everything. */
export const PlaybookMode = z.enum(['off', 'simulate', 'run']);
export type PlaybookMode = z.infer<typeof PlaybookMode>;

const duration = (days: number) =>
  z
    .string()
    .max(8)
    .refine(
      (text) => (durationMs(text) ?? Infinity) <= days * DAY_MS,
      `a length of time up to ${days} days: 30s, 10m, 2h, 7d`,
    );
const text = z.string().min(1).max(PLAYBOOK_LIMITS.text);
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'lower-case letters, digits and hyphens');

export const NotifyStep = z.strictObject({
  to: z
    .array(name)
    .min(1)
    .max(16)
    .optional()
    .describe('Names of notifiers, as `alert.notifiers` has them; all of them where it is not given.'),
  text: text.describe('Why they are told. The incident’s own story goes along.'),
});
export type NotifyStep = z.infer<typeof NotifyStep>;

export const BlockStep = z.strictObject({
  measure: Measure.optional().describe(
    'Another measure than a block, where a responder can take it: `redirect` (their connections end at decoys), `tarpit`, `rate-limit`, `isolate`, `mirror`, `capture`. The strongest that is in force wins.',
  ),
  for: duration(90).describe('How long: 30m, 12h, 7d. `response.maxTtlMs` and the enforcer’s limits hold.'),
  scope: z
    .enum(['address', 'network'])
    .default('address')
    .describe(
      'The attacker’s address (an IPv6 /64), or the /24 (IPv6 /48) around it, which the enforcer asks a person about.',
    ),
  responders: z
    .array(name)
    .min(1)
    .max(32)
    .optional()
    .describe('Only by these responders; by all that are configured where it is not given.'),
});
export type BlockStep = z.infer<typeof BlockStep>;

/** What follows when a step has failed for good. */
export const OnFailure = z.enum(['continue', 'stop', 'compensate']);
export type OnFailure = z.infer<typeof OnFailure>;

export const ApproveStep = z.strictObject({
  question: text.describe('What the person is asked.'),
  by: z
    .array(z.string().min(1).max(64))
    .min(1)
    .max(32)
    .optional()
    .describe(
      'Only these may answer: accounts of the machine, and `console:NAME` for accounts of the console; where it is not given, anybody with the command line or the permission `response:write`.',
    ),
  onTimeout: OnFailure.optional().describe('What follows when nobody has answered in time; without it, `onFailure`.'),
});

export const UndoStep = z
  .strictObject({
    revert: z.literal(true).optional().describe('Takes back the block, or other measure, that this step made.'),
    note: text.optional().describe('A line in the incident’s story.'),
    notify: NotifyStep.optional().describe('Tells people.'),
  })
  .superRefine((step, ctx) => void exactlyOne(step, ['revert', 'note', 'notify'], ctx));
export type UndoStep = z.infer<typeof UndoStep>;

const leafShape = {
  id: name.optional().describe('A name of its own in lists and in the audit; its place (`2`, `3.1`) without it.'),
  block: BlockStep.optional().describe(
    'Asks the enforcer for a block or another `measure`, which decides by all its rules.',
  ),
  notify: NotifyStep.optional().describe('Tells people; done once the other side has taken the message.'),
  note: text.optional().describe('A line in the incident’s story.'),
  wait: duration(30).optional().describe('Goes on after this time.'),
  approve: ApproveStep.optional().describe(
    'Waits for a person: in the console, or `netsentinel playbook approve RUN`, or deny.',
  ),
  timeout: duration(30)
    .optional()
    .describe('How long it may take, tries included. A block 1m, a message 5m, an approval 1h where it is not given.'),
  retry: z
    .number()
    .int()
    .min(0)
    .max(PLAYBOOK_LIMITS.retries)
    .optional()
    .describe('Tries after the first one that failed; none where it is not given.'),
  onFailure: OnFailure.optional().describe('What follows when it fails; `stop` where it is not given.'),
  compensate: z
    .array(UndoStep)
    .max(PLAYBOOK_LIMITS.undo)
    .optional()
    .describe(
      'How it is undone where a later step asks for it, newest step first. A block (or other measure) is reverted where this is not given.',
    ),
};

/** A step that does one thing. */
export const LeafStep = z.strictObject(leafShape).superRefine((step, ctx) => checkLeaf(step, KINDS, ctx));
export type LeafStep = z.infer<typeof LeafStep>;

export const Step = z
  .strictObject({
    ...leafShape,
    parallel: z
      .array(LeafStep)
      .min(2)
      .max(PLAYBOOK_LIMITS.parallel)
      .optional()
      .describe('Steps at the same time; it goes on once all have ended.'),
  })
  .superRefine((step, ctx) => checkLeaf(step, [...KINDS, 'parallel'], ctx));
export type Step = z.infer<typeof Step>;

export const Playbook = z
  .strictObject({
    id: name.describe('Its name: lower-case letters, digits and hyphens.'),
    version: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .describe('Grows with every change. A run keeps the version that it began with.'),
    title: z.string().min(1).max(200).describe('What it does, in a line.'),
    description: z.string().max(2000).optional().describe('Why, and when not to use it.'),
    once: z
      .enum(['incident', 'attacker'])
      .default('incident')
      .describe('It runs once for each incident, or once for each attacker whatever incidents there are.'),
    zone: timeZone.describe('Whose clocks `time.hour` and `time.weekday` mean, an IANA name.'),
    when: z
      .record(z.string().max(128), z.unknown())
      .describe('Conditions in Sigma’s language: searches by name over the fields below, and `condition`.'),
    steps: z.array(Step).min(1).max(PLAYBOOK_LIMITS.steps).describe('What is done, one after another.'),
  })
  .superRefine(({ steps }, ctx) => {
    const leaves = steps.flatMap((step) => step.parallel ?? [step]);
    if (leaves.length > PLAYBOOK_LIMITS.leaves)
      ctx.addIssue({ code: 'custom', path: ['steps'], message: `more than ${PLAYBOOK_LIMITS.leaves} steps` });
    const seen = new Set<string>();
    for (const { id } of leaves) {
      if (id !== undefined && seen.has(id))
        ctx.addIssue({ code: 'custom', path: ['steps'], message: `two steps are called "${id}"` });
      if (id !== undefined) seen.add(id);
    }
  });
export type Playbook = z.infer<typeof Playbook>;

type Ctx = z.RefinementCtx;

function checkLeaf(step: Readonly<Record<string, unknown>>, kinds: readonly string[], ctx: Ctx): void {
  if (!exactlyOne(step, kinds, ctx)) return;
  const compensate = (step['compensate'] ?? []) as readonly UndoStep[];
  if (step['block'] === undefined && compensate.some(({ revert }) => revert === true))
    ctx.addIssue({ code: 'custom', path: ['compensate'], message: 'only a `block` step can be reverted' });
  if (step['parallel'] === undefined) return;
  for (const key of ['id', 'timeout', 'retry', 'onFailure', 'compensate'])
    if (step[key] !== undefined)
      ctx.addIssue({ code: 'custom', path: [key], message: `\`${key}\` belongs to the steps inside \`parallel\`` });
}

function exactlyOne(step: Readonly<Record<string, unknown>>, kinds: readonly string[], ctx: Ctx): boolean {
  const given = kinds.filter((kind) => step[kind] !== undefined);
  if (given.length === 1) return true;
  const message =
    given.length === 0
      ? `say what it does: one of ${kinds.join(', ')}`
      : `one thing a step: it has ${given.join(' and ')}`;
  ctx.addIssue({ code: 'custom', path: [], message });
  return false;
}
