'use client';
/** The incident queue: newest activity first, updating while attacks run, and to be worked through by keys alone. */
import { useRouter } from 'next/navigation';
import { useCallback, useEffect, useState } from 'react';
import { ChosenBar, doToAll } from '../../../components/chosen-bar.tsx';
import { ExportButtons } from '../../../components/export-buttons.tsx';
import { Failure } from '../../../components/failure.tsx';
import { FirstSteps } from '../../../components/first-steps.tsx';
import { PageHead } from '../../../components/page-head.tsx';
import { Empty } from '../../../components/panel.tsx';
import { QueueFilters } from '../../../components/queue-filters.tsx';
import { QueueTable } from '../../../components/queue-table.tsx';
import { OthersUnheard } from '../../../components/others-unheard.tsx';
import { SilentSources } from '../../../components/silent-sources.tsx';
import { segment } from '../../../lib/api.ts';
import { isoTime } from '../../../lib/format.ts';
import { useSettled } from '../../../lib/hooks.ts';
import { rememberQueue } from '../../../lib/neighbours.ts';
import { MAX_ROWS, rowsOf } from '../../../lib/queue.ts';
import { ANY, queryOf } from '../../../lib/queue-query.ts';
import { stepped, useSelection } from '../../../lib/selection.ts';
import { useMay, useSession } from '../../../lib/session.ts';
import { usePageKeys } from '../../../lib/page-keys.ts';
import { useShortcuts } from '../../../lib/shortcuts.ts';
import { useScrolledDown } from '../../../lib/use-scrolled-down.ts';
import { searchOf, useView } from '../../../lib/url-view.ts';
import { isAnswerTo, useQueue } from '../../../lib/use-queue.ts';
import * as text from '../../../text/index.ts';
import './incidents.css';

const words = text.incidents;
/** The server is asked when nobody has typed for so long. */
const TYPING_MS = 250;
const HEAD = ['id', 'score', 'severity', 'status', 'title', 'attacker', 'techniques', 'firstSeen', 'lastSeen'];

export default function IncidentsPage() {
  return (
    <>
      <SilentSources />
      <OthersUnheard />
      <Queue />
    </>
  );
}

function Queue() {
  const router = useRouter();
  const { account } = useSession();
  const mayWork = useMay('incidents:write');
  const [filters, change] = useView(ANY);
  const asked = queryOf(filters);
  const settled = useSettled(asked.text, TYPING_MS);
  const isDown = useScrolledDown();
  const { queue, answers, from, isLoading, error, more, newest, waiting } = useQueue(
    { ...asked, text: settled },
    isDown,
  );
  const selection = useSelection();
  const { chosen, at, stand, toggle, clear } = selection;
  const [isClosing, setClosing] = useState(false);
  const [said, setSaid] = useState<string>();
  usePageKeys(words.keyNames);
  const rows = rowsOf(queue, filters.text);
  const search = searchOf(filters, ANY);
  useEffect(() => {
    if (answers !== undefined) rememberQueue(search, rows, queue.next !== undefined);
  });

  const targets = chosen.size > 0 ? [...chosen] : at === undefined ? [] : [at];
  const open = (id: string | undefined): void => {
    if (id !== undefined) router.push(`/incident/?id=${segment(id)}${search.replace('?', '&')}`);
  };
  const step = (steps: number): void => stand(rows[stepped(rows, at, steps)]?.id);
  const bulk = (what: Parameters<typeof doToAll>[1]): void => {
    setClosing(false);
    if (targets.length > 0) void doToAll(targets, what).then(setSaid).finally(clear);
  };
  const take = (): void => bulk({ what: 'take', account });
  useShortcuts({
    j: () => step(1),
    k: () => step(-1),
    Enter: () => open(at),
    o: () => open(at),
    '/': () => document.querySelector<HTMLElement>('#queue-filter')?.focus(),
    Escape: () => {
      clear();
      setClosing(false);
    },
    ...(mayWork
      ? {
          x: () => at !== undefined && toggle(at),
          a: take,
          c: () => {
            if (targets.length === 0) return;
            if (chosen.size === 0) toggle(targets[0]!);
            setClosing(true);
          },
        }
      : {}),
  });
  const onEnd = useCallback(() => {
    if (!isLoading && queue.byId.size < MAX_ROWS) more();
  }, [isLoading, queue, more]);

  if (answers === undefined)
    return error === undefined ? <p className="centre">{text.frame.loading}</p> : <Failure words={error} />;
  const isAnswered = isAnswerTo(answers, asked);
  const isAll = from === undefined && isAnswerTo(queryOf(ANY), asked);
  if (queue.byId.size === 0 && isAnswered && isAll) return <FirstSteps />;
  const hasMore = queue.next !== undefined;
  return (
    <section>
      <PageHead title={words.title}>
        <ExportButtons
          name="incidents"
          head={HEAD}
          rows={() =>
            rows.map((i) => [
              i.id,
              i.score,
              i.severity,
              i.status,
              i.title,
              i.addresses[0] ?? i.actor,
              i.techniques.join(' '),
              isoTime(i.firstSeen),
              isoTime(i.lastSeen),
            ])
          }
          json={() => rows}
        />
      </PageHead>
      <QueueFilters value={filters} onChange={change} />
      <Failure words={error} />
      {from !== undefined && (
        <p className="notice">
          {words.older}{' '}
          <button type="button" onClick={newest}>
            {words.newest}
          </button>
        </p>
      )}
      {waiting > 0 && (
        <button className="waiting-pill" type="button" onClick={() => window.scrollTo({ top: 0 })}>
          ↑ {words.waiting(waiting)}
        </button>
      )}
      {chosen.size > 0 && (
        <ChosenBar
          count={chosen.size}
          isClosing={isClosing}
          onTake={take}
          onClosing={setClosing}
          onClose={(reason) => bulk({ what: 'close', reason })}
          onNone={clear}
        />
      )}
      <p className="unseen" role="status">
        {said}
      </p>
      <Said words={said} onOver={() => setSaid(undefined)} />
      {rows.length > 0 ? (
        <QueueTable
          rows={rows}
          hasMore={hasMore}
          onEnd={onEnd}
          search={search}
          selection={selection}
          mayChoose={mayWork}
        />
      ) : isAnswered || error !== undefined ? (
        <Empty title={words.none}>
          <p>{words.noneAbout}</p>
          <button type="button" onClick={() => change(ANY)}>
            {words.clear}
          </button>
        </Empty>
      ) : (
        <p className="centre">{words.searching}</p>
      )}
      <p className="more dim">
        {words.shown(rows.length, hasMore)}
        {hasMore && (
          <button type="button" disabled={isLoading || !isAnswered} onClick={more}>
            {isLoading ? words.loadingMore : queue.byId.size >= MAX_ROWS ? words.showOlder : words.loadMore}
          </button>
        )}
      </p>
    </section>
  );
}

/** How long it is shown what became of what was done. */
const SAID_MS = 6_000;

function Said({ words: told, onOver }: { readonly words: string | undefined; readonly onOver: () => void }) {
  useEffect(() => {
    if (told === undefined) return undefined;
    const timer = setTimeout(onOver, SAID_MS);
    return () => clearTimeout(timer);
  }, [told, onOver]);
  return told === undefined ? null : (
    <p className="notice" aria-hidden>
      {told}
    </p>
  );
}
