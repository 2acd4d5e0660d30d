/** The overview. */
export const overview = {
  title: 'Overview',
  attacks: 'Attacks over time',
  attacksLabel: 'Incidents by when they began, by severity',
} as const;
