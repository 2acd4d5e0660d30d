/** Recorded attacks, as every page tells of them. */
export const tour = {
  banner: {
    label: 'Recorded attacks',
    title: 'You are on the tour.',
    words:
      'Attacks marked “recorded” did not happen here. The threat level and the counts of incidents leave them out; charts and lists show them.',
    end: 'End the tour: remove all of it',
    ending: 'Removing…',
  },
  badge: 'recorded',
  badgeTitle: 'An attack of the tour: it was recorded elsewhere',
  noWork:
    'This attack is a recording. Nothing can be done about it here; of a real one you would see the work, blocks and playbooks in this place.',
  help: 'Guide through the console',
} as const;
