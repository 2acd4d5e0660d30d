/** How the platform itself does. */
const count = (n: number): string => n.toLocaleString();
const some = (n: number, one: string, many: string): string => `${count(n)} ${n === 1 ? one : many}`;

export const system = {
  title: 'System',
  about: 'Whether everything that should watch does, as of this second.',
  well: 'All is well',
  ill: (n: number) => some(n, 'thing needs you', 'things need you'),
  attention: 'What needs you',
  nothing: 'Nothing: decoys listen, sensors are heard, rules are in force.',
  levels: { bad: 'failing', late: 'late', note: 'note' },
  next: 'Next:',
  needs: {
    notReady: {
      what: 'The state cannot be read',
      next: 'Look at the log of the platform: it says why. A full disk and a lost right to its folder are the usual causes.',
    },
    noAnswer: {
      what: 'The platform does not answer',
      next: 'Look whether it runs: `netsentinel doctor` at the machine.',
    },
    decoy: (id: string) => ({
      what: `The decoy ${id} does not answer`,
      next: 'See whether another program has its port; then stop it and start it again.',
    }),
    sensor: (id: string) => ({
      what: `The sensor ${id} fails`,
      next: 'What it says of itself stands in its row below; `netsentinel doctor` checks rights and files at the machine.',
    }),
    lag: (id: string, size: string) => ({
      what: `${id} has ${size} yet to read`,
      next: 'It reads slower than others write. Where that grows, give the machine more, or read less of it.',
    }),
    dropped: (id: string, n: number) => ({
      what: `${id} has thrown away ${some(n, 'record', 'records')} since the start`,
      next: 'A flood, or a platform that was away for long. What was dropped is not coming back; see whether the number grows.',
    }),
    stage: (name: string, waiting: number) => ({
      what: `${some(waiting, 'record waits', 'records wait')}: ${name} is behind`,
      next: 'Nothing is lost: they are on disk. Where that grows, more comes in than this machine can do; the load below shows how much.',
    }),
    diskFull: (free: string) => ({
      what: `Only ${free} are free on the disk: nothing new is stored`,
      next: 'Make room, or keep events for fewer days (store.events.retentionDays). What attackers do is still detected and answered.',
    }),
    diskLow: (free: string) => ({
      what: `The disk is nearly full: ${free} are free`,
      next: 'Make room, or keep events for fewer days (store.events.retentionDays), before nothing new is stored.',
    }),
    memory: (heap: string, limit: string) => ({
      what: `The platform's memory is nearly full: ${heap} of ${limit}`,
      next: 'Where it is used up the platform ends, and is started again. Let it read fewer sources, or give the machine or the container more.',
    }),
    busy: (share: string) => ({
      what: `The main thread of the platform is at work ${share} of the time`,
      next: 'All else waits for it. Where it stays so, more comes in than one processor can do: read fewer sources, or give it a faster one.',
    }),
    silent: (n: number) => ({
      what: some(n, 'source has fallen silent', 'sources have fallen silent'),
      next: 'See whether the machine is up and still sends. An attacker who got in stops the log first.',
    }),
    refused: (n: number) => ({
      what: `${some(n, 'rule', 'rules')} could not be read`,
      next: 'The rules page names each with its line.',
    }),
    scans: (reason: string) => ({
      what: `Port scans are not watched: ${reason}`,
      next: 'The watcher needs the right to see packets (CAP_NET_RAW); `netsentinel doctor` says how to give it.',
    }),
    uncounted: (n: number) => ({
      what: `${some(n, 'probe', 'probes')} of scans could not be counted by port`,
      next: 'A flood was larger than what is held. The scan itself is told of all the same.',
    }),
    mode: (mode: string) => ({
      what: mode === 'off' ? 'Nothing is done about attackers' : 'Measures are simulated: nobody is really blocked',
      next: 'That is the setting response.mode. It may be what you want while you look around.',
    }),
  },
  figures: {
    up: 'Running for',
    eventsTotal: 'Events since the start',
    eventsPerSecond: 'Events a second',
    connections: 'Open connections',
    rules: 'Rules in force',
    correlations: (n: number) => `and ${some(n, 'correlation', 'correlations')}`,
    mode: 'Response',
  },
  load: 'Load',
  loadLabel: 'Events a second and open connections, live',
  loadWaits: 'It is drawn as it happens, from now on.',
  lines: { events: 'events a second', connections: 'open connections' },
  room: 'Stages and room',
  stages: { store: 'Storing events', analysis: 'Judging events', correlation: 'Joining findings over time' },
  waiting: (n: number) => (n === 0 ? 'up to date' : `${some(n, 'record', 'records')} in hand`),
  rooms: {
    stream: 'Stream',
    correlation: 'Stream of correlations',
    events: 'Events',
    blobs: 'Uploads, captures, recordings',
    state: 'State',
  },
  ofLimit: (n: string, limit: string) => `${n} of at most ${limit}`,
  eventsOf: (bytes: string, events: number) => `${bytes}, ${some(events, 'event', 'events')}`,
  kept: (days: number | undefined) =>
    days === undefined ? 'kept without a term' : `kept for ${some(Math.round(days * 10) / 10, 'day', 'days')}`,
  oldest: 'oldest',
  noFigures: 'The figures of stages, disk and memory could not be read. The log of the platform says why.',
  disk: 'Disk',
  diskFree: (free: string, total: string) => `${free} of ${total} free`,
  memory: 'Memory',
  memoryOf: (resident: string, heap: string, limit: string) => `${resident}; heap ${heap} of ${limit}`,
  busy: 'Main thread at work',
  share100: (share: number) => `${Math.round(share * 100)} %`,
  version: (version: string, node: string) => `NetSentinel ${version} on Node.js ${node}`,
  shares: 'What stands',
  share: {
    decoys: 'Decoys that listen',
    sensors: 'Sensors in order',
    sources: 'Sources that are heard',
    rules: 'Rules that could be read',
  },
  shareOf: (n: number, of: number) => `${count(n)} of ${count(of)}`,
  noneOf: 'none',
  sensors: 'Sensors',
  sensor: 'Sensor',
  state: 'State',
  inOrder: 'in order',
  fails: 'failing',
  events: 'Events',
  last: 'Latest record',
  never: 'none yet',
  lag: 'Yet to read',
  lost: 'Refused, dropped',
  lostOf: (refused: number, dropped: number) => `${count(refused)}, ${count(dropped)}`,
  sources: 'Sources',
  sourcesOf: (read: number, expected: number, silent: number) =>
    read + expected === 0
      ? '–'
      : `${count(read)} read, ${count(expected)} expected${silent === 0 ? '' : `, ${count(silent)} silent`}`,
  show: 'Sources',
  hide: 'Hide',
  showOf: (id: string) => `Sources of ${id}`,
  noSources: 'It expects none: a source is expected once it has written regularly.',
  heard: 'last heard',
  sign: 'sign of life',
  probes: 'For other programs',
  probesAbout: 'Health checks and figures for what watches this machine.',
  probe: {
    healthz: 'it answers',
    readyz: 'it can work',
    metrics: 'figures for Prometheus, with a token',
  },
} as const;
