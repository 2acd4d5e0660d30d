/** An IP camera: sign-in page, snapshots and streams by Basic, CGI commands with the account in the query, and known ways around all of it. */
import type { Answer, Request } from '../../message.types.ts';
import type { Visit } from '../../visit.ts';
import type { Application, ApplicationDefinition, Installation } from '../application.types.ts';
import { Assets } from '../assets.ts';
import { basicOf, escapeHtml, formOf, page, queryOf } from '../html.ts';
import { STYLE } from './camera-style.ts';

const USERS = new Set(['admin', 'root', 'user', 'operator', 'guest', '888888', '666666']);
/** A grey picture of one pixel. */
const PICTURE = Buffer.from(
  '/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q==',
  'base64',
);

export const camera: ApplicationDefinition = {
  id: 'camera',
  summary: 'An IP camera: sign-in, snapshots, CGI commands.',
  open: (installation) => new Camera(installation),
};

class Camera implements Application {
  readonly #installation: Installation;
  readonly #assets: Assets;

  constructor(installation: Installation) {
    this.#installation = installation;
    this.#assets = new Assets(installation.persona, { '/css/login.css': STYLE });
  }

  claims(path: string): boolean {
    return path !== '/favicon.ico';
  }

  async respond(request: Request, path: string, visit: Visit): Promise<Answer> {
    const asset = this.#assets.answer(path);
    if (asset !== undefined) return asset;
    const { model = 'Foscam FI9821P', version = '2.21.2.31', title, persona } = this.#installation;
    const isUser = (name: string) => USERS.has(name);
    const realm = title || model;
    const challenge: Answer = {
      status: 401,
      headers: [
        ['WWW-Authenticate', `Basic realm="${realm}"`],
        ['Content-Type', 'text/html'],
      ],
      body: '<html><head><title>401 Unauthorized</title></head><body><h1>401 Unauthorized</h1></body></html>\n',
      from: 'program',
    };
    const query = new Map([...queryOf(request), ...(request.method === 'POST' ? formOf(request) : [])]);
    if (path === '/cgi-bin/CGIProxy.fcgi') {
      const accepted = await visit.login('camera', isUser, {
        user: query.get('usr') ?? '',
        password: query.get('pwd') ?? '',
        method: 'query',
      });
      const command = query.get('cmd') ?? '';
      const xml = (fields: string) => ({
        status: 200,
        headers: [['Content-Type', 'text/xml']] as const,
        body: `<CGI_Result>\n    <result>${accepted ? 0 : -2}</result>\n${accepted ? fields : ''}</CGI_Result>\n`,
        from: 'program' as const,
      });
      if (accepted && command === 'snapPicture2')
        return { status: 200, headers: [['Content-Type', 'image/jpeg']], body: PICTURE, from: 'program' };
      if (accepted && /ntp|ddns|ftp|smtp/i.test(command)) {
        const injected = [...query.values()]
          .map((value) => /[;`|&]+\s*([^;`|&].*)/s.exec(value)?.[1])
          .find((line) => line !== undefined);
        if (injected !== undefined) await visit.run(injected, { user: 'root', directory: '/' });
      }
      if (command === 'logIn')
        return xml(`    <logInResult>${accepted ? 0 : 1}</logInResult>\n    <privilege>2</privilege>\n`);
      return xml(
        `    <productName>${escapeHtml(model)}</productName>\n    <serialNo></serialNo>\n    <devName>IPCAM</devName>\n    <mac>${persona.network.mac.replaceAll(':', '').toUpperCase()}</mac>\n    <firmwareVer>${version}</firmwareVer>\n    <hardwareVer>1.4.1.8</hardwareVer>\n`,
      );
    }
    if (
      /^\/(?:ISAPI|PSIA|onvif|cgi-bin|SDK|System|snapshot\.(?:cgi|jpg)|videostream\.cgi|video|image|img|tmpfs|get_status\.cgi|Streaming)/i.test(
        path,
      )
    ) {
      const basic =
        basicOf(request) ??
        (query.has('user') || query.has('usr')
          ? {
              user: query.get('user') ?? query.get('usr') ?? '',
              password: query.get('pwd') ?? query.get('password') ?? '',
            }
          : undefined);
      if (basic === undefined || !(await visit.login('camera', isUser, { ...basic, method: 'basic' })))
        return challenge;
      if (/jpg|snap|video|image|Streaming/i.test(path))
        return { status: 200, headers: [['Content-Type', 'image/jpeg']], body: PICTURE, from: 'program' };
      return {
        status: 200,
        headers: [['Content-Type', 'text/plain']],
        body: `var sys_ver='${version}';\nvar id='${persona.network.mac.replaceAll(':', '').toUpperCase()}';\nvar alias='IPCAM';\n`,
        from: 'program',
      };
    }
    const user = query.get('usr') ?? query.get('username') ?? query.get('user');
    let wrong = '';
    if (request.method === 'POST' && user !== undefined) {
      const accepted = await visit.login('camera', isUser, {
        user,
        password: query.get('pwd') ?? query.get('password') ?? '',
      });
      if (accepted)
        return page(
          200,
          `<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>${escapeHtml(realm)}</title><link rel="stylesheet" type="text/css" href="/css/login.css"></head>\n<body><div id="bar"><span>${escapeHtml(model)}</span><span>Live Video</span><span>Settings</span></div><div id="live"><img src="/cgi-bin/CGIProxy.fcgi?cmd=snapPicture2&amp;usr=${encodeURIComponent(user)}&amp;pwd=${encodeURIComponent(query.get('pwd') ?? '')}" alt="No video"></div><div id="foot">${escapeHtml(version)}</div></body></html>\n`,
        );
      wrong = 'User name or password error!';
    }
    if (path !== '/' && !/^\/(?:index|login|main)\.(?:html?|asp)$/.test(path)) return { status: 404, from: 'server' };
    return page(
      200,
      `<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>${escapeHtml(realm)}</title><link rel="stylesheet" type="text/css" href="/css/login.css"></head>\n<body><form id="login" name="login" method="post" action="/login.html"><div class="card"><h3>${escapeHtml(realm)}</h3><div class="fields"><div class="line"><label for="username">Username</label><input type="text" name="usr" id="username" value="admin"></div><div class="line"><label for="passwd">Password</label><input type="password" name="pwd" id="passwd"></div><div class="line"><label for="stream">Stream</label><select id="stream" name="stream"><option>Main stream</option><option>Sub stream</option></select></div><div class="line"><label for="lang">Language</label><select id="lang" name="lang"><option>English</option><option>Deutsch</option><option>Français</option><option>Español</option></select></div><p class="wrong">${wrong}</p><div class="buttons"><input type="submit" value="Login"></div></div></div></form></body></html>\n`,
    );
  }
}
