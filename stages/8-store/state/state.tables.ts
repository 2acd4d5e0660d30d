/**
 * The state store's tables as Kysely sees them, the same on every engine. What is looked for has a column; the rest
 * is JSON text. Whole numbers are numbers: a PostgreSQL driver must be told to parse `int8` so.
 */
import type { Role } from '@netsentinel/contracts/permission';
import type { ActionStatus } from '@netsentinel/contracts/action';
import type { WorkStatus } from '@netsentinel/contracts/casework';
import type { Delivery } from '@netsentinel/contracts/alert-book';
import type { Incident } from '@netsentinel/contracts/incident';

export interface StateTables {
  incidents: {
    id: string;
    actor: string;
    status: Incident['status'];
    score: number;
    last_seen: number;
    /** Id of the known scanner that it is of; empty for others. */
    scanner: string;
    /** `IncidentSummary`, so that a list never parses whole incidents. */
    summary: string;
    /** What text filters look through (`searchText`). */
    words: string;
    body: string;
  };
  actions: {
    id: string;
    incident: string;
    status: ActionStatus;
    created_at: number;
    body: string;
  };
  /** `over_at`: when it ended or will; far away for those that have no end. */
  exceptions: { id: string; made_at: number; over_at: number; body: string };
  actor_states: { actor: string; state: Uint8Array; last_seen: number };
  /** Offsets as decimal text: exact beyond 2^53 on every engine. */
  watermarks: { consumer: string; partition: number; next_offset: string };
  accounts: {
    name: string;
    /** Empty where there is no password. */
    password_hash: string;
    role: Role;
    created_at: number;
    openid_issuer: string | null;
    openid_subject: string | null;
  };
  sessions: {
    token_hash: string;
    account: string;
    created_at: number;
    expires_at: number;
    last_seen_at: number;
    address: string;
    program: string;
  };
  api_tokens: {
    id: string;
    token_hash: string;
    name: string;
    account: string;
    role: Role;
    created_at: number;
    expires_at: number;
    last_used_at: number | null;
  };
  invitations: {
    id: string;
    token_hash: string;
    role: Role;
    made_by: string;
    created_at: number;
    expires_at: number;
  };
  password_resets: { account: string; token_hash: string; made_by: string; created_at: number; expires_at: number };
  second_factors: {
    account: string;
    sealed_secret: string;
    created_at: number;
    confirmed_at: number | null;
    last_step: number;
  };
  /** `transports`: a JSON array. */
  security_keys: {
    id: string;
    credential: string;
    account: string;
    name: string;
    host: string;
    origin: string;
    user_handle: string;
    public_key: string;
    algorithm: number;
    sign_count: number;
    transports: string;
    created_at: number;
    last_used_at: number | null;
  };
  /** `hashes`: a JSON array. */
  recovery_codes: { account: string; hashes: string };
  programs: {
    id: string;
    family_hash: string;
    refresh_hash: string;
    account: string;
    name: string;
    role: Role;
    created_at: number;
    refreshed_at: number;
    expires_at: number;
    address: string;
    /** Both, or neither. */
    retry_hash: string | null;
    retry_sealed: string | null;
  };
  /** `expires_at`: null for the key that signs. */
  signing_keys: {
    id: string;
    public_key: string;
    sealed_key: string;
    created_at: number;
    expires_at: number | null;
  };
  /** `before` and `after`: JSON, empty where there is nothing to tell. */
  audit: {
    seq: number;
    at: number;
    account: string;
    token: string | null;
    address: string;
    action: string;
    target: string;
    before: string;
    after: string;
  };
  /** What people said of whole rules: `RuleWord` as JSON. */
  rule_words: { seq: number; rule: string; body: string };
  /** What people put into force through the API: `OwnRules` as JSON. */
  own_rules: { name: string; body: string };
  /** What became of each rule in it: `OwnRuleChange` as JSON. */
  own_rule_changes: { seq: number; rule: string; body: string };
  settings: { key: string; value: string };
  /** `SourceRecord` as JSON. */
  sources: { sensor: string; source: string; body: string };
  /** `due_at`: when to look at the incident again; `body`: `AlertState`, empty where nobody was told of it yet. */
  alerts: { incident: string; due_at: number | null; body: string };
  deliveries: {
    id: string;
    notifier: string;
    status: Delivery['status'];
    due_at: number;
    created_at: number;
    body: string;
  };
  silences: { id: string; made_at: number; over_at: number; body: string };
  /** `due_at`: when playbooks are to look at the incident. */
  playbook_marks: { incident: string; due_at: number };
  /** `is_open`: 1 where something is left to do (`isOpen`). */
  playbook_runs: { id: string; is_open: number; started_at: number; updated_at: number; body: string };
  /** What people do about an incident: `IncidentWork`. `assignee`: empty where nobody has it. */
  incident_work: { incident: string; status: WorkStatus; assignee: string; body: string };
  kept_answers: {
    account: string;
    key_hash: string;
    request_hash: string;
    sealed: string;
    made_at: number;
    expires_at: number;
  };
  memories: { sensor: string; key: string; value: Uint8Array; touched_at: number };
  schema_version: { version: number; applied_at: number };
}

/** Wraps every query: the engine's chance to translate its errors, or to refuse after close. */
export type Guard = <T>(query: () => Promise<T>) => Promise<T>;
