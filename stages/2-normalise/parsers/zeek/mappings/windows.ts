/** Logs about Windows' protocols: `smb_cmd`, `smb_files`, `smb_mapping`, `dce_rpc`. */
import { put, numberOf, textOf } from '../../../text/document.ts';
import { CONNECTION, CONNECTION_INFO, type ZeekMapping } from './mapping.types.ts';
import { setUser, timeOf } from './steps.ts';

export const smbCmd: ZeekMapping = {
  dataset: 'smb_cmd',
  category: ['network'],
  type: CONNECTION,
  transport: 'tcp',
  protocol: 'smb',
  signs: [
    ['command', 'sub_command'],
    ['command', 'argument', 'status'],
    ['command', 'rtt', 'version'],
  ],
  fields: {
    'referenced_file.ts': '',
    'referenced_file.id.orig_p': '',
    'referenced_file.id.resp_p': '',
    'referenced_file.size': '',
    'referenced_file.times.modified': '',
    'referenced_file.times.accessed': '',
    'referenced_file.times.created': '',
    'referenced_file.times.changed': '',
    'referenced_file.fuid': '',
    'referenced_file.prev_name': '',
    'referenced_file.uid': '',
    'referenced_file.id.orig_h': '',
    'referenced_file.id.resp_h': '',
    'referenced_file.name': 'file.name',
    'referenced_file.path': 'file.path',
    'referenced_file.action': 'file.action',
  },
  ecs: (record, document, own) => {
    if (record['referenced_file.action'] !== undefined) {
      put(own, 'file.uid', record['referenced_file.uid']);
      put(own, 'file.host.tx', record['referenced_file.id.orig_h']);
      put(own, 'file.host.rx', record['referenced_file.id.resp_h']);
    }
    document.event.action = textOf(record['command']);
    setUser(document, record['username']);
    const status = textOf(record['status'])?.toLowerCase();
    if (status === undefined) return;
    document.event.outcome = status === 'success' ? 'success' : 'failure';
    if (status !== 'success') document.event.type = [...CONNECTION, 'error'];
  },
};

/** What an action on a file is to ECS. */
const ACTIONS: Readonly<Record<string, string>> = {
  'SMB::FILE_DELETE': 'deletion',
  'SMB::FILE_RENAME': 'change',
  'SMB::FILE_SET_ATTRIBUTE': 'change',
};

export const smbFiles: ZeekMapping = {
  dataset: 'smb_files',
  category: ['network', 'file'],
  type: CONNECTION,
  transport: 'tcp',
  protocol: 'smb',
  signs: [
    ['action', 'times.modified'],
    ['action', 'path'],
    ['action', 'name'],
  ],
  fields: {
    'times.modified': '',
    'times.accessed': '',
    'times.created': '',
    'times.changed': '',
  },
  ecs: (record, document, own) => {
    const action = textOf(record['action']);
    const name = textOf(record['name']);
    const path = textOf(record['path']);
    document.event.action = action;
    document.event.type = [...CONNECTION, (action === undefined ? undefined : ACTIONS[action]) ?? 'info'];
    const times = {
      accessed: timeOf(record['times.accessed']),
      changed: timeOf(record['times.changed']),
      created: timeOf(record['times.created']),
      modified: timeOf(record['times.modified']),
    };
    own['times'] = times;
    document['file'] = {
      name,
      path: path === undefined || name === undefined ? path : `${path}\\${name}`,
      size: numberOf(record['size']),
      accessed: times.accessed,
      created: times.created,
      ctime: times.changed,
      mtime: times.modified,
    };
    setUser(document, record['username']);
  },
};

export const smbMapping: ZeekMapping = {
  dataset: 'smb_mapping',
  category: ['network'],
  type: CONNECTION,
  transport: 'tcp',
  protocol: 'smb',
  signs: [['share_type']],
  fields: {},
};

export const dceRpc: ZeekMapping = {
  dataset: 'dce_rpc',
  category: ['network'],
  type: CONNECTION_INFO,
  transport: 'tcp',
  protocol: 'dce_rpc',
  signs: [
    ['named_pipe', 'operation'],
    ['endpoint', 'operation'],
  ],
  fields: {},
  ecs: (record, document) => {
    document.event.action = textOf(record['operation']);
  },
};
