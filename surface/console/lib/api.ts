/** Calls to the platform. Every failure is an `ApiError` with the problem's own words; 401 leads to sign-in. */
import type { Account, ApiToken as StoredToken, ConsoleSession, Invitation } from '@netsentinel/contracts/access-book';
import type { Action, ActionStatus, Measure } from '@netsentinel/contracts/action';
import type { AuditRecord } from '@netsentinel/contracts/audit-book';
import type { BlastRadius, BlockPlan } from '@netsentinel/contracts/block-plan';
import type { IncidentWork, WorkStatus } from '@netsentinel/contracts/casework';
import type { Exception } from '@netsentinel/contracts/exception';
import type { Incident, IncidentSummary } from '@netsentinel/contracts/incident';
import type { Dismissed } from '@netsentinel/contracts/not-an-attack';
import type { Role } from '@netsentinel/contracts/permission';
import type { PlaybookRun } from '@netsentinel/contracts/playbook-run';
import type { RunStatus, StepStatus } from '@netsentinel/contracts/playbook-status';

export class ApiError extends Error {
  readonly status: number;
  /** The problem's stable name; empty where the platform did not answer. */
  readonly code: string;

  constructor(status: number, message: string, code = '') {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Leads to the door, and back here afterwards. */
export function toSignIn(): void {
  const { pathname, search } = window.location;
  window.location.replace(`/sign-in/?then=${encodeURIComponent(pathname + search)}`);
}

async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }),
  }).catch(() => {
    throw new ApiError(0, 'NetSentinel does not answer. Is it still running?');
  });
  if (response.status === 204) return undefined as T;
  const value: unknown = await response.json().catch(() => undefined);
  if (response.ok) return value as T;
  if (response.status === 401 && path !== '/api/v1/session') toSignIn();
  const { detail, type } = (value ?? {}) as { readonly detail?: unknown; readonly type?: unknown };
  throw new ApiError(
    response.status,
    typeof detail === 'string' ? detail : `The request failed (${response.status}).`,
    typeof type === 'string' ? type.replace('urn:netsentinel:problem:', '') : '',
  );
}

export interface AttackNames {
  readonly techniques: Readonly<Record<string, string>>;
  readonly tactics: Readonly<Record<string, string>>;
}

/** Which incidents a list shows. `status` and `scanner` undefined: any; `text` empty: all. */
export interface IncidentQuery {
  readonly status: Incident['status'] | undefined;
  /** `only`: of known scanners; `none`: of others. */
  readonly scanner: 'only' | 'none' | undefined;
  readonly text: string;
}

export type User = Omit<Account, 'passwordHash'> & { readonly secondFactor: boolean };
export type OwnSession = Omit<ConsoleSession, 'tokenHash' | 'account'> & {
  readonly id: string;
  /** The one that asks. */
  readonly current: boolean;
};
export interface OwnAccount {
  readonly name: string;
  /** `since`: epoch milliseconds; null: signing in asks for the password only. */
  readonly secondFactor: { readonly since: number; readonly recoveryCodesLeft: number } | null;
}
/** Which changes a list shows; empty: of everybody, and all. */
export interface AuditQuery {
  readonly account: string;
  readonly action: string;
}
export type OpenInvitation = Omit<Invitation, 'tokenHash'>;
export type ApiToken = Omit<StoredToken, 'tokenHash'>;

export interface MeasureAsked {
  readonly measure: Measure;
  readonly target: string;
  readonly ttlMs: number;
}

/** Without a radius nobody knows what would be cut off besides. */
export interface Planned {
  readonly plan: BlockPlan;
  readonly blastRadius?: BlastRadius;
  /** Why, where it takes too much to find out. */
  readonly blastRadiusUnknown?: string;
}

/** A run of a playbook, as `GET /api/v1/playbooks/runs` has it. */
export interface Run extends Pick<PlaybookRun, 'id' | 'mode' | 'incident' | 'actor' | 'startedAt' | 'updatedAt'> {
  readonly playbook: { readonly id: string; readonly version: number; readonly title: string };
  readonly status: RunStatus;
  readonly detail?: string;
  readonly steps: readonly {
    readonly path: string;
    readonly name?: string;
    readonly what: string;
    readonly status: StepStatus;
    readonly detail?: string;
  }[];
  readonly asks: readonly {
    readonly step: string;
    readonly question: string;
    readonly by?: readonly string[];
    readonly until?: number;
  }[];
}

