#!/bin/sh
# Builds a small root of its own inside a new mount namespace and starts one program there, without rights. Started by sandbox.ts as
#   unshare --mount … sh sandbox.sh UID [-w DIR]… [-r PATH]… [-g GID]… -- PROGRAM ARGUMENT…
# -r PATH shows a path read-only, -w DIR writable, both at their own place; -g GID is a group that it is in besides its own. UID 0 keeps the caller's (a user namespace has only one).
# What is not named does not exist in there: no state, no secrets, no configuration, no programs.
set -eu
uid=$1 writes= groups=
shift
# The new root is laid over a folder that every system has and that nothing we show lies in: no folder to make, none to leave behind.
root=/sys

mount --make-rprivate /
mount -t tmpfs -o mode=755,size=4m,nosuid,nodev netsentinel "$root"
# Where /lib is a link into /usr, it is one in there too.
for link in /lib /lib64; do if [ -L "$link" ]; then cp -P "$link" "$root$link"; fi; done

show() { # show PATH OPTIONS
  if [ -d "$1" ]; then mkdir -p "$root$1"; else mkdir -p "$root${1%/*}"; [ -e "$root$1" ] || : > "$root$1"; fi
  mount --rbind "$1" "$root$1"
  mount -o "remount,bind,$2" "$root$1" 2>/dev/null || true # a mount that a user namespace has locked keeps its flags
}

mkdir -p "$root/usr/lib" "$root/usr/lib64"
for path in /dev/null /dev/urandom; do show "$path" nosuid; done
while [ "$1" != -- ]; do
  case $1 in
    -r) show "$2" ro,nosuid,nodev ;;
    -w) show "$2" rw,nosuid,nodev,noexec; writes=yes ;;
    -g) groups=$groups${groups:+,}$2 ;;
  esac
  shift 2
done
shift
mkdir -p "$root/proc" "$root/tmp"
# Its own process table and nothing else of /proc. Without one of its own (a program that may use the network) the caller's is shown.
if [ $$ = 1 ]; then
  mount -t proc -o nosuid,nodev,noexec,subset=pid proc "$root/proc" 2>/dev/null ||
    mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
else
  mount --rbind /proc "$root/proc"
fi
: > "$root/.setpriv"
mount --bind "$(command -v setpriv)" "$root/.setpriv"
mount -o remount,bind,ro,nosuid,nodev "$root/.setpriv" 2>/dev/null || true
mount -o remount,bind,ro,nosuid,nodev "$root"

ulimit -c 0
# Who is shown nothing writable writes no file elsewhere either.
if [ -z "$writes" ]; then ulimit -f 0; fi
if [ "$uid" != 0 ]; then
  # A user of its own: as many threads as Node needs, and no fork bomb.
  { ulimit -u 512 || ulimit -p 512; } 2>/dev/null || true
  set -- --reuid="$uid" --regid="$uid" "${groups:+--groups=}${groups:---clear-groups}" "$@"
fi
# Dies with the `unshare` that waits for it; said last, because a change of user forgets it.
if [ $$ = 1 ]; then set -- --pdeathsig KILL "$@"; fi
exec unshare --root="$root" --wd=/tmp /.setpriv --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
