'use client';
/** Where a question finds nothing, or none was asked: what could be. */
import * as text from '../../text/index.ts';
import { Empty } from '../panel.tsx';

const words = text.hunt;

export function Nothing({
  onLonger,
}: {
  /** Undefined where the time is the longest already. */ readonly onLonger: (() => void) | undefined;
}) {
  return (
    <Empty title={words.nothing}>
      <p>{words.nothingHint}</p>
      {onLonger !== undefined && (
        <button type="button" onClick={onLonger}>
          {words.longer}
        </button>
      )}
    </Empty>
  );
}

/** Questions that most begin with, each at a click. */
export function Examples({ onAsk }: { readonly onAsk: (question: string) => void }) {
  return (
    <div className="hunt-examples" role="group" aria-label={words.examplesLabel}>
      {words.examples.map(([name, question]) => (
        <button key={name} type="button" className="small" title={question} onClick={() => onAsk(question)}>
          {name}
        </button>
      ))}
    </div>
  );
}
