/** A decoy knows its protocol best: what it says of a move (`threat.technique` of its own events) is taken at its word. */
import type { Severity } from '@netsentinel/contracts/detection';
import { tacticsOf, technique } from '../attack.ts';
import { quote } from '../command-detector.ts';
import { plainDetector } from '../detector.types.ts';

const MAX_TECHNIQUES = 4;
/** Tactics of those who look before they do anything. */
const LOOKING: ReadonlySet<string> = new Set(['TA0007', 'TA0009', 'TA0043']);
/** Tactics of those who are about to stay, or to do harm. */
const STAYING: ReadonlySet<string> = new Set(['TA0002', 'TA0003', 'TA0004', 'TA0005', 'TA0008', 'TA0010', 'TA0040']);

export const decoyTechnique = plainDetector(
  {
    id: 'decoy-technique',
    title: 'Move of an attacker, by what the decoy made of it',
    severity: 'medium',
    confidence: 90,
    techniques: ['T1190'],
    tactics: ['TA0001'],
    falsePositives: 'Whoever tries your decoys by your own order.',
    on: ['command', 'read', 'write', 'upload', 'download', 'execute', 'session', 'other'],
  },
  ({ event }) => {
    const said = event.threat?.technique?.id;
    if (said === undefined || event.netsentinel.decoy === undefined || event.event.kind === 'pipeline_error')
      return undefined;
    const techniques = said.filter((id) => technique(id) !== undefined).slice(0, MAX_TECHNIQUES);
    if (techniques.length === 0) return undefined;
    const served = techniques.flatMap((id) => tacticsOf(id).map((tactic) => tactic.id));
    const named = (event.threat?.tactic?.id ?? []).filter((id) => served.includes(id));
    const tactics = named.length > 0 ? named : served.slice(0, 1);
    const { statement, smb } = event.netsentinel;
    const what = [
      event.process?.command_line,
      statement,
      event.file?.path,
      event.message,
      smb?.operation,
      smb?.share,
    ].find((text) => text !== undefined && text !== '');
    const severity: Severity = tactics.some((id) => STAYING.has(id))
      ? 'high'
      : tactics.every((id) => LOOKING.has(id))
        ? 'low'
        : 'medium';
    return {
      summary: `${techniques.map((id) => technique(id)!.name).join(', ')}${what === undefined ? '' : `: ${quote(what)}`}`,
      severity,
      techniques,
      tactics,
    };
  },
);
