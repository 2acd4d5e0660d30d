/** One machine, many witnesses: programs, `/proc` and the persona must tell the same story, as an attacker who compares them expects. */
import { describe, expect, it } from 'vitest';
import { waitlessMachine } from './fixtures/waitless-machine.ts';

const m = waitlessMachine();
const { persona } = m;

describe('the processor', () => {
  it('is counted alike by everyone', async () => {
    const cpus = String(persona.hardware.cpus);
    expect(await m.out('nproc')).toBe(cpus);
    expect(await m.out('grep -c ^processor /proc/cpuinfo')).toBe(cpus);
    expect(await m.out("lscpu | awk '/^CPU\\(s\\):/{print $2}'")).toBe(cpus);
    expect(await m.out('lscpu -p | grep -vc "#"')).toBe(cpus);
    expect(await m.out('dmidecode -t 4 | grep "Core Count"')).toBe(`\tCore Count: ${cpus}`);
    expect(await m.out('nproc --ignore=99')).toBe('1');
  });

  it('has one name', async () => {
    const model = await m.out("grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | sed 's/^ //'");
    expect(model).toBe(persona.hardware.cpuModel);
    expect(await m.out("lscpu | sed -n 's/^ *Model name: *//p'")).toBe(model);
    const json = JSON.parse(await m.out('lscpu -J')) as { lscpu: { field: string; data: string }[] };
    expect(json.lscpu.find(({ field }) => field === 'Model name:')?.data).toBe(model);
  });
});

describe('the memory', () => {
  it('is the same in free, /proc/meminfo, top and vmstat', async () => {
    const info = new Map(
      (await m.out('cat /proc/meminfo')).split('\n').map((line) => [line.split(':')[0], /\d+/.exec(line)?.[0]]),
    );
    const row = (await m.out('free | grep Mem')).split(/\s+/);
    expect(row[1]).toBe(info.get('MemTotal'));
    expect(row[3]).toBe(info.get('MemFree'));
    expect(row[6]).toBe(info.get('MemAvailable'));
    expect(Number(row[1])).toBe(persona.hardware.memoryKb);
    expect(await m.out('free -m | grep Mem')).toContain(` ${Math.floor(persona.hardware.memoryKb / 1024)} `);
    expect(await m.out('top -bn1 | grep "MiB Mem"')).toContain((persona.hardware.memoryKb / 1024).toFixed(1));
    expect((await m.out('vmstat | tail -1')).trim().split(/\s+/)[3]).toBe(info.get('MemFree'));
  });

  it.each([
    ['free -h', /^Mem: +[\d.]+Gi/m],
    ['free -t', /^Total: /m],
    ['free -w', /buffers +cache/],
    ['free -b', /^Mem: +\d{9,}/m],
    ['free -g', /^Mem: +\d{1,3} /m],
    ['free --si -h', /^Mem: +[\d.]+G /m],
    ['vmstat', /^procs -+memory-+/],
  ])('%s', async (line, what) => {
    expect(await m.out(line)).toMatch(what);
  });
});

describe('the disk', () => {
  it('is as large as the persona says, to df and lsblk', async () => {
    const [, total = '', used = '', available = ''] = (await m.out('df / | tail -1')).split(/\s+/);
    expect(Number(total)).toBeLessThanOrEqual(persona.hardware.diskKb);
    expect(Number(total)).toBeGreaterThan(persona.hardware.diskKb * 0.9);
    expect(Number(used) + Number(available)).toBeLessThanOrEqual(Number(total));
    expect(await m.out('lsblk -d | tail -1')).toContain(`${Math.round(persona.hardware.diskKb / 1_048_576)}G`);
  });

  it('fills by what the attacker writes', async () => {
    const fresh = waitlessMachine();
    const used = async (): Promise<number> => Number((await fresh.out('df / | tail -1')).split(/\s+/)[2]);
    const before = await used();
    await fresh.run('dd if=/dev/zero of=/tmp/big bs=1024 count=600');
    expect((await used()) - before).toBe(600);
  });

  it('is mounted alike for mount, findmnt, df and /proc/mounts', async () => {
    const device = (await m.out('df / | tail -1')).split(' ')[0]!;
    expect(await m.out('mount | grep " / "')).toContain(`${device} on / type ext4`);
    expect(await m.out('grep " / " /proc/mounts')).toContain(`${device} / ext4`);
  });

  it.each([
    ['df -h /', /^Filesystem +Size +Used Avail Use% Mounted on\n\/dev\/\S+ +\d+G/],
    ['df -T /', /Type .*\n.* ext4 /],
    ['df -i /', /Inodes .*IUse%/],
    ['df -P /', /1024-blocks .*Capacity/],
    ['df -m / /tmp', /1M-blocks/],
    ['df --total', /^total /m],
    ['df -t tmpfs', /^tmpfs/m],
    ['df -x tmpfs', /^\/dev/m],
    ['du -sh /etc', /^[\d.]+M\t\/etc$/],
    ['du -d1 /etc | tail -1', /\t\/etc$/],
    ['du -ab /etc/hostname', /^\d+\t\/etc\/hostname$/],
    ['du -ch /etc/hostname /etc/passwd', /total$/],
    ['du -sm /etc', /^\d\t\/etc$/],
    ['blkid', /UUID="[\da-f-]{36}".* TYPE="ext4"/],
    ['fdisk -l', /^Disk \/dev\/\w+: \d+/m],
    ['lsblk -f', /ext4/],
  ])('%s', async (line, what) => {
    expect(await m.out(line)).toMatch(what);
  });

  it.each([
    ['df nope', 'df: nope: No such file or directory\n', 1],
    ['df -t nosuch', 'df: no file systems processed\n', 1],
    ['du nope', "du: cannot access 'nope': No such file or directory\n", 1],
    ['du -dx', "du: invalid maximum depth 'x'\nTry 'du --help' for more information.\n", 1],
  ])('%s', async (line, stderr, code) => {
    const outcome = await m.run(`export LC_ALL=C; ${line}`);
    expect([outcome.stderr, outcome.status]).toEqual([stderr, { code }]);
  });
});

