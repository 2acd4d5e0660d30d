'use client';
/** Which attackers a list shows, and in what order. */
import { MAX_FILTER_CHARS } from '@netsentinel/contracts/incident-words';
import { ORDERS, type AttackerFilters } from '../lib/attackers.ts';
import { countryName } from '../lib/country.ts';
import { visible } from '../lib/format.ts';
import * as text from '../text/index.ts';

const words = text.attackers;
const SCORES = [30, 50, 70, 90] as const;

export function AttackersFilters({
  value,
  countries,
  onChange,
}: {
  readonly value: AttackerFilters;
  /** Of those that are shown. */
  readonly countries: readonly string[];
  readonly onChange: (change: Partial<AttackerFilters>) => void;
}) {
  const choice = (
    name: Exclude<keyof AttackerFilters, 'text'>,
    label: string,
    options: readonly (readonly [value: string, name: string])[],
  ) => (
    <select aria-label={label} value={value[name]} onChange={(e) => onChange({ [name]: e.target.value })}>
      {options.map(([key, said]) => (
        <option key={key} value={key}>
          {said}
        </option>
      ))}
    </select>
  );
  return (
    <search className="attackers-filters">
      <input
        type="search"
        placeholder={words.filterHint}
        aria-label={words.filter}
        maxLength={MAX_FILTER_CHARS}
        value={value.text}
        onChange={(e) => onChange({ text: e.target.value })}
      />
      {choice(
        'order',
        words.order,
        ORDERS.map((order) => [order, words.orders[order]]),
      )}
      {choice('country', words.country, [
        ['', words.anyCountry],
        ...countries.map((code) => [code, visible(countryName(code))] as const),
        ['?', words.unknownCountry],
      ])}
      {choice('scanner', words.who, [
        ['', words.everybody],
        ['none', words.noScanners],
        ['only', words.onlyScanners],
      ])}
      {choice('held', words.held, [
        ['', words.anyHeld],
        ['yes', words.isHeld],
        ['no', words.notHeld],
      ])}
      {choice('open', words.open, [
        ['', words.anyOpen],
        ['open', words.onlyOpen],
      ])}
      {choice('score', words.minScore, [
        ['', words.anyScore],
        ...SCORES.map((n) => [String(n), words.fromScore(n)] as const),
      ])}
    </search>
  );
}
