/** Playbooks, their runs, and a person's word on a step that waits for one. */
import { z } from 'zod';
import type { Playbook } from '@netsentinel/contracts/playbook';
import { groupsOf, nameOfKind } from '@netsentinel/contracts/playbook-steps';
import type { PlaybookRun } from '@netsentinel/contracts/playbook-run';
import { RunStatus, StepStatus } from '@netsentinel/contracts/playbook-status';
import { orProblem } from './platform-problem.ts';
import { route, type Route } from './route.ts';
import { byOf } from './who-did-it.ts';

const Mode = z.enum(['simulate', 'run']).describe('`simulate`: it says what it would have done');
const Card = z.strictObject({ id: z.string(), version: z.number().int(), title: z.string() });
const PlaybookCard = Card.extend({
  description: z.string().optional(),
  mode: Mode,
  once: z.enum(['incident', 'attacker']),
  steps: z.array(z.string()).describe('What each does: `block`, `notify`, …'),
});
const epochMs = z.number().int();
const RunStep = z.strictObject({
  path: z.string().describe('Its place: `2`, or `3.1` in a parallel group'),
  name: z.string().optional(),
  what: z.string().describe('`block`, `notify`, …'),
  status: StepStatus,
  detail: z.string().optional(),
  startedAt: epochMs.optional().describe('Epoch milliseconds, as the next'),
  endedAt: epochMs.optional(),
  action: z.string().optional().describe('The block, or other measure, that it asked for'),
});
const Run = z.strictObject({
  id: z.string(),
  playbook: Card,
  mode: Mode,
  incident: z.string(),
  actor: z.string(),
  status: RunStatus,
  detail: z.string().optional(),
  startedAt: epochMs.describe('Epoch milliseconds, as the next'),
  updatedAt: epochMs,
  steps: z.array(RunStep),
  asks: z
    .array(
      z.strictObject({
        step: z.string().describe('For `step` of the answer'),
        question: z.string(),
        by: z.array(z.string()).optional().describe('Only these may answer; anybody where it is not given'),
        until: epochMs.optional().describe('Nobody can answer after this time; epoch milliseconds'),
      }),
    )
    .describe('What it waits for a person to answer'),
});
const RunId = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) });
const RunsQuery = z.strictObject({
  incident: z.string().max(64).optional(),
  open: z.enum(['true', 'false']).optional().describe('`true`: only those that are not over'),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe('Newest runs looked at; 100 where it is not given'),
});
const Answer = z.strictObject({
  word: z.enum(['approve', 'deny']),
  reason: z.string().max(256).default('').describe('Why, for the audit'),
  step: z.string().max(64).optional().describe('Its name or place, where several ask'),
});

export const playbookRoutes: readonly Route[] = [
  route(
    {
      id: 'listPlaybooks',
      method: 'GET',
      path: '/api/v1/playbooks',
      summary: 'Playbooks that may do something, and what each does',
      tag: 'playbooks',
      access: 'response:read',
      answers: {
        200: { description: 'The playbooks', schema: z.strictObject({ playbooks: z.array(PlaybookCard) }) },
      },
    },
    ({ ctx }) => ({
      playbooks: ctx.playbooks.list().map(({ playbook, mode }) => ({
        ...cardOf(playbook),
        ...(playbook.description === undefined ? {} : { description: playbook.description }),
        mode,
        once: playbook.once,
        steps: groupsOf(playbook).map((group) => group.map(({ step }) => nameOfKind(step)).join('+')),
      })),
    }),
  ),
  route(
    {
      id: 'listPlaybookRuns',
      method: 'GET',
      path: '/api/v1/playbooks/runs',
      summary: 'Runs of playbooks, the newest first, and what each waits for',
      tag: 'playbooks',
      access: 'response:read',
      query: RunsQuery,
      answers: { 200: { description: 'The runs', schema: z.strictObject({ runs: z.array(Run) }) } },
    },
    async ({ ctx, query: { incident, open, limit } }) => {
      const runs = await ctx.state.read.playbookRuns({
        ...(limit === undefined ? {} : { limit }),
        // Others that only wait for the audit are over.
        ...(open === 'true' ? { open: true } : {}),
      });
      const isWanted = (run: PlaybookRun): boolean =>
        (incident === undefined || run.incident === incident) &&
        (open === undefined || isOver(run) === (open === 'false'));
      return { runs: runs.filter(isWanted).map((run) => shown(run, ctx.clock.now())) };
    },
  ),
  route(
    {
      id: 'answerPlaybookRun',
      method: 'POST',
      path: '/api/v1/playbooks/runs/:id/answer',
      summary: 'Approve or refuse a step that waits for a person: your name goes into the audit',
      tag: 'playbooks',
      access: 'response:write',
      audit: 'after',
      params: RunId,
      body: Answer,
      answers: { 200: { description: 'The run as it is then', schema: Run } },
      problems: {
        403: 'The role does not have the permission `response:write`, or only others may answer',
        404: 'There is no such run',
        409: 'It does not wait for a person, or playbooks are off',
      },
    },
    async ({ ctx, params, body: { word, reason, step }, who, audit }) => {
      const given = { word, reason, by: byOf(who), ...(step === undefined ? {} : { step }) };
      const run = await orProblem(ctx.playbooks.answer(params.id, given), {
        PLAYBOOKS_OFF: 409,
        PLAYBOOK_RUN_NOT_FOUND: 404,
        PLAYBOOK_NOT_ASKING: 409,
        PLAYBOOK_NOT_ASKED_OF_YOU: 403,
      });
      audit.note({ after: { word, reason, ...(step === undefined ? {} : { step }) } });
      return shown(run, ctx.clock.now());
    },
  ),
];

function isOver({ status }: PlaybookRun): boolean {
  return status !== 'running' && status !== 'compensating';
}

function cardOf({ id, version, title }: Playbook): z.infer<typeof Card> {
  return { id, version, title };
}

/** Without the conditions and texts of the playbook, and what the audit has not confirmed. */
function shown(run: PlaybookRun, now: number): z.infer<typeof Run> {
  const { id, playbook, mode, incident, actor, status, detail, startedAt, updatedAt } = run;
  const placed = groupsOf(playbook).flat();
  return {
    id,
    playbook: cardOf(playbook),
    mode,
    incident,
    actor,
    status,
    ...(detail === undefined ? {} : { detail }),
    startedAt,
    updatedAt,
    steps: run.steps.map((state) => {
      const step = placed.find(({ path }) => path === state.path)?.step;
      return {
        path: state.path,
        ...(step?.id === undefined ? {} : { name: step.id }),
        what: step === undefined ? '' : nameOfKind(step),
        status: state.status,
        ...(state.detail === undefined ? {} : { detail: state.detail }),
        ...(state.startedAt === undefined ? {} : { startedAt: state.startedAt }),
        ...(state.endedAt === undefined ? {} : { endedAt: state.endedAt }),
        ...(state.action === undefined ? {} : { action: state.action }),
      };
    }),
    asks: placed.flatMap(({ path, step }) => {
      const state = run.steps.find((one) => one.path === path);
      const until = state?.dueAt;
      const isAsking = status === 'running' && state?.status === 'running' && (until === undefined || until > now);
      if (step.approve === undefined || !isAsking) return [];
      const { question, by } = step.approve;
      return [
        {
          step: path,
          question,
          ...(by === undefined ? {} : { by }),
          ...(until === undefined ? {} : { until }),
        },
      ];
    }),
  };
}
