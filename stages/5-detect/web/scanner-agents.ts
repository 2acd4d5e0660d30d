/** User agents of tools that look for holes; benign scanners of research and the tools of every day are not among them. */
import type { Sign } from './web-inspection.types.ts';

const SCANNERS =
  /\b(?:acunetix|appscan|arachni|bewica|bfac|betabot|burp(?:suite|collaborator)?|brutus|bsqlbf|cgichk|cmsmap|commix|crowbar|dirb(?:uster)?|dirsearch|dominator|dotdotpwn|dsql|fhscan|feroxbuster|fimap|fuff|ffuf|fuzz faster|gobuster|goby|gootkit|grabber|grendel-scan|havij|hexometer|hydra|httpx - open|internet-?ruin|inspath|interact\.sh|jaascois|jaeles|jbrofuzz|joomscan|jorgee|kiterunner|l9(?:explore|tcpid|scan)|libwhisker|masscan|metis|morfeus|mysqloit|n-stealth|nessus|netsparker|netlab360|nikto|nmap(?: scripting engine)?|nsauditor|nuclei|openvas(?:-?vt)?|optixx|paros|pangolin|pmafind|projectdiscovery|qualys(?:-was)?|revolt|rustbuster|shellshock|sipvicious|skipfish|sqlmap|sqlninja|sqlpower|struts-pwn|sysscan|tbi-webscanner|toata dragostea|uniscan|vega|w3af|wafw00f|webbandit|webinspect|webshag|webvulnscan|wfuzz|whatweb|whcc\/|wordpress hash grabber|wpscan|xsser|xrustscan|zgrab|zmeu|zimeu|zgrab2|zmap|zollard|hello,? world|muieblackcat|mozi|hajime|mirai|dark_nexus|apachebench-scan|\w{0,64}\.nasl|rapid7|nexpose|detectify|intruder\.io|xenotix|leakix|probely|tsunamisecurityscanner|katana|nettacker|owasp zap|zaproxy|mj12node-scan|springscan|fasthttp-scan|custom-asynchttpclient)\b/i;
const MAX_KNOWN = 1024;
const known = new Map<string, string>();

export function scannerAgent(agent: string): Sign | undefined {
  let name = known.get(agent);
  if (name === undefined) {
    // The same few agents come all day: reading each once is what keeps plain requests cheap.
    name = SCANNERS.exec(agent.slice(0, 1024))?.[0] ?? '';
    if (known.size < MAX_KNOWN && agent.length < 512) known.set(agent, name);
  }
  return name === '' ? undefined : { kind: 'scanner', evidence: name };
}
