'use client';
/** A decoy's settings as a form made of their schema. It changes the decoy's entry in the configuration, which everything starts again with. */
import { useCallback, useState } from 'react';
import { api, tagOf } from '../../lib/api.ts';
import {
  faultsOf,
  fieldsOf,
  groupOf,
  meaningOf,
  type Change,
  type Draft,
  type Field,
  type Group,
} from '../../lib/decoy-form.ts';
import { changedText, standingOf, type Entry, type Standing } from '../../lib/decoy-yaml.ts';
import { useLoaded, wordsOf } from '../../lib/hooks.ts';
import { useAttempt } from '../../lib/use-attempt.ts';
import { visible } from '../../lib/format.ts';
import * as text from '../../text/index.ts';
import { AskFirst } from '../ask-first.tsx';
import { Failure } from '../failure.tsx';
import { Told } from '../told.tsx';
import { DecoyField } from './decoy-field.tsx';

const words = text.decoys.form;

interface Loaded {
  readonly version: number;
  readonly yaml: string;
  /** In force where the file names no decoys. */
  readonly unwritten: readonly Entry[];
  readonly standing: Standing | undefined;
  readonly group: Group;
}

async function readForm(id: string): Promise<Loaded> {
  const [{ version, text: yaml }, schema, { decoys }] = await Promise.all([
    api.getConfiguration(),
    api.getDecoySchema({ id }),
    api.listDecoys(),
  ]);
  const unwritten = decoys.map((one) => ({ id: one.id, type: one.type, address: one.address, port: one.port }));
  const standing = standingOf(yaml, id, unwritten);
  const group = groupOf(schema, standing?.entry);
  // Another id would be another decoy.
  const fields = group.fields.filter(({ key }) => key !== 'id');
  return { version, yaml, unwritten, standing, group: { ...group, fields } };
}

export default function DecoyForm({ id, onDone }: { readonly id: string; readonly onDone: (told: string) => void }) {
  const { value, error } = useLoaded(useCallback(() => readForm(id), [id]));
  if (value === undefined)
    return error === undefined ? <p className="dim">{text.frame.loading}</p> : <Failure words={error} />;
  if (value.standing === undefined) return <p className="notice">{words.elsewhere}</p>;
  return <Form id={id} loaded={value} standing={value.standing} onDone={onDone} />;
}

function Form({
  id,
  loaded,
  standing,
  onDone,
}: {
  readonly id: string;
  readonly loaded: Loaded;
  readonly standing: Standing;
  readonly onDone: (told: string) => void;
}) {
  // As it was when it was opened: a change elsewhere is refused by its version, and takes no word away from who types.
  const [{ version, yaml, unwritten, group }] = useState(loaded);
  const [drafts, setDrafts] = useState<Readonly<Record<string, Draft>>>({});
  const [reason, setReason] = useState('');
  const [faults, setFaults] = useState<ReturnType<typeof faultsOf>>();
  const { busy, attempt } = useAttempt();
  const fields = fieldsOf(group);
  const draftOf = ({ key, draft }: Field): Draft => drafts[key] ?? draft;
  const changed = fields.filter((field) => draftOf(field) !== field.draft);
  const save = async (): Promise<void> => {
    const byField = new Map<string, string>();
    const changes: Change[] = [];
    for (const field of changed) {
      const meaning = meaningOf(field, draftOf(field));
      if ('error' in meaning) byField.set(field.key, words.errors[meaning.error]);
      else changes.push({ path: field.path, ...meaning });
    }
    setFaults({ byField, others: [] });
    if (byField.size > 0) return;
    try {
      const answer = await api.changeConfiguration({
        ifMatch: tagOf(version),
        body: {
          text: changedText(yaml, standing.index, changes, unwritten),
          reason: reason.trim() || words.reasonOf(id),
        },
      });
      onDone(answer.version === undefined ? words.nothingChanged : words.written(answer.version));
    } catch (problem) {
      setFaults(
        faultsOf(
          wordsOf(problem),
          standing.index,
          fields.map(({ key }) => key),
        ),
      );
    }
  };
  return (
    <form className="decoys-form" aria-label={words.title} onSubmit={(e) => e.preventDefault()}>
      <Fields
        group={group}
        draftOf={draftOf}
        faultOf={({ key }) => faults?.byField.get(key)}
        onChange={({ key }, draft) => setDrafts({ ...drafts, [key]: draft })}
      />
      {faults !== undefined && faults.byField.size > 0 && <Failure words={words.atFields(faults.byField.size)} />}
      {faults?.others.map((line) => (
        <Failure key={line} words={visible(line)} />
      ))}
      <div className="field decoys-reason">
        <label htmlFor="decoy-reason">{words.reason}</label>
        <input id="decoy-reason" maxLength={256} value={reason} onChange={(e) => setReason(e.target.value)} />
      </div>
      <Told words={changed.length === 0 ? undefined : words.changed(changed.map(({ key }) => key))} />
      <div className="decoys-buttons">
        <AskFirst
          button={words.save}
          about={id}
          question={words.question}
          sure={words.sure}
          busy={busy || changed.length === 0}
          onSure={() => void attempt(save)}
        />
      </div>
    </form>
  );
}

function Fields(props: {
  readonly group: Group;
  readonly draftOf: (field: Field) => Draft;
  readonly faultOf: (field: Field) => string | undefined;
  readonly onChange: (field: Field, draft: Draft) => void;
}) {
  const { group, draftOf, faultOf, onChange } = props;
  return (
    <>
      {group.fields.map((field) => (
        <DecoyField
          key={field.key}
          field={field}
          draft={draftOf(field)}
          fault={faultOf(field)}
          onChange={(draft) => onChange(field, draft)}
        />
      ))}
      {group.groups.map((inner) => (
        <fieldset key={inner.name}>
          <legend>{inner.name}</legend>
          {inner.about !== undefined && <p className="dim">{inner.about}</p>}
          <Fields {...props} group={inner} />
        </fieldset>
      ))}
    </>
  );
}
