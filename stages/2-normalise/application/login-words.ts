/**
 * Whether a text that any program wrote says that a login failed or worked, in the words that most programs use: `authentication failed for bob from ADDRESS`,
 * `invalid username or password`, `type=LOGIN_ERROR`. English, and the words of a few other languages for the same.
 */

const NOUN =
  '(?:auth(?:entication|orization|entification)?|log[ _-]?[io]n|logon|sign[ _-]?in|password|passphrase|credentials?|identifier|mot de passe|2fa|mfa|t?otp)';
const BAD =
  '(?:fail(?:ed|ure|ures)?|denied|rejected|refused|invalid|incorrect|wrong|bad|illegal|unsuccessful|error|mismatch|disallowed|unauthori[sz]ed|non-?existent|excessive|mislukte?|fehlgeschlagene?r?|[ée]chec|fallido)';
/** Without what stands between words, so that a text falls into them in one way only: `login_n_n_n…` would be tried in millions. */
const WORD = '[a-z0-9]{1,40}';
const FAILURE = new RegExp(
  [
    `${NOUN}(?:[ _-]${WORD}){0,3}?[ _:=-]{1,8}(?:[a-z0-9']{1,40} ){0,2}?${BAD}\\b`,
    `${BAD}(?: \\w{1,80}){0,2}?[ _-]${NOUN}\\b`,
    `${BAD} (?:admin |access |api |login )?token\\b`,
    `(?:login|logon|auth\\w*|sign-?in) (?:attempt|request)\\b.{0,160}?\\b(?:fail\\w*|denied|rejected|refused|unsuccessful|rate-limited)\\b`,
    `\\b(?:token|t?otp|pin)(?: is| was)? (?:invalid|incorrect|wrong|rejected)\\b`,
    `\\blog ?in (?:with|using|as)\\b.{0,160}?\\bfail(?:ed|ure|s)?\\b`,
    `\\b(?:unknown|invalid|illegal|no such|non-?existent) (?:user|account|username|login)\\b`,
    `\\b(?:user|account)(?: \\S+)? (?:does not exist|(?:was )?not found|is unknown|unknown)\\b`,
    `\\bnot found in (?:the )?(?:ldap|directory|database)\\b`,
    `\\b(?:can(?:'|no)t|could not|couldn't|unable to) (?:find|retrieve|validate|verify|authenticate|log ?in) ?(?:user|account|credentials)?\\b`,
    `\\b(?:access denied|failed to (?:validate|verify|authenticate|log ?in)|could not authenticate|not? (?:allowed|authori[sz]ed) to log ?in|rejected by \\w+ acl)\\b`,
    `\\b(?:user denied|not authori[sz]ed\\b(?! (?:keys|to (?:view|read|edit|use)))|EAP method \\S+ failed|login .{0,160}might not have worked)`,
  ]
    .map((one) => `(?:${one})`)
    .join('|')
    .replace(/^/, '(?<![a-z])(?:')
    .replace(/$/, ')'),
  'i',
);
const SUCCESS =
  /\b(?:accepted (?:password|publickey)|(?:login|logon|auth(?:entication)?)[ _-](?:ok|succeeded|successful|success)|(?:successful|successfully) (?:log(?:ged)? ?in|login|logon|auth(?:enticated?|entication)?)|(?:has )?logged in (?:from|successfully))\b/i;
/** A program that speaks of any of these speaks of a login; nothing else is looked at closely. */
const HINT =
  /auth|log[ _-]?[io]n|passw|credential|sign[ -]?in|user|account|denied|token|rejected|not found in|\beap\b/i;
/** Names of files and pages are no words. */
const PATH = /(?<=^|\s)(?:https?:\/)?\/[^\s"'|]+/g;

/** Undefined where no login is spoken of. */
export function loginOutcome(text: string): 'failure' | 'success' | undefined {
  if (!HINT.test(text)) return undefined;
  const words = text.replace(PATH, '');
  if (FAILURE.test(words)) return 'failure';
  return SUCCESS.test(words) ? 'success' : undefined;
}

const KEY = '\\b(?:user(?:[ _-]?name)?|login|account|acct|uname|email|principal(?:Name)?)(?: name)?';
/** Looked at without being taken, as a word may stand before the one that counts: `Login: username=bob`. */
const NAME = '["\'`<[(]{0,2}(?=([^\\s"\'`<>[\\](),;:={}]{1,128}))';
/** The surest first: `user=bob`, `user bob`, `for bob from`. */
const NAMED = [`${KEY}["']?[=:] ?${NAME}`, `${KEY} ${NAME}`, `\\bfor ${NAME}[^\\s]{1,128} from\\b`].map(
  (one) => new RegExp(one, 'gi'),
);
const NO_NAMES = new Set(
  'a an the name username from is was not failed unknown and or authentication password passwords has login in with by does did attempt attempts for to on at of enum details id ip incorrect invalid denied rejected failure credentials error user users request session via form page ok successful'.split(
    ' ',
  ),
);
const MAX_TRIED = 16;

export function userIn(text: string): string | undefined {
  let tried = 0;
  for (const pattern of NAMED)
    for (const [, found] of text.matchAll(pattern)) {
      if (++tried > MAX_TRIED) break;
      const name = found!.replace(/[.!?]+$/, '');
      if (name !== '' && !NO_NAMES.has(name.toLowerCase())) return name;
    }
  return undefined;
}
