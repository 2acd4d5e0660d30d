/** What happens now. */
const count = (n: number): string => n.toLocaleString();

const ROOMS: Readonly<Record<string, string>> = {
  sessions: 'visits',
  anomalies: 'findings',
  events: 'events',
};

export const live = {
  title: 'Live',
  about: 'What happens now, as it happens: visits to your decoys, what attackers do, and what is done about it.',
  label: 'What happens, the last first',
  pause: 'Pause',
  goOn: 'Go on',
  paused: (waiting: number) =>
    waiting === 0 ? 'Paused. Nothing has come since.' : `Paused: ${count(waiting)} waiting.`,
  pausedLost: (lost: number) => `More came than is kept while you read: the oldest ${count(lost)} will be missing.`,
  waiting: (n: number) => `${count(n)} new`,
  filter: 'Filter',
  filterHint: 'Filter: address, decoy, word, T1059…',
  kindsLabel: 'What is shown',
  kinds: {
    session: 'Visits',
    incident: 'Incidents',
    anomaly: 'Findings',
    action: 'Actions',
    event: 'Events',
  },
  kindTitle: {
    session: 'Visits to decoys: their beginning and their end',
    incident: 'Incidents: opened, changed, closed',
    anomaly: 'Findings: scans, beacons, tunnels and other behaviour',
    action: 'Actions: blocks and other measures, and what became of them',
    event: 'All that sensors see; under load some of it',
  },
  one: { session: 'visit', incident: 'incident', anomaly: 'finding', action: 'action', event: 'event' },
  begun: (service: string, decoy: string) => `${service}: somebody came to ${decoy}`,
  ended: (service: string, decoy: string) => `${service}: they left ${decoy}`,
  score: (score: number) => `score ${score}`,
  incidentStatus: { open: 'open', contained: 'contained', closed: 'closed', benign: 'no attack' },
  event: (action: string, user: string) => (user === '' ? action : `${action} as ${user}`),
  gap: {
    sampled: (n: number, rooms: readonly string[]) =>
      `So much happens that ${count(n)} ${rooms.map((room) => ROOMS[room] ?? room).join(' and ')} were not sent here. All of them are stored.`,
    cut: (lasted: string) =>
      `The connection was gone for ${lasted}. Incidents and actions of that time are here; visits and findings are not.`,
    paused: (n: number) => `${count(n)} more came while this was held than are kept here.`,
  },
  watch: 'Watch',
  watchLabel: (address: string) => `Watch the terminal of ${address}`,
  huntTitle: 'All events of this address',
  story: 'Story',
  storyLabel: (title: string) => `Story of ${title}`,
  terminal: 'Terminal',
  onAir: 'live',
  over: 'over',
  closeTerminal: 'Close the terminal',
  terminalAbout: 'Stays dark until they are let in and a shell is there.',
  badSession: 'There is no such session.',
  rate: 'Events a second',
  rateLabel: (now: string, most: string, seconds: number) =>
    `Events a second: ${now} now, at most ${most} in the last ${seconds} seconds`,
  rateMost: (most: string) => `most: ${most}`,
  running: 'Now inside',
  nobody: 'Nobody is on a decoy whose terminal could be watched.',
  runningMore: (n: number) => `and ${count(n)} more`,
  none: 'Nothing happens right now.',
  noneAbout:
    'The decoys listen. Attack one yourself and watch it here: open a terminal and log in a few times with a weak password.',
  copy: 'Copy the command',
  noFit: 'Nothing that fits.',
  noFitAbout: (n: number) => `${count(n)} others are hidden by the filter or by what is switched off.`,
  clear: 'Show everything',
  shown: (n: number, most: number) => (n >= most ? `The latest ${count(most)} are kept here.` : `${count(n)} shown`),
  columns: ['time', 'kind', 'what', 'who', 'severity', 'incident'],
  keyNames: [
    ['Space', 'pause, and go on'],
    ['/', 'go to the filter'],
    ['Esc', 'close the terminal'],
  ] as readonly (readonly [keys: string, does: string])[],
} as const;
