/** The first five minutes: what an empty install offers, recorded attacks, the guide through the pages, and what comes next. */
export const tour = {
  first: {
    title: 'Nobody has attacked yet',
    about: 'Your decoys are listening. Attack them yourself, or look at attacks that were recorded.',
    own: 'Attack it yourself',
    how: 'Open a terminal and log in a few times with a weak password.',
    passwords: (one: string, other: string) =>
      `Passwords such as ${one} or ${other} work sooner or later, as on any machine worth attacking. This page fills as you type.`,
    copy: 'Copy the command',
    decoys: 'Your decoys',
    down: 'down',
  },
  offer: {
    title: 'Take the tour',
    about:
      'See three recorded attacks as this console tells them: an SSH break-in with its terminal, a web scanner with its exploits, and an SSH key written through Redis. They are marked as recorded, nobody is notified, nothing is blocked, and all of it goes in one click.',
    take: 'Take the tour: see three recorded attacks',
    taking: 'Bringing them in…',
    mayNot: 'An analyst or an admin can bring in recorded attacks to look at.',
  },
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
  guide: {
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
  },
  checklist: {
    title: 'Get going',
    about: (done: number, of: number) => `${done} of ${of} done. It goes away when all of it is.`,
    dismiss: 'Hide the checklist',
    done: 'done',
    open: 'to do',
    copy: 'Copy these lines',
    file: 'In netsentinel.yaml, then start again:',
    settings: 'Settings',
    response: 'Response',
    steps: {
      decoy: {
        title: 'Attack your own decoy',
        words: 'From another terminal, with a weak password. It turns green when your attack is seen.',
        done: 'A decoy has been attacked here.',
      },
      collector: {
        title: 'Read what your servers write',
        words: 'A collector reads log files, syslog, Beats and more, so that attacks on real machines are found too.',
        done: 'A collector is reading.',
      },
      notifier: {
        title: 'Be told',
        words:
          'By mail, chat, phone or syslog, when something high or critical happens. `netsentinel notify test` tries it.',
        done: 'Somebody is told of attacks.',
      },
      response: {
        title: 'From simulating to blocking',
        words:
          'First name what must never be blocked: yourself, monitoring, partners. Then blocks are made at your firewall (as root), each with an end and a way back.',
        done: 'Blocks are made, and what must not be blocked is named.',
      },
    },
  },
} as const;
