/** SQL Server in the application channel: logins that failed (18456) or worked (18453, 18454), with the client in the last text. */
import type { EcsDocument } from '@netsentinel/contracts/parser';
import { put } from '../../text/document.ts';
import { addressIn } from '../syslog/peer.ts';
import type { WindowsEvent } from './event-shapes.ts';

const FAILED = new Set(['18456', '18452', '18470', '18486']);
const WORKED = new Set(['18453', '18454', '18455']);

export function addMssql(document: EcsDocument, { id, data }: WindowsEvent): void {
  if (!FAILED.has(id) && !WORKED.has(id)) return;
  const client = Object.values(data).flatMap((text) => /\[CLIENT: ([^\]]{2,64})\]/.exec(text)?.[1] ?? [])[0];
  document.event.category = ['authentication', 'database'];
  document.event.type = ['start'];
  document.event.outcome = FAILED.has(id) ? 'failure' : 'success';
  document.event.action = 'database-login';
  document.source = addressIn(client ?? '');
  put(document, 'user.name', data['param1']);
}
