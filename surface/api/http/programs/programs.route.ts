/** Programs that are signed in: which there are, and ending one. */
import { z } from 'zod';
import type { SignedInProgram } from '@netsentinel/contracts/program-book';
import { Role } from '@netsentinel/contracts/permission';
import { mayDo } from '@netsentinel/contracts/role-permissions';
import type { SignedIn } from '../../auth/sessions.ts';
import { refusalNow } from '../access.ts';
import { SecretId } from '../ids.ts';
import { Problem } from '../problem.ts';
import { route, type Route } from '../route.ts';

const Program = z.strictObject({
  id: z.string(),
  name: z.string().describe('What it is, in the words of who signed it in'),
  account: z.string().describe('Whose it is'),
  role: Role,
  createdAt: z.number().describe('Epoch milliseconds, as all times'),
  refreshedAt: z.number().describe('When it got its latest tokens'),
  expiresAt: z.number().describe('When it is over, if it gets no newer ones'),
  address: z.string().describe('From where it was signed in; empty where that is not known'),
});
const NO_SUCH = 'There is no such program of yours.';

export const programRoutes: readonly Route[] = [
  route(
    {
      id: 'listPrograms',
      method: 'GET',
      path: '/api/v1/auth/programs',
      summary:
        'Your programs that are signed in, the latest refreshed first (by a program: itself); of everybody for who may see accounts',
      tag: 'programs',
      access: 'signed-in',
      answers: {
        200: {
          description: 'The programs, without their tokens',
          schema: z.strictObject({ programs: z.array(Program) }),
        },
      },
    },
    async ({ ctx, who }) => {
      const all = await ctx.programs.list(mayDo(who.role, 'users:read') ? undefined : who.account);
      return { programs: all.filter((one) => isOf(who, one) || mayDo(who.role, 'users:read')).map(shown) };
    },
  ),
  route(
    {
      id: 'endProgram',
      method: 'DELETE',
      path: '/api/v1/auth/programs/:id',
      summary: 'Sign a program out: yours (by a program: itself), or anybody’s for who may change accounts',
      tag: 'programs',
      access: 'signed-in',
      audit: 'with',
      params: SecretId,
      answers: { 204: { description: 'Its tokens are worth nothing any more' } },
      problems: { 404: NO_SUCH },
    },
    async ({ ctx, params, who, reply, audit }) => {
      await ctx.state.transaction(async (tx) => {
        const program = await tx.program(params.id);
        if (program === undefined) throw noSuch();
        // As the account is now: its role may be another one since the guard looked.
        const refused = isOf(who, program) ? undefined : await refusalNow('users:write', who, tx);
        if (refused !== undefined) throw refused.status === 401 ? refused : noSuch();
        const { name, account, role } = program;
        await audit.write(tx, { before: { name, account, role } });
        await tx.removeProgram(program.id);
      });
      ctx.programs.forget();
      return reply.status(204).send();
    },
  ),
];

function noSuch(): Problem {
  return new Problem(404, 'no-such-program', NO_SUCH);
}

/** A person's are all of theirs, a program's is itself. */
function isOf({ by, account, tokenId }: SignedIn, program: SignedInProgram): boolean {
  return by === 'session' ? program.account === account : program.id === tokenId;
}

/** Without the hashes of its tokens. */
function shown(program: SignedInProgram): z.infer<typeof Program> {
  const { id, name, account, role, createdAt, refreshedAt, expiresAt, address } = program;
  return { id, name, account, role, createdAt, refreshedAt, expiresAt, address };
}
