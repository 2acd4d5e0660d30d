'use client';
/** Where an attacker comes from, by what they are recognised, and whose scanner they are. */
import type { AttackerStory } from '@netsentinel/client';
import { describeScanner } from '@netsentinel/contracts/scanner-words';
import { countryName } from '../../lib/country.ts';
import { visible } from '../../lib/format.ts';
import * as text from '../../text/index.ts';
import { CopyButton } from '../copy-button.tsx';
import { Panel } from '../panel.tsx';

const words = text.attackers;

export function KnownOf({
  story: { addresses, origins, scanner, services, fingerprints },
}: {
  readonly story: AttackerStory;
}) {
  const list = (of: readonly string[] | undefined): string =>
    of === undefined ? words.noOrigins : of.length === 0 ? words.noneKnown : of.join(', ');
  return (
    <Panel title={words.known}>
      <dl className="facts">
        <div>
          <dt>{words.addresses}</dt>
          <dd>
            <code>{visible(addresses.join(', '))}</code>
          </dd>
        </div>
        <div>
          <dt>{words.scanner}</dt>
          <dd>{scanner === undefined ? words.noScanner : visible(describeScanner(scanner))}</dd>
        </div>
        <div>
          <dt>{words.countries}</dt>
          <dd>
            {list(
              origins?.countries.map(
                ({ code, events }) => `${visible(countryName(code))} (${events.toLocaleString()})`,
              ),
            )}
          </dd>
        </div>
        <div>
          <dt>{words.networks}</dt>
          <dd>
            {list(origins?.networks.map(({ as, events }) => `${words.network(as)} (${events.toLocaleString()})`))}
          </dd>
        </div>
        {services.length > 0 && (
          <div>
            <dt>{words.services}</dt>
            <dd>
              {services
                .map(({ protocol, sessions }) => `${visible(protocol)} (${sessions.toLocaleString()})`)
                .join(', ')}
            </dd>
          </div>
        )}
        {fingerprints.map(({ kind, value }) => (
          <div key={`${kind} ${value}`}>
            <dt>{visible(kind)}</dt>
            <dd>
              <code>{visible(value)}</code> <CopyButton value={value} />
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
