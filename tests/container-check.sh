#!/usr/bin/env bash
# Runs the image's files without a container engine: a root folder holds exactly what the Dockerfile's last stage
# copies, and the binary runs in it by chroot, as the image's user and with its environment, unable to write anywhere
# but its volume. Wants root and, in ConnectionStrings__Supply, a database: `make container-check`.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ $(id -u) == 0 ]] || { echo 'container-check needs root, for chroot.' >&2; exit 1; }

work=$(mktemp -d /tmp/container-check.XXXXXX)
root=$work/root image=$work/image
service=
end() {
  [[ -z $service ]] || kill -9 "$service" 2>/dev/null || true
  rm -rf "$work"
}
trap end EXIT
fail() { echo "FAILED: $*" >&2; [[ ! -s $work/err ]] || cat "$work/err" >&2; exit 1; }

# 1. The root, from the Dockerfile itself.
mkdir -p "$root" "$image"
bash -euc "$(sed -n 's|^RUN \(mkdir -p /image.*\)|\1|p' Dockerfile | sed "s|/image|$image|g")"
environment=() user=
while read -r word first rest; do
  case $word in
    COPY)
      owner=0:0 mode=
      read -ra words <<<"$first $rest"
      for one in "${words[@]::${#words[@]}-2}"; do
        case $one in
          --from=build) ;;
          --chown=*) owner=${one#*=} ;;
          --chmod=*) mode=${one#*=} ;;
          *) fail "cannot read: $word $first $rest" ;;
        esac
      done
      from=${words[-2]} to=${words[-1]}
      case $from in
        /image/*) from=$image${from#/image} ;;
        /source/artifacts/publish/*/supply) from=artifacts/supply ;;
      esac
      [[ $to != */ ]] || to+=${from##*/}
      mkdir -p "$root$(dirname "$to")"
      cp -rL "$from" "$root$to"
      chown "$owner" "$root$to"
      [[ -z $mode ]] || chmod "$mode" "$root$to"
      ;;
    ENV) environment+=("$first") ;;
    USER) user=$first ;;
  esac
done < <(awk '/^FROM /{last = /^FROM scratch/} last' Dockerfile)
[[ -n $user && ${user%%:*} != 0 ]] || fail 'the image runs as root'

echo 'The image holds:'
(cd "$root" && find . -type f -printf '%10s  %P\n' -o -type d -empty -printf '%10s  %P/\n' | sort -k2)
find "$root" -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%10d  in all\n", sum }'

# 2. What every container engine adds.
mkdir "$root/dev"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/urandom" c 1 9
printf '127.0.0.1 localhost\n' >"$root/etc/hosts"
# A read-only root file system takes /tmp along.
chmod 0555 "$root/tmp"

# 3. The service, as the engine would start it.
port=$((30000 + RANDOM % 2000))
run() {
  exec env -i "${environment[@]}" \
    ASPNETCORE_URLS="http://127.0.0.1:$port" \
    ConnectionStrings__Supply="$ConnectionStrings__Supply" \
    Supply__MasterKey="$key" \
    "$(command -v chroot)" --userspec="$user" --groups= "$root" /supply "$@"
}
key=$(head -c 32 /dev/urandom | base64)
api=http://127.0.0.1:$port
(run serve) >"$work/out" 2>"$work/err" &
service=$!
for _ in {1..100}; do
  ! grep -q '^supply: listening on' "$work/out" || break
  kill -0 "$service" 2>/dev/null || fail 'the service ended'
  sleep 0.1
done
grep '^supply: listening on' "$work/out" || fail 'the service does not listen'

ask() { curl -sS --fail-with-body --max-time 10 "$@"; }
ask -w '\n' "$api/health"
ask -w '\n' "$api/health/ready"
ask "$api/docs" | grep -q '<title>Supply API</title>' || fail '/docs is not the page'
ask -H 'Accept-Encoding: br' -o /dev/null -w '/docs/scalar.js: %{size_download} bytes\n' "$api/docs/scalar.js"
ask "$api/api/setup" -H 'Content-Type: application/json' -d '{
  "site_name": "Check", "username": "admin", "email": "admin@example.com", "password": "correct horse" }' >"$work/setup"
token=$(jq -er .token "$work/setup")
ask "$api/api/user/me" -H "Authorization: Bearer $token" | jq -er '"signed in as " + .username'
(run health) || fail '`supply health` says no'
echo 'supply health: yes'

kill -TERM "$service"
code=0
wait "$service" || code=$?
service=
[[ $code == 0 ]] || fail "SIGTERM ended it with $code"
! (run health) 2>/dev/null || fail '`supply health` says yes after the end'
# Outside its volume nothing may have appeared.
written=$(find "$root" -newer "$work/out" -user "${user%%:*}" -not -path "$root/data*")
[[ -z $written ]] || fail "it wrote $written"
echo 'container-check: all well'
