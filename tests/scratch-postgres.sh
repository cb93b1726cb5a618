#!/usr/bin/env bash
# tests/scratch-postgres.sh COMMAND…: runs the command with ConnectionStrings__Supply naming an empty database of a
# private PostgreSQL on a loopback port, which is gone again when the command ends. The exit code is the command's.
set -euo pipefail

bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
[[ -x $bin/initdb ]] || { echo 'No PostgreSQL in /usr/lib/postgresql: run `make deps`.' >&2; exit 1; }

# PostgreSQL refuses to run as root.
as=()
[[ $(id -u) != 0 ]] || as=(setpriv --reuid=postgres --regid=postgres --clear-groups --)

home=$(mktemp -d /tmp/scratch-postgres.XXXXXX)
stop() {
  [[ ! -f $home/cluster/postmaster.pid ]] || "${as[@]}" "$bin/pg_ctl" -D "$home/cluster" -m immediate -s stop || true
  rm -rf "$home"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
[[ $(id -u) != 0 ]] || chown postgres "$home"

cd "$home" # Its own folder may be closed to user postgres.
"${as[@]}" "$bin/initdb" -D "$home/cluster" -U supply -A trust -E UTF8 --locale=C --no-sync >"$home/initdb.log" \
  || { cat "$home/initdb.log" >&2; exit 1; }

# A port is free only until somebody else takes it, so a lost race is tried again.
for _ in 1 2 3 4 5; do
  port=$((20000 + RANDOM % 10000))
  ! "${as[@]}" "$bin/pg_ctl" -D "$home/cluster" -w -s -l "$home/server.log" start \
    -o "-p $port -k $home -c listen_addresses=127.0.0.1 -c fsync=off" 2>/dev/null || break
done
[[ -f $home/cluster/postmaster.pid ]] || { cat "$home/server.log" >&2; exit 1; }
"$bin/createdb" -h "$home" -p "$port" -U supply supply
cd "$OLDPWD"

export ConnectionStrings__Supply="Host=127.0.0.1;Port=$port;Username=supply;Database=supply"
code=0
"$@" || code=$?
exit "$code"