describe('the name and system', () => {
  it('agree everywhere', async () => {
    const { hostname, os } = persona;
    for (const line of ['hostname', 'uname -n', 'cat /etc/hostname', 'hostname -s', 'hostnamectl hostname'])
      expect(await m.out(line)).toBe(hostname);
    expect(await m.out('uname -a')).toBe(
      `Linux ${hostname} ${os.kernelRelease} ${os.kernelVersion} ${os.machine} GNU/Linux`,
    );
    expect(await m.out('uname -srm')).toBe(`Linux ${os.kernelRelease} ${os.machine}`);
    expect(await m.out('uname -pi')).toBe('unknown unknown');
    expect(await m.out('arch')).toBe(os.machine);
    expect(await m.out('cat /proc/version')).toContain(os.kernelRelease);
    expect(await m.out('cat /proc/sys/kernel/osrelease')).toBe(os.kernelRelease);
    expect(await m.out('sysctl -n kernel.osrelease')).toBe(os.kernelRelease);
    expect(await m.out('hostnamectl | grep Kernel')).toContain(os.kernelRelease);
    expect(await m.out('lsb_release -ds')).toBe(os.prettyName);
    expect(await m.out('. /etc/os-release; echo $PRETTY_NAME')).toBe(os.prettyName);
    expect(await m.out('lsb_release -a')).toContain('Codename:\tbookworm');
    expect(await m.out('dmesg | head -1')).toContain(os.kernelRelease);
  });

  it('keep a new host name', async () => {
    const fresh = waitlessMachine();
    await fresh.run('hostname pwned');
    expect(await fresh.out('hostname; uname -n')).toBe('pwned\npwned');
    await fresh.run('hostnamectl set-hostname again');
    expect(await fresh.out('hostname')).toBe('again');
  });

  it('have one time zone and one boot', async () => {
    expect(await m.out('timedatectl | grep "Time zone"')).toContain(persona.timeZone);
    expect(await m.out('cat /etc/timezone')).toBe(persona.timeZone);
    const boot = Math.floor(persona.bootedAt(m.clock.now()) / 1000);
    expect(Number(await m.out('date -d "$(uptime -s)" +%s'))).toBeCloseTo(boot, -1);
    expect(Math.abs(Number(await m.out('cut -d. -f1 /proc/uptime')) - (m.clock.now() / 1000 - boot))).toBeLessThan(5);
    expect(await m.out('uptime')).toMatch(/^ \d\d:\d\d:\d\d up .*, +\d+ users?,  load average: \d\.\d\d, /);
    expect(await m.out('uptime -p')).toMatch(/^up /);
    expect((await m.out('cut -d" " -f1-3 /proc/loadavg')).split(' ').join(', ')).toBe(
      (await m.out('uptime')).replace(/.*load average: /, ''),
    );
  });
});

