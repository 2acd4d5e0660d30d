/** What people do about an incident, as changes to their work on it. Pure; `now`: epoch milliseconds, `by`: who, as the audit names them. */
import { CASEWORK_LIMITS, type IncidentWork, type WorkEntry, type WorkStatus } from '@netsentinel/contracts/casework';
import { NetSentinelError } from '@netsentinel/kernel/errors';

export interface Made {
  readonly at: number;
  readonly by: string;
}

/** `to` undefined: nobody has it. Who has it already is not told twice. */
export function assignWork(work: IncidentWork, to: string | undefined, made: Made): IncidentWork {
  if (work.assignee === to) return work;
  const { assignee: _, ...rest } = work;
  const entry: WorkEntry = { ...made, kind: 'assigned', ...(to === undefined ? {} : { to }) };
  return told({ ...rest, ...(to === undefined ? {} : { assignee: to }) }, entry);
}

/** @throws NetSentinelError `WORK_MERGED`: what is a part of another stays closed */
export function moveWork(work: IncidentWork, status: WorkStatus, reason: string, made: Made): IncidentWork {
  if (work.status === status) return work;
  if (work.mergedInto !== undefined) throw isMerged(work.mergedInto);
  return told({ ...work, status }, { ...made, kind: 'status', status, ...(reason === '' ? {} : { reason }) });
}

export function noteWork(work: IncidentWork, text: string, made: Made): IncidentWork {
  return told(work, { ...made, kind: 'note', text });
}

/** The part, closed, and the whole that takes it in. @throws NetSentinelError `WORK_MERGED`, `WORK_FULL` */
export function mergeWork(
  part: IncidentWork,
  whole: IncidentWork,
  reason: string,
  made: Made,
): { readonly part: IncidentWork; readonly whole: IncidentWork } {
  if (part.incident === whole.incident)
    throw new NetSentinelError('WORK_MERGED', 'user', 'An incident cannot be a part of itself.');
  for (const { mergedInto } of [part, whole]) if (mergedInto !== undefined) throw isMerged(mergedInto);
  if (whole.merged.length >= CASEWORK_LIMITS.merged)
    throw new NetSentinelError(
      'WORK_FULL',
      'user',
      `${CASEWORK_LIMITS.merged} incidents are parts of it: no more are taken.`,
    );
  return {
    part: told(
      { ...part, status: 'closed', mergedInto: whole.incident },
      { ...made, kind: 'merged-into', incident: whole.incident, ...(reason === '' ? {} : { reason }) },
    ),
    whole: told(
      { ...whole, merged: [...whole.merged, part.incident] },
      { ...made, kind: 'took-in', incident: part.incident },
    ),
  };
}

/** What people wrote is never pushed out: where there is no room, no more is taken. */
function told(work: IncidentWork, entry: WorkEntry): IncidentWork {
  if (work.entries.length >= CASEWORK_LIMITS.entries)
    throw new NetSentinelError(
      'WORK_FULL',
      'user',
      `${CASEWORK_LIMITS.entries} entries are kept of it: no more are taken.`,
    );
  return { ...work, entries: [...work.entries, entry], version: work.version + 1 };
}

function isMerged(into: string): NetSentinelError {
  return new NetSentinelError('WORK_MERGED', 'user', `It is a part of the incident ${into} already.`);
}
