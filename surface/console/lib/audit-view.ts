/** Pure: the audit as the page shows and exports it. */
import type { AuditRecord, AuditValues } from '@netsentinel/contracts/audit-book';
import type { Cell } from './save-file.ts';

export interface ChangedValue {
  readonly name: string;
  /** Undefined where it was not there. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What was told of a change, name by name; what is the same on both sides comes last. */
export function changedValues(before: AuditValues = {}, after: AuditValues = {}): ChangedValue[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const said = (values: AuditValues, name: string): string | undefined =>
    Object.hasOwn(values, name) ? String(values[name]) : undefined;
  const all = names.map((name) => ({ name, before: said(before, name), after: said(after, name) }));
  return [...all.filter((one) => one.before !== one.after), ...all.filter((one) => one.before === one.after)];
}

export const AUDIT_HEAD = ['seq', 'at', 'account', 'token', 'address', 'action', 'target', 'before', 'after'];

export function auditRow({ seq, at, account, token, address, action, target, before, after }: AuditRecord): Cell[] {
  const json = (values: AuditValues | undefined): string | undefined => values && JSON.stringify(values);
  return [seq, new Date(at).toISOString(), account, token, address, action, target, json(before), json(after)];
}

/** A moment of an address (ISO 8601) as milliseconds; undefined where it is none. */
export function momentOf(iso: string): number | undefined {
  const at = iso === '' ? Number.NaN : Date.parse(iso);
  return Number.isNaN(at) || at < 0 ? undefined : at;
}

/** The same as a field of the type `datetime-local` has it, in the time of this browser; empty where it is none. */
export function localField(iso: string): string {
  const at = momentOf(iso);
  if (at === undefined) return '';
  const shifted = at - new Date(at).getTimezoneOffset() * 60_000;
  return new Date(shifted).toISOString().slice(0, 16);
}

/** What such a field holds, for the address. */
export function isoOfField(value: string): string {
  const at = value === '' ? Number.NaN : new Date(value).getTime();
  return Number.isNaN(at) ? '' : new Date(at).toISOString();
}