describe('the network card', () => {
  it('is described alike', async () => {
    const { network } = persona;
    for (const line of [
      `ip -4 addr show ${network.interface}`,
      `ip -br a`,
      `ip -o -4 a`,
      `ifconfig ${network.interface}`,
      'hostname -I',
    ])
      expect(await m.out(line)).toContain(network.address);
    for (const line of ['ip link', 'ifconfig', 'ip -br link', `cat /sys/class/net/${network.interface}/address`])
      expect(await m.out(line)).toContain(network.mac);
    for (const line of ['ip r', 'route -n', 'arp -n', 'ip neigh', 'netstat -rn', 'ip route get 8.8.8.8'])
      expect(await m.out(line)).toContain(network.gateway);
    expect(await m.out('cat /etc/resolv.conf')).toContain(network.dns[0]);
  });

  it.each([
    ['ip -V', /iproute2/],
    ['ip -6 route', /fe80::\/64/],
    ['ip -s link', /RX: +bytes/],
    ['ip rule', /lookup main/],
    ['ip addr show up scope global', /inet /],
    ['ifconfig lo', /127\.0\.0\.1/],
    ['route', /^default/m],
    ['arp -a', /\[ether\]/],
    ['netstat -i', /Kernel Interface table/],
    ['netstat -tulpn', /0\.0\.0\.0:22 .*LISTEN +\d+\/sshd/],
    ['netstat -an', /ESTABLISHED/],
    ['ss -s', /^Total: /],
    ['ss -tln', /^LISTEN .*:22 /m],
    ['ss -tlH', /^LISTEN/],
    ['ss -anp', /^tcp +ESTAB /m],
    ['ss -4ltp', /users:\(\("sshd",pid=\d+,fd=3\)\)/],
    ['lsof -i', /sshd .*\(LISTEN\)/],
    ['lsof -i :22', /ESTABLISHED/],
    ['lsof -p 1', /systemd .* cwd /],
  ])('%s', async (line, what) => {
    expect(await m.out(line)).toMatch(what);
  });

  it.each([
    ['ip addr show eth99', 1, 'Device "eth99" does not exist.\n'],
    ['ip nonsense', 1, 'Object "nonsense" is unknown, try "ip help".\n'],
    ['ifconfig eth99', 1, 'eth99: error fetching interface information: Device not found\n'],
  ])('%s', async (line, code, stderr) => {
    expect(await m.run(line)).toMatchObject({ status: { code }, stderr });
  });

  it('shows the attacker the connection they came by', async () => {
    expect(await m.out('netstat -tn | grep ESTAB')).toContain('198.51.100.7:50022');
    expect(await m.out('ss -tn')).toMatch(/ESTAB +0 +0 +10\.0\.0\.5:22 +198\.51\.100\.7:50022/);
    expect(await m.out('echo $SSH_CLIENT')).toBe('198.51.100.7 50022 22');
  });

  it('is not changed by those who may not', async () => {
    const user = persona.users.find(({ login, uid }) => login && uid >= 1000)!.name;
    expect(await m.run('ip link set lo down', { user })).toMatchObject({
      status: { code: 2 },
      stderr: 'RTNETLINK answers: Operation not permitted\n',
    });
    expect((await m.run(`/usr/sbin/ifconfig ${persona.network.interface} down`, { user })).stderr).toContain(
      'not permitted',
    );
    expect((await m.run('/usr/sbin/route add default gw 1.2.3.4', { user })).stderr).toContain('not permitted');
    expect((await m.run('netstat -tlnp', { user })).stdout).toMatch(/:22 .*LISTEN +- /);
  });
});

describe('devices and kernel', () => {
  it.each([
    ['lspci', /^00:00\.0 Host bridge: Intel/],
    ['lspci -n', /^00:02\.0 \S+: 1af4:1041$/m],
    ['lspci -nn', /\[1af4:1041\]/],
    ['lspci -mv', /"Red Hat, Inc\."/],
    ['lsmod', /^Module +Size +Used by\n\w+ +\d+ +\d+/],
    ['dmidecode -s system-manufacturer', /^QEMU$/],
    ['dmidecode', /BIOS Information[\s\S]*Memory Device/],
    ['dmesg', /^\[ {4}0\.000000\] Linux version/],
    ['dmesg -T | head -1', /^\[\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}\]/],
    ['sysctl -a | head -40', /^\w[\w.]+ = /],
    ['sysctl vm.swappiness', /^vm\.swappiness = \d+$/],
    ['iptables -L -n', /^Chain INPUT \(policy ACCEPT\)/],
    ['iptables -S', /^-P INPUT ACCEPT\n-P FORWARD ACCEPT/],
    ['iptables -t nat -L', /^Chain PREROUTING/],
    ['iptables-save', /\*filter|^$/],
    ['nft list ruleset', /^(table|$)/],
    ['getconf LONG_BIT', /^64$/],
  ])('%s', async (line, what) => {
    expect(await m.out(line)).toMatch(what);
  });

  it('refuses hardware tables to ordinary users', async () => {
    const user = persona.users.find(({ login, uid }) => login && uid >= 1000)!.name;
    expect(await m.run('/usr/sbin/dmidecode', { user })).toMatchObject({ status: { code: 1 } });
    expect((await m.run('/usr/sbin/iptables -L', { user })).stderr).toMatch(/Permission denied \(you must be root\)/);
  });

  it('keeps firewall rules as they are given', async () => {
    const fresh = waitlessMachine();
    await fresh.run('iptables -A INPUT -s 203.0.113.5 -j DROP; iptables -P FORWARD DROP; sysctl -w vm.swappiness=1');
    expect(await fresh.out('iptables -S')).toMatch(/-P FORWARD DROP[\s\S]*-A INPUT -s 203\.0\.113\.5\S* -j DROP/);
    expect(await fresh.out('iptables -nL INPUT')).toMatch(/DROP +\w+ +-- +203\.0\.113\.5/);
    await fresh.run('iptables -F');
    expect(await fresh.out('iptables -S')).not.toContain('203.0.113.5');
    expect(await fresh.out('sysctl -n vm.swappiness')).toBe('1');
  });
});
