/** People, tokens and programs of the install of `sample-world.ts`, besides its first account. */
import { createHash } from 'node:crypto';
import type { Role } from '@netsentinel/contracts/permission';
import type { ApiHarness } from './api-harness.ts';

const DAY = 86_400_000;
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Nobody can sign in as these: they have no password. Once the first account is there. */
export async function fillAccess(h: ApiHarness, now = Date.now()): Promise<void> {
  const people: readonly (readonly [name: string, role: Role, days: number])[] = [
    ['ada', 'admin', 200],
    ['bob', 'analyst', 120],
    ['eve', 'read-only', 14],
  ];
  await h.state.transaction(async (tx) => {
    for (const [name, role, days] of people)
      await tx.putAccount({ name, passwordHash: '', role, createdAt: now - days * DAY });
    await tx.putProgram({
      id: 'sampleprogrm',
      familyHash: hash('family'),
      refreshHash: hash('refresh'),
      account: 'ada',
      name: 'netsentinel on ada’s laptop',
      role: 'analyst',
      createdAt: now - 9 * DAY,
      refreshedAt: now - 600_000,
      expiresAt: now + 21 * DAY,
      address: '192.0.2.17',
    });
    const record = { address: '192.0.2.17', account: 'ada' };
    await tx.addAudit({
      ...record,
      at: now - 3 * DAY,
      action: 'changeUser',
      target: 'users/bob',
      before: { role: 'read-only' },
      after: { role: 'analyst' },
    });
    await tx.addAudit({
      ...record,
      at: now - 2 * DAY,
      action: 'changeConfiguration',
      target: 'configuration',
      after: { version: 3, sections: 'decoys', reason: 'SSH on its own port' },
    });
    await tx.addAudit({
      ...record,
      at: now - DAY,
      action: 'changeRule',
      target: 'rules/0f06a3a5-6a09-413f-8743-e6cf35561297',
      before: { enabled: true },
      after: { enabled: false, reason: 'Our backup does the same every night' },
    });
    await tx.addAudit({
      ...record,
      account: 'bob',
      token: 'tok-1',
      at: now - 7_200_000,
      action: 'revertAction',
      target: 'actions/act-2/revert',
    });
    await tx.addAudit({
      ...record,
      at: now - 3_600_000,
      action: 'revertAllActions',
      target: 'actions/revert-all',
      after: { reverted: 14 },
    });
  });
}
