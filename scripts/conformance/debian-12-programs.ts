/**
 * Programs that a standard Debian 12 server has, by name: those of its packages of priority required, important and standard (read from
 * dpkg on a real one), and of the standard task. Whatever is not here is rightly "command not found" unless we offer it.
 */
export const DEBIAN_12_PROGRAMS: ReadonlySet<string> = new Set(
  `
[ accessdb add-shell addgroup addpart adduser agetty apropos apt apt-cache apt-cdrom apt-config apt-get apt-key apt-
listchanges apt-mark arch arpd b2sum badblocks base32 base64 basename basenc bash bashbug blkdiscard blkid blkzone
blockdev bridge bunzip2 busctl busybox bzcat bzcmp bzdiff bzegrep bzexe bzfgrep bzgrep bzip2 bzip2recover bzless
bzmore cal capsh captoinfo cat catman cfdisk chage chattr chcon chcpu chfn chgpasswd chgrp chmem chmod choom chown
chpasswd chroot chrt chsh cksum clear clear_console cmp col colcrt colrm column comm corelist cp cpan cpgr cppw cron
crontab csplit ctrlaltdel ctstat cut dash date dcb dd deb-systemd-helper deb-systemd-invoke debconf debconf-apt-
progress debconf-communicate debconf-copydb debconf-escape debconf-set-selections debconf-show debugfs delgroup
delpart deluser depmod devlink df dhclient diff diff3 dig dir dircolors dirname dmesg dmidecode dnsdomainname
domainname dpkg dpkg-deb dpkg-divert dpkg-fsys-usrunmess dpkg-maintscript-helper dpkg-preconfigure dpkg-query dpkg-
realpath dpkg-reconfigure dpkg-split dpkg-statoverride dpkg-trigger du dumpe2fs e2freefrag e2fsck e2image e2label
e2mmpstatus e2scrub e2scrub_all e2undo e4crypt e4defrag echo egrep enc2xs encguess env envsubst eqn expand expiry expr
factor faillock faillog fallocate false fdisk fgrep file filefrag fincore find findfs findmnt flock fmt fold free fsck
fsck.cramfs fsck.ext2 fsck.ext3 fsck.ext4 fsck.minix fsfreeze fstab-decode fstrim fuser genl geqn getcap getconf
getent getopt getpcaps gettext gettext.sh getty gpasswd gpgv gpic grep groff grog grops grotty groupadd groupdel
groupmems groupmod groups grpck grpconv grpunconv gtbl gunzip gzexe gzip h2ph h2xs halt hardlink hd head helpztags
hexdump host hostid hostname hostnamectl hwclock i386 iconv iconvconfig id ifdown ifquery ifup infocmp infotocap init
insmod install installkernel instmodsh invoke-rc.d ionice ip ipcmk ipcrm ipcs ischroot isosize join journalctl json_pp
kernel-install kill killall killall5 kmod last lastb lastlog lcf ld.so ldattach ldconfig ldd less lessecho lessfile
lesskey lesspipe lexgrog libnetcfg link linux32 linux64 ln lnstat locale locale-gen localectl localedef logger login
loginctl logname logrotate look losetup ls lsattr lsblk lscpu lsfd lsipc lsirq lslocks lslogins lsmem lsmod lsns lsof
lspci lzmainfo man man-recode mandb manpath mawk mcookie md5sum md5sum.textutils mesg mkdir mke2fs mkfifo mkfs
mkfs.bfs mkfs.cramfs mkfs.ext2 mkfs.ext3 mkfs.ext4 mkfs.minix mkhomedir_helper mklost+found mknod mkswap mktemp
modinfo modprobe more mount mountpoint mv namei nano nc ncal neqn netcat networkctl newgrp newusers nft ngettext nice
nisdomainname nl nohup nologin nproc nroff nsenter nslookup nstat nsupdate numfmt od openssl pam-auth-update
pam_getenv pam_namespace_helper pam_timestamp_check partx passwd paste pathchk perl perl5.36.0 perlbug perldoc perlivp
perlthanks pgrep pic piconv pidof pidwait ping ping4 ping6 pinky pivot_root pkill pl2pm pldd pmap pod2html pod2man
pod2text pod2usage podchecker poweroff pr preconv printenv printf prlimit prove ps pstree ptar ptardiff ptargrep ptx
pwck pwconv pwd pwdx pwhistory_helper pwunconv python3 rbash rdma readlink readprofile realpath reboot remove-shell
rename.ul renice reportbug reset resize2fs resizepart rev rgrep rm rmdir rmmod rmt-tar routel rtacct rtcwake rtmon
rtstat run-parts runcon runlevel runuser savelog scp script scriptlive scriptreplay sdiff sed select-editor sensible-
browser sensible-editor sensible-pager seq service setarch setcap setpci setpriv setsid setterm sfdisk sftp sg sh
sha1sum sha224sum sha256sum sha384sum sha512sum shadowconfig shasum shred shuf shutdown skill slabtop sleep slogin
snice soelim sort splain split ss ssh ssh-add ssh-agent ssh-argv0 ssh-copy-id ssh-keygen ssh-keyscan sshd start-stop-
daemon stat stdbuf streamzip stty su sudo sulogin sum swaplabel swapoff swapon switch_root sync sysctl systemctl
systemd systemd-analyze systemd-ask-password systemd-cat systemd-cgls systemd-cgtop systemd-creds systemd-cryptenroll
systemd-delta systemd-detect-virt systemd-escape systemd-firstboot systemd-id128 systemd-inhibit systemd-machine-id-
setup systemd-mount systemd-notify systemd-path systemd-repart systemd-run systemd-socket-activate systemd-stdio-
bridge systemd-sysext systemd-sysusers systemd-tmpfiles systemd-tty-ask-password-agent systemd-umount tabs tac tail
tar tarcat tasksel taskset tbl tc tee telinit telnet tempfile test tic time timedatectl timeout tipc tload toe top
touch tput tr traceroute troff true truncate tset tsort tty tune2fs tzselect ucf ucfq ucfr uclampset ul umount uname
uncompress unexpand uniq unix_chkpwd unix_update unlink unshare unxz update-alternatives update-ca-certificates
update-locale update-passwd update-rc.d update-shells uptime useradd userdel usermod users utmpdump validlocale vdir
vdpa vi vigr vim.tiny vipw visudo vmstat w wall watch wc wdctl wget whatis whereis which which.debianutils whiptail
who whoami wipefs write x86_64 xargs xsubpp xxd xz xzcat xzcmp xzdiff xzegrep xzfgrep xzgrep xzless xzmore yes
ypdomainname zcat zcmp zdiff zdump zegrep zfgrep zforce zgrep zic zipdetails zless zmore znew zramctl
`
    .trim()
    .split(/\s+/),
);
