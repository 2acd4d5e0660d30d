/** Bots that look for MikroTik routers try RouterOS commands on whatever answers. */
import { commandDetector } from '../command-detector.ts';

const MENU = /^\/(ip|system|tool|interface|ppp|queue|routing|certificate)$/;

export const routerosBot = commandDetector(
  {
    id: 'routeros-bot',
    title: 'Command of a MikroTik router',
    severity: 'medium',
    confidence: 90,
    techniques: ['T1059.008'],
    tactics: ['TA0002'],
    falsePositives: 'Practically none on a machine that is no router.',
  },
  (command) => MENU.test(command.path) && command.args.length > 0,
);
