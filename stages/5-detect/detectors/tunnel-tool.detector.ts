/** A program that carries other traffic: port forwards, reverse tunnels, proxies. */
import { commandDetector } from '../command-detector.ts';

const TUNNELS = new Set([
  'chisel',
  'frpc',
  'frps',
  'ngrok',
  'socat',
  'gost',
  'cloudflared',
  'proxychains',
  'proxychains4',
  'autossh',
  'ligolo',
  'iodine',
  '3proxy',
  'microsocks',
  'stunnel',
]);

export const tunnelTool = commandDetector(
  {
    id: 'tunnel-tool',
    title: 'Tunnel set up',
    severity: 'high',
    confidence: 80,
    techniques: ['T1572', 'T1090'],
    tactics: ['TA0011'],
    falsePositives: 'An administrator who forwards a port.',
  },
  (command) =>
    (TUNNELS.has(command.name) && command.args.length > 0) ||
    (command.name === 'ssh' && command.args.some((arg) => /^-[a-zA-Z]*[DLRw]/.test(arg) && !arg.startsWith('-o'))),
);
