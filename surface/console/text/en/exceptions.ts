/** What is left alone because a person said that it is no attack. */
export const exceptions = {
  incidents: 'Incidents',
  title: 'Exceptions',
  about: 'What was said to be no attack, and what was written for single rules by REST.',
  ofFiles: 'Those of the rules’ files are listed by',
  command: 'netsentinel rules exceptions',
  none: 'There are none. An incident’s page has a button for what is no attack.',
  leaves: 'Leaves alone',
  of: (rules: string, more: number) => `for ${rules}${more === 0 ? '' : ` and ${more} more`}`,
  endedBy: (who: string, when: string) => `Ended by ${who}, ${when}`,
  endless: 'Without an end',
  until: (when: string) => `Until ${when}`,
  ended: (when: string) => `Ended ${when}`,
  incident: 'the incident that taught it',
  end: 'End this exception',
} as const;
