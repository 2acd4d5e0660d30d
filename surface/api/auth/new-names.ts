/** What a new account may be called. */
import type { StateTransaction } from '@netsentinel/contracts/state-store';

const MOST_ACCOUNTS = 1000;
const MOST_TRIED = 100;

export type NameRefusal = 'name taken' | 'name known' | 'too many';

/** Why there can be no new account of this name; undefined where there can. */
export async function nameRefusal(tx: StateTransaction, name: string): Promise<NameRefusal | undefined> {
  return (await nameJudge(tx))(name);
}

/** This name, or with a number behind it, where there can be a new account. */
export async function freeName(tx: StateTransaction, wanted: string): Promise<string | undefined> {
  const refusalOf = await nameJudge(tx);
  for (let n = 1; n <= MOST_TRIED; n++) {
    const name = n === 1 ? wanted : `${wanted}-${n}`;
    const refused = await refusalOf(name);
    if (refused === undefined) return name;
    if (refused === 'too many') return undefined;
  }
  return undefined;
}

async function nameJudge(tx: StateTransaction): Promise<(name: string) => Promise<NameRefusal | undefined>> {
  const names = new Set((await tx.accounts()).map((account) => account.name.toLowerCase()));
  return async (name) => {
    // Whoever could be taken for another is refused.
    if (names.has(name.toLowerCase())) return 'name taken';
    if (await tx.isInAudit(name)) return 'name known';
    return names.size >= MOST_ACCOUNTS ? 'too many' : undefined;
  };
}
