/** Pure-FTPd: `(NAME@ADDRESS) [WARNING] Authentication failed for user [NAME]`, in the language of its administrator. */
import { endpointOf } from '../../../text/endpoint.ts';
import { failedLogin, login, type Reading } from '../reading.ts';

const LINE = /^\([^@\s]{0,256}@([^)\s]{1,256})\) \[(\w+)\] (.*)$/;
/** Each language's words for it, around the name in brackets. */
const FAILED =
  /^(?:Authentication failed for user|Godkendelse mislykkedes for|Authentifizierung fehlgeschlagen f.{1,2}r Benutzer|Autentificaci.{1,2}n fallida para el usuario|Erreur d'authentification pour l'utilisateur|Autenticazione falita per l'utente|Autorisatie faalde voor gebruiker|Godkjennelse mislyktes for|Autentica.{2,4}o falhou para usu.{1,2}rio|Autentificare esuata pentru utilizatorul|Autentifikace u.{1,2}ivatele selhala|Autentyfikacja nie powiod.{1,2}a si.{1,2} dla u.{1,2}ytkownika|Autentifikacia uzivatela zlyhala|Beh.{1,2}righetskontroll misslyckas f.{1,2}r anv.{1,2}ndare|Авторизация не удалась пользователю|Azonos.{1,2}t.{1,2}s sikertelen|使用者|妏蚚氪)? ?\[(.*)\](?:\.| felhaszn.{1,2}l.{1,2}nak|.{0,24}batard.*| kullan.{1,20}|驗證失敗|桄痐囮啖| 嶸盪 檣隸 褒ぬ)?\s*$/;

export function pureFtpd(message: string): Reading | undefined {
  const line = LINE.exec(message);
  if (line === null) return undefined;
  const source = endpointOf(line[1]!);
  const said = line[3]!;
  if (line[2] === 'WARNING') {
    const failed = FAILED.exec(said);
    return failed === null ? undefined : failedLogin(source, failed[1], 'ftp-login');
  }
  const ok = /^(\S+) is now logged in$/.exec(said);
  if (ok !== null) return login(source, ok[1], 'ftp-login');
  return said.startsWith('New connection from ')
    ? { category: ['network'], type: ['connection', 'start'], source }
    : undefined;
}
