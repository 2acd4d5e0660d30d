/** The platform, as the console asks it: by its cookie. 401 leads to sign-in. */
import {
  createClient,
  type GetAttackNamesAnswer,
  type ListIncidentsRequest,
  type ListInvitationsAnswer,
  type ListPlaybookRunsAnswer,
  type ListSecurityKeysAnswer,
  type ListSessionsAnswer,
  type ListTokensAnswer,
  type ListUsersAnswer,
  type OperationId,
  type PlanActionAnswer,
} from '@netsentinel/client';

import { countedFetch } from './open-questions.ts';

export { ApiError } from '@netsentinel/client';

export type ApiToken = ListTokensAnswer['tokens'][number];
export type AttackNames = GetAttackNamesAnswer;
export type OpenInvitation = ListInvitationsAnswer['invitations'][number];
export type OwnSession = ListSessionsAnswer['sessions'][number];
export type Planned = PlanActionAnswer;
export type Run = ListPlaybookRunsAnswer['runs'][number];
export type SecurityKey = ListSecurityKeysAnswer['keys'][number];
export type User = ListUsersAnswer['users'][number];

/** Which incidents a list shows; undefined: any. */
export interface IncidentQuery {
  readonly status: Extract<ListIncidentsRequest['status'], string> | undefined;
  /** `only`: of known scanners; `none`: of others. */
  readonly scanner: ListIncidentsRequest['scanner'];
  /** Empty: all. */
  readonly text: string;
  /** The account that has it; empty: nobody has. */
  readonly assignee: string | undefined;
  readonly minScore: number | undefined;
}

/** A 401 of these is an answer, not the end of a session. */
const OF_SESSION = new Set<OperationId>(['getSession', 'signIn', 'askKeyForSignIn', 'finishOpenId', 'signOut']);

export const api = createClient({
  fetch: countedFetch,
  onError: ({ status }, operation) => {
    if (status === 401 && !OF_SESSION.has(operation)) toSignIn();
  },
});

/** Leads to the door, and back here afterwards. */
export function toSignIn(): void {
  const { pathname, search } = window.location;
  window.location.replace(`/sign-in/?then=${encodeURIComponent(pathname + search)}`);
}

/** For `ifMatch`: the tag of a version that was seen. */
export function tagOf(version: number): string {
  return `"${version}"`;
}

/** For `idempotencyKey`: the same request with the same key is made once. `crypto.randomUUID` is there over TLS and on this machine only. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, '0')).join('');
}

/** One part of an address; a lone surrogate would make `encodeURIComponent` throw. */
export function segment(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
