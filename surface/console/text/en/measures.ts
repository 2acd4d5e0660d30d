/** Measures against an attacker: how each stands, what it would do, and a person's word. */
export const measures = {
  /** How one stands; `done` as in “redirected to a decoy”, `noun` as in “redirection”. */
  simulated: (done: string) => `Would be ${done} (simulate mode)`,
  verified: (done: string) => `${done}, seen in the kernel`,
  letIn: 'Let back in: the time was up',
  expired: (noun: string) => `${noun} ended: the time was up`,
  onItsWay: {
    planned: 'Being sent to the enforcer',
    'awaiting-approval': 'Waiting for a person to approve it',
    refused: 'Refused by the enforcer',
    failed: 'Failed',
    reverted: 'Taken back',
  },
  ofMeasure: (noun: string, how: string) => `${noun}: ${how}`,
  approvedFailed: (target: string, why: string) =>
    `${target} is approved, but failed${why === '' ? '' : `: ${why}`}. A responder that was down makes it once it is back.`,
  incident: 'The incident',
  letsGo: (time: string) => `Lets go in ${time}`,
  lettingGo: 'Letting go',
  revert: 'Take back',
  take: 'Take a measure',
  what: 'What to do',
  target: 'About which address or network',
  howLong: 'For how long',
  times: {
    900_000: '15 minutes',
    3_600_000: 'an hour',
    28_800_000: '8 hours',
    86_400_000: 'a day',
    604_800_000: 'a week',
  },
  why: 'Why, for the audit',
  show: 'Show what it would do',
  /** `verb` and `where` as in “Redirect … to a decoy”. */
  order: (verb: string, target: string, where: string, time: string) => `${verb} ${target}${where} for ${time}`,
  cancel: 'Cancel',
  decide: 'Approve or refuse',
  decideOn: (what: string) => `Approve or refuse ${what}`,
  approve: 'Approve',
  approveIt: (what: string) => `Approve ${what}`,
  refuse: 'Refuse',
  refuseIt: (what: string) => `Refuse ${what}`,
  asking: 'Asking what it would do…',
  plan: {
    title: 'What it would do',
    refused: (why: string) => `The enforcer would refuse it: ${why}`,
    asked: (why: string) => `A person is asked: ${why}`,
    noPart: 'takes no part',
    already: 'in force already',
    unavailable: (mode: string) => `${mode}, unavailable now`,
    nothing: 'nothing',
    atItsEnd: 'at its end',
    /** `isCut`: the measure cuts off; others only meet what passes. */
    unknown: (isCut: boolean, why: string | undefined) =>
      `What it would ${isCut ? 'cut off' : 'meet'} besides is not known${why === undefined ? '.' : `: ${why}`}`,
    nobodyElse: (isCut: boolean) =>
      `Nothing usual came from there in the recorded days: it would ${isCut ? 'cut off' : 'meet'} nobody else.`,
    wouldHave: (isCut: boolean) => `Would have ${isCut ? 'cut off' : 'met'}`,
    usual: (events: number) => `${events.toLocaleString()} usual events`,
    over: (days: number, share: string, last: string | undefined) =>
      `in ${days} days, ${share} % of all${last === undefined ? '' : `, the last ${last}`}.`,
    what: { accounts: 'accounts', services: 'services', addresses: 'addresses' },
  },
  run: {
    waits: 'waits for a person',
    simulated: '(simulated)',
    began: (ago: string) => `began ${ago}`,
    askedOf: (who: string) => `asked of ${who}`,
    until: (time: string) => `until ${time}`,
  },
} as const;
