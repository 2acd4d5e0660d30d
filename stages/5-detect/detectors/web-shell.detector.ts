/** A program was put where a web server would run it. */
import { quote } from '../command-detector.ts';
import { plainDetector } from '../detector.types.ts';

const PROGRAM = /\.(?:php[3457]?|phtml|phar|jspx?|aspx?|ashx|cfm|war)$/i;
const WEB_ROOT =
  /^\/(?:var\/www|srv\/(?:www|http)|usr\/share\/nginx|usr\/local\/apache2|opt\/[\w.-]*tomcat[\w.-]*)\/|\/(?:htdocs|public_html|webapps|wwwroot|wp-content)\//i;

export const webShell = plainDetector(
  {
    id: 'web-shell',
    title: 'Program left in a web root',
    severity: 'high',
    confidence: 92,
    techniques: ['T1505.003'],
    tactics: ['TA0003'],
    falsePositives: 'A new version of an application, put there by its own people.',
    on: ['upload', 'write', 'download'],
  },
  ({ event }) => {
    const path = (event.file?.path ?? '').replaceAll('\\', '/');
    if (!PROGRAM.test(path) || !WEB_ROOT.test(path) || event.event.type?.includes('deletion') === true)
      return undefined;
    return { summary: `Left ${quote(path)}` };
  },
);
