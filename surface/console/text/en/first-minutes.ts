/** What an empty install offers, and what comes next. */
export const firstMinutes = {
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
