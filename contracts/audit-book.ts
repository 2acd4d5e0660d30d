/** What was changed through the API: who, from where, what, before and after. Only ever added to. */

/** Never holds a secret: whoever writes it chooses what of a change is told. */
export interface AuditRecord {
  /** 1, 2, 3 … without a gap. */
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Who did it: the account that was signed in, or that a link or a password spoke for. */
  readonly account: string;
  /** Id of the API token, or of the signed-in program, that it was done with; undefined for people. */
  readonly token?: string | undefined;
  /** From where. */
  readonly address: string;
  /** The route's operation id. */
  readonly action: string;
  /** What it was about: the route's path below `/api/v1/`. */
  readonly target: string;
  /** What changed, as it was and as it is; undefined where there is nothing to tell. */
  readonly before?: AuditValues | undefined;
  readonly after?: AuditValues | undefined;
}

export type AuditValues = Readonly<Record<string, string | number | boolean | null>>;

export interface AuditFilter {
  readonly account?: string;
  readonly action?: string;
  /** From where it was done, exactly. */
  readonly address?: string;
  /** Done in `[from, to)`, epoch milliseconds. */
  readonly from?: number;
  readonly to?: number;
  /** Keyset paging, newest first: only those before this `seq`. */
  readonly before?: number;
  /** Default 100, at most 500. */
  readonly limit?: number;
}

export interface AuditBookReader {
  /** Newest first; `next` is for `before` of the next page, undefined on the last. */
  audit(filter?: AuditFilter): Promise<{ readonly records: readonly AuditRecord[]; readonly next?: number }>;
  /** Whether a record is by or about an account of this name, in whatever case. Reads all of them. */
  isInAudit(account: string): Promise<boolean>;
}

export interface AuditBookWriter {
  addAudit(record: Omit<AuditRecord, 'seq'>): Promise<void>;
}
