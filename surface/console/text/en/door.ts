/** The doors: signing in, and what links open. */
export const door = {
  brand: 'NetSentinel',
  tagline: 'Deception turned into defence',
  name: 'Name',
  password: 'Password',
  atLeast: 'At least 10 characters',
  show: 'Show what is typed',
  hide: 'Hide what is typed',
  useKey: 'Use a security key or passkey',
  code: 'Code of your authenticator application, or a recovery code',
  recoveryCode: 'Or a recovery code',
  or: 'or',
  signInWith: (provider: string) => `Sign in with ${provider}`,
  signIn: {
    title: 'Sign in',
    text: 'The first account is made with the link that the terminal shows at the first start.',
    button: 'Sign in',
  },
  setup: {
    title: 'Welcome',
    text: 'Choose a name and a password for the first account. It may do everything, and invites others.',
    button: 'Create the account',
  },
  join: {
    title: 'You are invited',
    text: 'Choose a name and a password for your account.',
    button: 'Create the account',
  },
  reset: {
    title: 'A new password',
    text: 'You are signed out everywhere, and sign in with it.',
    button: 'Change the password',
  },
  openId: {
    wait: 'You are being signed in…',
    back: 'Back to the sign-in page',
  },
  keys: {
    none: 'The browser showed no key.',
    untrusted:
      'The browser lets no key sign on this page: open the console by its host name, over HTTPS with a certificate that it trusts.',
    cancelled: 'No key was used: it was cancelled, or took too long. Try again.',
    known: 'This key is one of yours already.',
    failed: (why: string) => `The browser could not use a key: ${why}`,
    /** `local`: its address by which the browser would take keys; undefined where it is elsewhere. */
    byAddress: (local: string | undefined) =>
      `This page was opened by an IP address, under which browsers let no security key or passkey sign. Open the console ${local === undefined ? 'by its host name over HTTPS' : `as ${local}`} to add or use one.`,
    insecure:
      'Browsers let security keys and passkeys sign over HTTPS only, or on localhost: open the console so to add or use one.',
    old: 'This browser is too old for security keys and passkeys here.',
  },
} as const;
