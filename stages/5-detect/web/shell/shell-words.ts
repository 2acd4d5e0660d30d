/** Names of programs, and which of them are words that people write. */
const words = (text: string): Set<string> => new Set(text.split(/\s+/).filter((word) => word !== ''));

/** No prose begins a clause with these. */
const PLAIN = words(`
  apt apt-get arp ash awk base32 base64 bash busybox bunzip2 bzip2 certutil chattr chgrp chmod chown chroot cmd crontab csh curl dash dd df dig
  dmesg dnf docker dpkg du egrep env ethtool fdisk fgrep ftp gawk gcc gdb getent gpg grep groupadd gunzip gzip hexdump hostname htop iconv id ifconfig
  insmod ionice ip iptables journalctl jq kmod ksh kubectl last ldd lldb ln losetup ls lsb_release lsmod lsof lua lwp-request lynx mawk mkdir mkfifo mknod mktemp mount mv mysql
  nasl nawk nc ncat netcat netsh netstat nice nmap node nohup nslookup nsenter od openssl passwd perl php pgrep ping ping6 pip pip3 pkill pkexec powershell powershell_ise printenv printf
  ps psql pty pwd pwsh python python2 python3 readelf reg regsvr32 rev rm rmdir rsync ruby rundll32 runas scp sed seq setsid sftp sh sha1sum sha256sum shred socat
  ss ssh sshpass stat strace strings su sudo systemctl systeminfo tac tar tasklist taskkill tclsh tcpdump telnet tftp timeout touch traceroute tracert uname unlink unzip useradd usermod
  vi vim w3m wc wget whoami wmic wsl xargs xxd xz yum zcat zip zsh zgrep bzcat cscript wscript mshta bitsadmin esentutl attrib icacls ipconfig nltest net1
  invoke-expression invoke-webrequest iex iwr start-process get-process get-childitem get-content new-object
  bpftrace capsh cpulimit finger gtester ionice nsdate rpm rview tshark yelp zsoelim aria2c csvtool dosbox emacs expect irb jrunscript jjs julia
  mutool rlwrap run-parts setarch softlimit sshfs stdbuf sysctl tclsh tmate valgrind vimdiff whois xmodmap xpad zypper axel pdb scrot ansible ansible-config ansible-galaxy ansible-console ansible-doc ansible-inventory ansible-pull ansible-vault ansible-playbook
  chef-vault chef-shell chef-run chef-client visudo cscli flock bcdboot regedit iwmi gwmi invoke-wmimethod adduser deluser usermod iwr column bridge comm
`);
/** Words of English too: they need what only a command line has. */
const ENGLISH = words(`
  alias at batch bc break cal cat cd chfn comm cp cut date diff dir echo ed eval exec exit expand export expr false fetch file find fmt fold free function get go groups halt head help
  history host info install jobs join kill last less let local login look mail make man message more nano net new nl open paste pr print pushd read reboot
  reset return run screen script select send service set shift shutdown sleep sort source split start su tail tee test time top tr trap tree true type uniq update uptime users
  view wait wall watch w who write yes ver vol path copy del ren rename call rem
`);

export type CommandWord = 'plain' | 'english';

export function commandWord(name: string): CommandWord | undefined {
  return PLAIN.has(name) ? 'plain' : ENGLISH.has(name) ? 'english' : undefined;
}
