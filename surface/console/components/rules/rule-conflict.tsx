'use client';
/** Two people wrote the same rules: what the other one has put there, and which of both is to stay. */
import type { OwnRules } from '@netsentinel/contracts/own-rules';
import { segment } from '../../lib/api.ts';
import { visible, visibleLines } from '../../lib/format.ts';
import { useNow } from '../../lib/hooks.ts';
import * as text from '../../text/index.ts';
import { Link } from '../link.tsx';
import { Ago } from '../moment.tsx';

const words = text.rules.editor.conflict;

export interface Conflict {
  /** Undefined where they were removed. */
  readonly theirs: OwnRules | undefined;
  /** Whether they were taken for new ones, and the name is taken. */
  readonly isNew: boolean;
}

export function RuleConflict(props: {
  readonly conflict: Conflict;
  readonly name: string;
  readonly mine: string;
  readonly onTakeTheirs: (theirs: OwnRules) => void;
  /** From the version that there is; undefined: there is none any more. */
  readonly onKeepMine: (version: number | undefined) => void;
}) {
  const { theirs, isNew } = props.conflict;
  const now = useNow();
  if (theirs === undefined)
    return (
      <div className="notice bad" role="alert" data-testid="conflict">
        <p>
          <strong>{words.removed}.</strong> {words.whatToDo}
        </p>
        <button type="button" onClick={() => props.onKeepMine(undefined)}>
          {words.asNew}
        </button>
      </div>
    );
  return (
    <div className="notice bad" role="alert" data-testid="conflict">
      <p>
        <strong>{isNew ? words.taken(visible(props.name)) : words.changed(visible(theirs.by))}</strong>,{' '}
        <Ago at={Date.parse(theirs.at)} now={now} />: “{visible(theirs.reason)}”. {words.whatToDo}
      </p>
      {isNew ? (
        <p>
          {words.otherName} <Link href={`/rule-editor/?name=${segment(theirs.name)}`}>{visible(theirs.name)}</Link>
        </p>
      ) : (
        <>
          {theirs.text === props.mine ? (
            <p>{words.same}</p>
          ) : (
            <details>
              <summary>{words.theirs}</summary>
              <pre className="rule-text" tabIndex={0} aria-label={words.theirs}>
                {visibleLines(theirs.text)}
              </pre>
            </details>
          )}
          <p className="rule-choices">
            <button type="button" onClick={() => props.onTakeTheirs(theirs)}>
              {words.takeTheirs}
            </button>
            <button type="button" onClick={() => props.onKeepMine(theirs.version)}>
              {words.keepMine}
            </button>
          </p>
        </>
      )}
    </div>
  );
}
