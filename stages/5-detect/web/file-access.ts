/** Paths that leave where they should stay, files that only an attacker asks for, and files from elsewhere that are to be included. */
import type { Sign } from './web-inspection.types.ts';

/** Dots and separators in every disguise that decoding leaves: `..;/`, `.../`, `..\/`, `..%`, `....//`. */
const CLIMB =
  /(?:^|[\\/=:;,\s"'(])\.{2,}[;%]?[\\/]+(?:\.{1,2}[;%]?[\\/]|[\w.%{?*$~-])|[\\/]\.\.(?:$|[;?&#\u0000])|\.\.[\\/]\.\.(?:[\\/]|$)|(?:\.\.(?:[\\/|:]|0x2f|0x5c)){2}/i;
const SYSTEM_FILE = new RegExp(
  [
    String.raw`\betc[\\/]+(?:[\w.-]+[\\/]+){0,3}(?:passwd|shadow|group|gshadow|hosts|hostname|issue|motd|fstab|crontab|sudoers|resolv\.conf|ssh[\\/]|mysql[\\/]|my\.cnf|apache2?[\\/]|httpd[\\/]|nginx[\\/]|php[\\/.]|security[\\/]|environment|profile|network[\\/]|cron)`,
    String.raw`\bproc[\\/]+(?:self|version|cpuinfo|net|mounts|cmdline|\d+)\b`,
    String.raw`\bvar[\\/]+(?:log|www|mail|lib|spool|run)[\\/]+\w+[\\/.]\w`,
    String.raw`\b(?:boot|win|system|php|my|desktop)\.ini\b`,
    String.raw`\b(?:windows|winnt)[\\/]+(?:system32|win\.ini|repair|system\.ini|php\.ini|panther)`,
    String.raw`\b(?:wp-config\.php|web\.config|\.htaccess|\.htpasswd|\.bash_history|\.ssh[\\/]|id_rsa\b|authorized_keys|\.aws[\\/]|\.env\b(?!\.example)|\.git[\\/]|global\.asa\b|web-inf[\\/]|meta-inf[\\/]|ntuser\.dat|localsettings\.php|config\.inc\.php)`,
    String.raw`\bc:[\\/]+(?:windows|winnt|boot\.ini|inetpub|users|program files|apache|xampp|sysprep)`,
    String.raw`^[\\/]{2}[\w.:?-]+[\\/][a-z]\$`,
    String.raw`\\\\(?:localhost|::1|127\.0\.0\.1)\\`,
    String.raw`(?:^|[\\/])dev[\\/](?:shm|mem|random|zero|fd)\b`,
    String.raw`[\\/]proc[\\/]self\b`,
    String.raw`^[\\/]?sys[\\/](?:class|kernel|bus|block|devices|module)\b`,
    String.raw`[\\/]\.(?:docker|kube|gnupg|npmrc|pypirc|netrc|azure|config)(?:[\\/]|$)`,
  ].join('|'),
  'i',
);
const SCHEMES =
  /(?:^|[=\s"'(,;])(?:file|php|expect|zip|phar|glob|zlib|compress\.\w+|ogg|rar|ssh2|data|jar|netdoc|local_file|gopher|dict|ldaps?|tftp|sftp|compress\.zlib|url|view-source)\s{0,2}:(?:\/\/|\/|[^\s/]{0,64},)/i;
const REMOTE =
  /^(?:https?|ftps?|smb|\w{0,6}:)?:?[\\/]{2}[^\s\\/?#]{1,253}[\\/]\S*(?:\.(?:txt|php\d?|phtml|jsp|aspx?|cgi|sh|pl|py|gif|jpe?g|png|dtd|xml|svg|log|dat|inc)\?{0,3}$|\?{1,3}$|\?(?:cmd|exec)=)/i;

const TRAVERSED_SHARE = /^\/?[\\/]{2}[\w.:?-]{1,64}[\\/][a-z]\$/i;

/** Those who keep files at a bare address are seldom those whom a site works with. */
const BARE_ADDRESS =
  /^(?:https?|ftps?):\/\/(?:\d{1,3}(?:\.\d{1,3}){3}|\[?(?:[0-9a-f]{1,4}:){2,7}[0-9a-f:]{0,39}\]?)(?::\d{1,5})?(?:\/|$)/i;

/** @param isPath the text is the path of the request itself: there `/etc/` may be a folder of the site, climbing may not */
export function fileAccess(text: string, isPath: boolean): Sign | undefined {
  const file = SYSTEM_FILE.exec(text);
  const climb = CLIMB.exec(text);
  if (climb !== null && (file !== null || isClimb(text, climb.index)))
    return {
      kind: 'traversal',
      evidence: text.slice(climb.index, climb.index + 80),
      // A single step up is what a relative link takes.
      confidence:
        file !== null
          ? 95
          : text.indexOf('..', climb.index + climb[0].length) === -1 && !/\.\..*\.\./.test(climb[0])
            ? 50
            : 85,
    };
  if (file !== null && !isPath && !isProse(text, file)) return { kind: 'traversal', evidence: file[0] };
  if (manySteps(text)) return { kind: 'traversal', evidence: text.slice(0, 80), confidence: 70 };
  if (isPath) return TRAVERSED_SHARE.test(text) ? { kind: 'traversal', evidence: text.slice(0, 80) } : undefined;
  const scheme = SCHEMES.exec(text);
  if (scheme !== null && !/^data:(?:image|font|text\/plain|application\/(?:pdf|json|font))/i.test(text))
    return { kind: 'file-inclusion', evidence: text.slice(scheme.index, scheme.index + 80) };
  if (BARE_ADDRESS.test(text)) return { kind: 'file-inclusion', evidence: text.slice(0, 80), confidence: 50 };
  return REMOTE.test(text) && /\?$|[?&](?:cmd|exec)=|\.(?:txt|dat|inc|sh|pl|py|dtd)\?*$/i.test(text)
    ? { kind: 'file-inclusion', evidence: text.slice(0, 80), confidence: 65 }
    : undefined;
}

/** One `../` inside a longer relative link is daily bread; at the start, doubled, or into the open it is not. */
function isClimb(text: string, at: number): boolean {
  return at === 0 || text.slice(at, at + 4096).search(/\.\.[\\/]+\.{2}|\.{3,}[\\/]/) !== -1 || !/\s/.test(text);
}

/** Begins where a word begins: from within a long one, each letter would be tried anew. */
const THREE_WORDS = /(?<![a-z])[a-z]{2,64} [a-z]{2,64} [a-z]{2,64}/gi;

/** "the /etc/hosts file is…" in a long text is talk. */
function isProse(text: string, found: RegExpExecArray): boolean {
  return text.length > 120 && found.index > 20 && (text.match(THREE_WORDS)?.length ?? 0) > 3;
}

/** `/./././././`, `/.//././/`, `............etc`, `{file}` after slashes: steps without names. */
function manySteps(text: string): boolean {
  return (
    /(?:[\\/]\.{1,2}){4}|(?:[\\/.]{3,}){1}[\\/.]{5}|\.{6,}[\\/a-z{]|[\\/]{1,2}\{file\}|(?:\.[\\/]{1,2}){4}/i.test(
      text,
    ) &&
    /[\\/{]|\.{8}/.test(text) &&
    !/^[.\s]+$/.test(text) &&
    !/[a-z]\.{3,}\s/i.test(text)
  );
}
