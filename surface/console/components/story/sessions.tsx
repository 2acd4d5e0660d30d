'use client';
/** The terminal of a recorded session: live while it runs, replay otherwise. */
import type { IncidentSession } from '@netsentinel/contracts/incident';
import { api } from '../../lib/api.ts';
import { clockTime, duration, visible } from '../../lib/format.ts';
import type { RecordingTimes } from '../../lib/recording-times.ts';
import type { RecordedSession } from '../../lib/story.ts';
import * as text from '../../text/index.ts';
import { LiveTerminal, Replay, type Wish } from '../terminal.tsx';

const words = text.incident.terminal;

export function Sessions(props: {
  readonly sessions: readonly RecordedSession[];
  readonly chosen: RecordedSession;
  readonly onChoose: (id: string) => void;
  readonly wish: Wish | undefined;
  readonly onTimes: (times: RecordingTimes) => void;
  readonly onPlayed: (at: number) => void;
}) {
  const { sessions, chosen, onChoose, wish, onTimes, onPlayed } = props;
  const { recording, start, end } = chosen;
  const isLive = end === undefined;
  return (
    <section id="story-terminal" tabIndex={-1}>
      <div className="bar">
        <h2>
          {words.title}{' '}
          {isLive ? <span className="badge on-air">{words.live}</span> : <span className="badge">{words.replay}</span>}
        </h2>
        {sessions.length > 1 && (
          <select aria-label={words.session} value={chosen.id} onChange={(e) => onChoose(e.target.value)}>
            {sessions.map((one) => (
              <option key={one.id} value={one.id}>
                {nameOf(one)}
              </option>
            ))}
          </select>
        )}
        <a className="quiet" href={api.urlOf('getRecording', { session: recording })} download>
          {words.download}
        </a>
      </div>
      {isLive ? (
        <LiveTerminal key={recording} session={recording} />
      ) : (
        <Replay key={recording} session={recording} begins={start} wish={wish} onTimes={onTimes} onPlayed={onPlayed} />
      )}
    </section>
  );
}

function nameOf({ start, end, user = '' }: IncidentSession): string {
  return words.name(
    clockTime(start),
    visible(user).slice(0, 40),
    end === undefined ? undefined : duration(end - start),
  );
}
