/** Code of the languages that web applications are written in, where a value should be: PHP, Java and JavaScript on the server. */
import type { AttackKind, Sign } from './web-inspection.types.ts';

const PHP: readonly RegExp[] = [
  /<\?(?!xml[\s?-])(?:php\b|=|\s|$)/i,
  /\[[\\/]?php\]/i,
  /\b(?:eval|assert|system|exec|shell_exec|passthru|popen|proc_open|pcntl_exec|call_user_func(?:_array)?|create_function|preg_replace(?:_callback)?|array_map|array_filter|usort|ob_start|register_shutdown_function|file_get_contents|file_put_contents|fopen|fsockopen|readfile|highlight_file|show_source|base64_decode|gzinflate|gzuncompress|str_rot13|convert_uudecode|hex2bin|unserialize|phpinfo|phpversion|php_uname|getenv|putenv|ini_set|ini_get(?:_all)?|move_uploaded_file|chmod|unlink|mkdir|curl_exec|curl_init|scandir|glob|opendir|posix_getuid|posix_getpwuid|posix_kill|get_defined_\w+|get_current_user|getcwd|dl|error_log|var_dump|print_r|set_error_handler|spl_autoload\w*|mb_ereg_replace|parse_str|extract|iterator_apply|array_walk|array_reduce|forward_static_call|session_start|sqlite_query|mysql_query|strrev|is_callable|die)\s{0,8}(?:(?:\/\*[^*]{0,64}\*\/|(?:#|\/\/)[^\n]{0,64}\n)\s{0,8})?\((?:\s{0,8}["'$`\d]|\s{0,8}(?:[a-z_]\w{1,64}\s{0,4}\())/i,
  /\b(?:phpinfo|phpversion|php_uname|getcwd|get_current_user|posix_\w{3,24}|pcntl_\w{3,24}|get_defined_\w{3,24}|ini_get_all|gethostbyname|checkdate|array_(?:diff|map|filter|walk|reduce|merge|pop)|sodium_\w{3,64}|tidy_\w{3,64}|zend_\w{3,64}|mysqli?_\w{3,64}|openssl_\w{3,64}|base64_(?:de|en)code|date_add|symlink|chroot|fsockopen|shell_exec|file_get_contents)(?:\s|\/\*[^*]{0,32}\*\/|(?:#|\/\/)[^\n]{0,64}\n){0,4}\(/i,
  /\(\s{0,4}(?:string|array|binary|object|unset)\s{0,4}\)\s{0,4}["'{([]|\(\w{1,32}\.\(?\w{1,32}\)?\.\w{1,32}\)\s{0,4}\(|["']\s{0,2}\.\s{0,2}["'][^"']{0,64}["']\s{0,2}\)\s{0,4}(?:\/\*|\()/i,
  /\$_(?:get|post|request|cookie|server|files|session|env)\b|\$globals\b|\bhttp_(?:raw_post_data|get_vars|post_vars|cookie_vars|server_vars|env_vars|post_files)\b|\$\{?['"]?_(?:get|post)/i,
  /\bO:\+?\d{1,9}:"?[\w\\]{1,128}"?:\d|\ba:\d{1,9}:\{[is]:\d/i,
  /\bphp:\/\/(?:input|filter|stdin|stdout|memory|temp|output|fd)/i,
  /\b(?:allow_url_include|auto_prepend_file|auto_append_file|disable_functions|open_basedir|safe_mode|suhosin\.simulation|cgi\.force_redirect)\s{0,4}=/i,
  /\$\w{1,32}\s{0,4}(?:=\s{0,4}["'$][^;]{0,128};|\(\s{0,4}["'$]|\{["'\w])/,
  /(?:^|[^.\w])(?:\(\s{0,4})?["'`]?(?:system|exec|passthru|shell_exec|phpinfo|assert|phpversion)["'`]?\s{0,4}\)?\s{0,4}(?:\/\*.{0,32}\*\/)?\(/i,
  /\b(?:\\?zend\\|thinkphp|think\\app|invokefunction)/i,
  /\b(?:print|echo)\s{0,8}\(?\s{0,4}(?:md5|phpversion|system|\$\w)\b/i,
  /;\s{0,4}(?:print|echo)\s{0,4}\(?\s{0,4}["']?[\w.:$ ]{1,64}["']?\s{0,4}\)?\s{0,4};/i,
];
const JAVA: readonly RegExp[] = [
  /\bjava\b.{0,64}\b(?:runtime|processbuilder)\b/i,
  /\b(?:clonetransformer|forclosure|instantiatefactory|instantiatetransformer|invokertransformer|prototypeclonefactory|prototypeserializationfactory|whileclosure|chainedtransformer|constanttransformer|templatesimpl|xmldecoder|jdbcrowsetimpl|badattributevalueexpexception)\b/i,
  /\bjava\.(?:lang|io|util|net|nio|beans|rmi|awt|security)\.\w|\bjavax\.\w+\.\w|\b(?:com\.sun\.|sun\.misc\.|org\.apache\.(?:commons|xalan|struts|catalina|log4j|shiro|wicket|tomcat|xbean)|org\.springframework\.|com\.opensymphony|ognl\.|freemarker\.template|org\.omg\.|com\.caucho|org\.codehaus|com\.mchange|ch\.qos\.logback|com\.alibaba\.|weblogic\.|bsh\.)/i,
  /\b(?:getruntime\s{0,4}\(|processbuilder\b.{0,16}[("]|classloader\s{0,4}[.(]|runtime\.exec|scriptenginemanager|urlclassloader|objectinputstream|unmarshaller|methodhandle|beansfactory|defineclass|base64decoder|nashorn)/i,
  /\bclass\s{0,2}(?:\.|\[['"]?)\s{0,2}(?:module|classloader|protectiondomain)/i,
  /[%$#]\{\s{0,8}\(?\s{0,4}#\w|#_memberaccess|#context\b|#application\[|@ognl|\(#\w{1,32}\s{0,4}=|xwork\.methodaccessor|denymethodexecution|allowstaticmethodaccess/i,
  /(?:^|[^A-Za-z0-9+/])(?:rO0AB|H4sIAAAA|KztAAU|Cs7QAF)|\xac\xed\x00\x05/,
  /(?:^|[?&(:\s])(?:redirect|action|redirectaction)\s{0,2}:\s{0,4}[%$#]\{/i,
  /\bT\s{0,2}\(\s{0,4}java|\bnew\s{1,8}java\b|@java\./i,
];
const NODE: readonly RegExp[] = [
  /\brequire\s{0,4}\(\s{0,4}["'`](?:child_process|fs|os|http|net|vm|node:)/i,
  /\bprocess\s{0,4}\.\s{0,4}(?:mainmodule|binding|env|exit|argv|cwd|kill|version|stdout|on)\b/i,
  /\bprocess\s{0,4}\[|\bchild_process\b|\bexecsync\b|\bspawnsync\b|\bglobal\s{0,4}\.\s{0,4}process\b/i,
  /_\$\$nd_func\$\$_|(?:\$\$|__)js_function|\bmodule\.exports\s{0,4}=|function\s{0,4}\(\s{0,4}\)\s{0,4}\{|\b__proto__\b|constructor\s{0,4}(?:\.|\[['"]?)\s{0,4}prototype|\[\s{0,4}['"]?constructor['"]?\s{0,4}\]/i,
  /\b(?:this|global|globalthis)\s{0,4}\.\s{0,4}constructor\b|\bfunction\s{0,4}\(\s{0,4}\)\s{0,4}\{[^}]{0,128}(?:return|while|;)/i,
  /\bnew\s{1,4}function\s{0,4}\(|\bconsole\s{0,2}\.\s{0,2}(?:log|debug|error|info|trace|warn|table)\s{0,4}(?:\(|\.call)/i,
  /\bstring\s{0,2}\.\s{0,2}fromcharcode\b|\bwhile\s{0,4}\(\s{0,4}(?:true|1)\s{0,4}\)|\bbuffer\s{0,2}\.\s{0,2}from\s{0,2}\(/i,
];
/** Perl, Ruby, Python and Lisp share what is left. */
const OTHERS: readonly RegExp[] = [
  /\b__import__\s{0,4}\(|\bimport\s{1,4}os\b|\bos\.(?:system|popen)\s{0,2}\(|\bsubprocess\.\w+\(|\bcompile\s{0,2}\(\s{0,4}["']/i,
  /\b(?:Process|Kernel|IO|File|Open3|PTY|Dir)\s{0,4}(?:\.|::|\[)\s{0,4}(?:spawn|exec|system|fork|popen\w*|read|syscall|open|delete|sysopen|test|eval|daemon|detach|kill|setproctitle|foreach|entries|exist)\b/,
  /\b(?:instance|class|module)_eval\b|\bgetline\s{0,4}<|\bopen\s{0,4}\(\s{0,4}\w{1,32}\s{0,4},\s{0,4}["'|]|#\{\s{0,4}(?:%x|`|system|exec|\d+\s{0,4}\*)/,
  /@\{\[\s{0,4}(?:system|`|eval)|\bsystem\s{0,4}@\{\[|\b(?:print|open)\s{0,4}\(?\s{0,4}(?:@ENV|%ENV|\$ENV)/i,
  /%x\s{0,2}[{([]|\bpickle\.loads?\b|c__builtin__|cos\nsystem/,
];

export function codeInjection(text: string): Sign | undefined {
  if (text.length < 5 || !/[$({<:_.=\u00ac]|^rO0|^H4s|^Kzt|^Cs7/.test(text)) return undefined;
  return (
    search(text, JAVA, 'java-injection') ??
    search(text, NODE, 'node-injection') ??
    search(text, PHP, 'php-injection') ??
    search(text, OTHERS, 'command-injection')
  );
}

function search(text: string, signs: readonly RegExp[], kind: AttackKind): Sign | undefined {
  for (const sign of signs) {
    const found = sign.exec(text);
    if (found !== null) return { kind, evidence: text.slice(found.index, found.index + Math.max(found[0].length, 48)) };
  }
  return undefined;
}
