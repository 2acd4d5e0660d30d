#!/bin/sh
# Builds a small root of its own inside a new mount namespace and starts one program there, without rights. Started by sandbox.ts as
#   unshare --mount … sh sandbox.sh ROOT UID [-w DIR]… [-r PATH]… -- PROGRAM ARGUMENT…
# -r PATH shows a path read-only, -w DIR writable, both at their own place. UID 0 keeps the caller's (a user namespace has only one).
# What is not named does not exist in there: no state, no secrets, no configuration, no programs.
set -eu
root=$1 uid=$2
shift 2

mount --make-rprivate /
mount -t tmpfs -o mode=755,size=4m,nosuid,nodev netsentinel "$root"

show() { # show PATH OPTIONS
  if [ -L "$1" ]; then mkdir -p "$root$(dirname "$1")"; cp -P "$1" "$root$1"; return; fi
  if [ -d "$1" ]; then mkdir -p "$root$1"; else mkdir -p "$root$(dirname "$1")"; : > "$root$1"; fi
  mount --rbind "$1" "$root$1"
  mount -o "remount,bind,$2" "$root$1" 2>/dev/null || true # a mount that a user namespace has locked keeps its flags
}

for path in /lib /lib64 /usr/lib /usr/lib64 /etc/ld.so.cache; do [ -e "$path" ] && show "$path" ro,nosuid,nodev; done
for path in /dev/null /dev/urandom; do show "$path" nosuid; done
while [ "$1" != -- ]; do
  case $1 in
    -r) show "$2" ro,nosuid,nodev ;;
    -w) show "$2" rw,nosuid,nodev,noexec ;;
  esac
  shift 2
done
shift
mkdir -p "$root/proc" "$root/tmp"
chmod 1777 "$root/tmp"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc" 2>/dev/null || mount --rbind /proc "$root/proc"
: > "$root/.setpriv"
mount --bind "$(command -v setpriv)" "$root/.setpriv"
mount -o remount,ro,nosuid,nodev "$root" 2>/dev/null || true

if [ "$uid" != 0 ]; then set -- --reuid="$uid" --regid="$uid" --clear-groups "$@"; fi
exec unshare --root="$root" --wd=/tmp /.setpriv --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
