/** What the command line asks of the running platform over its control socket, and the answers. */
import type { ApiServer } from '@netsentinel/api/api.types';
import type { Clock } from '@netsentinel/contracts/clock';
import type { EventStore } from '@netsentinel/contracts/event-store';
import type { Logger } from '@netsentinel/contracts/log';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { blastRadius } from '@netsentinel/respond/usual-traffic';
import { enableRule } from '../rules/kept-words.ts';
import type { startLiveRules } from '../rules/live-rules.ts';
import type { Analysis } from './analysis.types.ts';
import type { openBlocklist } from './blocklist.ts';
import type { ControlRequest } from './control.ts';
import type { Erasures } from './erasures.ts';
import { rotateKeys } from './key-orders.ts';
import type { createDismissals } from './not-an-attack.ts';
import { carryOut } from './notify-orders.ts';
import type { OwnTests } from './own-tests.ts';
import { orderPlaybooks } from './playbook-orders.ts';
import type { createAlerting } from './start-alerting.ts';
import type { createPlaybooks } from './start-playbooks.ts';
import type { StatusBoard } from './status-board.ts';
import type { openStores } from './stores.ts';

export interface ControlPorts {
  readonly api: Pick<ApiServer, 'firstRunPath' | 'recoverPath'>;
  readonly board: Pick<StatusBoard, 'status'>;
  readonly dismissals: ReturnType<typeof createDismissals>;
  readonly liveRules: Pick<Awaited<ReturnType<typeof startLiveRules>>, 'reload'>;
  readonly ownTests: OwnTests;
  readonly events: EventStore;
  readonly state: StateStore;
  readonly stores: Pick<Awaited<ReturnType<typeof openStores>>, 'keys' | 'backup'>;
  readonly blocklist: Awaited<ReturnType<typeof openBlocklist>>;
  readonly alerting: Awaited<ReturnType<typeof createAlerting>>;
  readonly analysis: Analysis;
  readonly playbooks: Awaited<ReturnType<typeof createPlaybooks>>;
  readonly erasures: Erasures;
  readonly clock: Clock;
  readonly log: Logger;
  /** Days over which a blast radius is counted. */
  readonly trafficDays: number;
}

/** Rejects with what is to be told to whoever asked. */
export function controlAnswers(ports: ControlPorts): (request: ControlRequest) => Promise<unknown> {
  const { api, board, dismissals, liveRules, ownTests, events, state, stores } = ports;
  const { blocklist, alerting, analysis, playbooks, erasures, clock, log, trafficDays } = ports;
  return async (request) => {
    switch (request.ask) {
      case 'status':
        return board.status();
      case 'sign-in':
        return (await api.firstRunPath()) ?? '/';
      case 'not-an-attack':
        return (await dismissals.dismiss(request.incident, request.word, request.by)) ?? null;
      case 'end-exception':
        return dismissals.endException(request.id, request.by);
      case 'enable-rule':
        return enableRule(request, { state, clock, reload: () => liveRules.reload() });
      case 'own-test': {
        const until = ownTests.announce(request.address);
        log.info('own test of the decoys announced', { address: request.address, until });
        return { until };
      }
      case 'blast-radius':
        return blastRadius(events, request.target, clock.now(), trafficDays);
      case 'bouncer-add':
        return { key: await blocklist.bouncers.add(request.name), mode: blocklist.mode };
      case 'bouncer-list':
        return { mode: blocklist.mode, blocks: blocklist.list.size, bouncers: await blocklist.bouncers.list() };
      case 'bouncer-remove':
        return blocklist.bouncers.remove(request.name);
      case 'notify':
        return carryOut(request.order, { alerting, analysis, clock });
      case 'playbook':
        return orderPlaybooks(request.order, playbooks);
      case 'account-reset':
        return (await api.recoverPath(request)) ?? null;
      case 'rotate-keys':
        return rotateKeys(request, { keys: stores.keys, state, clock });
      case 'erase':
        return erasures.eraseFor(request.by, request.order);
      case 'backup':
        return stores.backup(request.folder);
      default:
        return request satisfies never;
    }
  };
}
