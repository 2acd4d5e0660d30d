/** Small labels: severity, score, ATT&CK. */
import type { Severity } from '@netsentinel/contracts/detection';
import type { KnownScanner } from '@netsentinel/contracts/scanner';
import { describeScanner } from '@netsentinel/contracts/scanner-words';
import type { AttackNames } from '../lib/api.ts';
import { nameOf } from '../lib/hooks.ts';
import * as text from '../text/index.ts';

export function SeverityBadge({ severity }: { readonly severity: Severity }) {
  return <span className={`badge severity-${severity}`}>{severity}</span>;
}

export function StatusBadge({ status }: { readonly status: string }) {
  return <span className={`badge status-${status}`}>{status}</span>;
}

/** Whose scanner the attacker is. */
export function ScannerBadge({ scanner }: { readonly scanner: KnownScanner }) {
  return (
    <span className="badge scanner" title={describeScanner(scanner)}>
      {scanner.kind === 'own' ? text.parts.ownScanner : scanner.name}
    </span>
  );
}

export function Techniques({
  ids,
  names,
}: {
  readonly ids: readonly string[];
  readonly names: AttackNames | undefined;
}) {
  return (
    <ul className="chips">
      {ids.map((id) => (
        <li key={id} className="chip" title={id}>
          <code>{id}</code> {nameOf(names?.techniques, id)}
        </li>
      ))}
    </ul>
  );
}

/** Tactics in the order in which the attacker reached them. */
export function TacticPath({
  ids,
  names,
}: {
  readonly ids: readonly string[];
  readonly names: AttackNames | undefined;
}) {
  return (
    <ol className="path">
      {ids.map((id) => (
        <li key={id}>{nameOf(names?.tactics, id) ?? id}</li>
      ))}
    </ol>
  );
}
