/** How severe what a rule finds is. */
import type { RuleCard } from '@netsentinel/contracts/rule-card';
import * as text from '../../text/index.ts';

/** The colours are those of severities, of which the lowest has a shorter name. */
export function LevelBadge({ level }: { readonly level: RuleCard['level'] }) {
  if (level === undefined) return <span className="dim">{text.rules.noLevel}</span>;
  return (
    <span className={`badge severity-${level === 'informational' ? 'info' : level}`}>{text.rules.levels[level]}</span>
  );
}