export const api = {
  session: () => call<{ account: string | null; role: Role | null; firstRun: boolean }>('GET', '/api/v1/session'),
  /** Refused with the code `code-needed` where the account has a second factor and none was shown. */
  signIn: (name: string, password: string, code?: string) =>
    call<{ account: string }>('POST', '/api/v1/session', { name, password, ...(code === undefined ? {} : { code }) }),
  signOut: () => call<void>('DELETE', '/api/v1/session'),
  setUp: (token: string, name: string, password: string) =>
    call<{ account: string }>('POST', '/api/v1/setup', { token, name, password }),
  join: (token: string, name: string, password: string) =>
    call<{ account: string }>('POST', '/api/v1/join', { token, name, password }),
  resetPassword: (token: string, password: string) =>
    call<{ account: string }>('POST', '/api/v1/reset', { token, password }),
  account: () => call<OwnAccount>('GET', '/api/v1/account'),
  changePassword: (password: string, newPassword: string) =>
    call<void>('PUT', '/api/v1/account/password', { password, newPassword }),
  beginSecondFactor: (password: string) =>
    call<{ secret: string; uri: string }>('POST', '/api/v1/account/second-factor', { password }),
  confirmSecondFactor: (code: string) =>
    call<{ recoveryCodes: string[] }>('POST', '/api/v1/account/second-factor/confirm', { code }),
  endSecondFactor: (code: string) => call<void>('POST', '/api/v1/account/second-factor/end', { code }),
  sessions: () => call<{ sessions: OwnSession[] }>('GET', '/api/v1/account/sessions'),
  endSession: (id: string) => call<void>('DELETE', `/api/v1/account/sessions/${segment(id)}`),
  endOtherSessions: () => call<{ ended: number }>('DELETE', '/api/v1/account/sessions'),
  /** Newest activity first, 100 a page. */
  incidents: ({ status, scanner, text }: IncidentQuery, after?: string) => {
    const query = new URLSearchParams({ limit: '100' });
    if (status !== undefined) query.set('status', status);
    if (scanner !== undefined) query.set('scanner', scanner);
    if (text !== '') query.set('text', text);
    if (after !== undefined) query.set('after', after);
    return call<{ incidents: IncidentSummary[]; next?: string }>('GET', `/api/v1/incidents?${query.toString()}`);
  },
  incident: (id: string) => call<Incident>('GET', `/api/v1/incidents/${segment(id)}`),
  work: (incident: string) => call<IncidentWork>('GET', `/api/v1/incidents/${segment(incident)}/work`),
  /** `version`: that was seen; refused where somebody has changed it since. */
  changeWork: (
    incident: string,
    version: number,
    change: { readonly assignee?: string | null; readonly status?: WorkStatus; readonly reason?: string },
  ) =>
    call<IncidentWork>('PATCH', `/api/v1/incidents/${segment(incident)}/work`, change, { 'if-match': `"${version}"` }),
  mergeIncident: (incident: string, version: number, into: string, reason: string) =>
    call<IncidentWork>(
      'POST',
      `/api/v1/incidents/${segment(incident)}/merge`,
      { into, reason },
      { 'if-match': `"${version}"` },
    ),
  /** `key`: of `newKey`; the same text with the same key is one note. */
  addNote: (incident: string, text: string, key: string) =>
    call<unknown>('POST', `/api/v1/incidents/${segment(incident)}/notes`, { text }, { 'idempotency-key': key }),
  /** `crypto.randomUUID` is there over TLS and on this machine only. */
  newKey: () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, '0')).join(''),
  actions: (incident: string) =>
    call<{ actions: Action[] }>('GET', `/api/v1/actions?${new URLSearchParams({ incident }).toString()}`),
  notAnAttack: (incident: string, reason: string, days: number) =>
    call<Dismissed>('POST', `/api/v1/incidents/${segment(incident)}/not-an-attack`, { reason, days }),
  /** Of one incident, or all. */
  exceptions: (incident?: string) =>
    call<{ exceptions: Exception[] }>(
      'GET',
      `/api/v1/exceptions${incident === undefined ? '' : `?${new URLSearchParams({ incident }).toString()}`}`,
    ),
  endException: (id: string) => call<void>('DELETE', `/api/v1/exceptions/${segment(id)}`),
  revert: (action: string) => call<{ reverted: number }>('POST', `/api/v1/actions/${segment(action)}/revert`, {}),
  /** Those that wait for a person, the newest first. */
  waitingActions: () => call<{ actions: Action[] }>('GET', '/api/v1/actions?status=awaiting-approval&limit=200'),
  actionsInForce: () =>
    call<{ actions: Action[] }>('GET', '/api/v1/actions?status=applied&status=verified&status=planned&limit=200'),
  plan: (asked: MeasureAsked) => call<Planned>('POST', '/api/v1/actions/plan', asked),
  /** `key`: of `newKey`; the same with the same key is one measure. */
  order: (ordered: MeasureAsked & { readonly reason: string; readonly incident?: string }, key: string) =>
    call<Action>('POST', '/api/v1/actions', ordered, { 'idempotency-key': key }),
  decide: (action: string, word: 'approve' | 'deny', reason: string) =>
    call<{ status: ActionStatus; detail?: string }>('POST', `/api/v1/actions/${segment(action)}/${word}`, { reason }),
  /** Of one incident, or all that are open. */
  runs: (incident?: string) =>
    call<{ runs: Run[] }>(
      'GET',
      `/api/v1/playbooks/runs?${new URLSearchParams(incident === undefined ? { open: 'true', limit: '1000' } : { incident, limit: '1000' }).toString()}`,
    ),
  answerRun: (run: string, step: string, word: 'approve' | 'deny', reason: string) =>
    call<Run>('POST', `/api/v1/playbooks/runs/${segment(run)}/answer`, { word, reason, step }),
  users: () => call<{ users: User[] }>('GET', '/api/v1/users'),
  changeUser: (name: string, role: Role) => call<User>('PATCH', `/api/v1/users/${segment(name)}`, { role }),
  removeUser: (name: string) => call<void>('DELETE', `/api/v1/users/${segment(name)}`),
  /** `path`: of the link, which is shown this once. */
  makePasswordReset: (name: string) =>
    call<{ account: string; path: string; expiresAt: number }>(
      'POST',
      `/api/v1/users/${segment(name)}/password-reset`,
      {},
    ),
  endSecondFactorOf: (name: string) => call<void>('DELETE', `/api/v1/users/${segment(name)}/second-factor`),
  invitations: () => call<{ invitations: OpenInvitation[] }>('GET', '/api/v1/invitations'),
  /** `path`: of the link, which is shown this once. */
  invite: (role: Role) => call<OpenInvitation & { path: string }>('POST', '/api/v1/invitations', { role }),
  endInvitation: (id: string) => call<void>('DELETE', `/api/v1/invitations/${segment(id)}`),
  /** One's own, or everybody's for who may see people. */
  tokens: () => call<{ tokens: ApiToken[] }>('GET', '/api/v1/tokens'),
  makeToken: (name: string, role: Role, days: number) =>
    call<ApiToken & { secret: string }>('POST', '/api/v1/tokens', { name, role, days }),
  revokeToken: (id: string) => call<void>('DELETE', `/api/v1/tokens/${segment(id)}`),
  /** Newest first, 100 a page. */
  audit: ({ account, action }: AuditQuery, before?: number) => {
    const query = new URLSearchParams();
    if (account !== '') query.set('account', account);
    if (action !== '') query.set('action', action);
    if (before !== undefined) query.set('before', String(before));
    return call<{ records: AuditRecord[]; next?: number }>('GET', `/api/v1/audit?${query.toString()}`);
  },
  attack: () => call<AttackNames>('GET', '/api/v1/attack'),
};

/** One path segment; a lone surrogate would make `encodeURIComponent` throw. */
export function segment(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
