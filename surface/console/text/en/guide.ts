/** The guide through the pages. */
export const guide = {
  label: 'Guide',
  step: (n: number, of: number) => `Step ${n} of ${of}`,
  back: 'Back',
  next: 'Next',
  done: 'Done',
  skip: 'Skip the guide',
  steps: {
    overview: {
      title: 'The overview',
      words:
        'How things are at a glance: attacks over time, how severe they are, and what your decoys are held busy with. All of it is live.',
    },
    incidents: {
      title: 'Incidents',
      words:
        'Each attacker is one incident, however many services they touched. The most recent comes first; open one to read its story.',
    },
    story: {
      title: 'One attacker, one story',
      words:
        'Somebody guessed a password over SSH. Everything they did stands here in order, each move with its MITRE ATT&CK techniques, and a score that says how far they came.',
    },
    replay: {
      title: 'Their terminal, as they saw it',
      words:
        'Press play: what they typed and what the decoy showed them, at their own pace. While a session goes on you watch it live.',
    },
    done: {
      title: 'What was done about it',
      words:
        'The response is part of the story. A fresh install only simulates: it says what it would have blocked, where, and until when. Enforcing is your decision.',
    },
    hunt: {
      title: 'Hunt',
      words:
        'Every event behind the stories can be searched, counted and exported. Recorded ones have the data set netsentinel.tour.',
    },
    attack: {
      title: 'Now attack it yourself',
      words:
        'Copy the ssh command of the checklist into a terminal, and watch your own attack appear on this page while you type.',
    },
  },
} as const;
