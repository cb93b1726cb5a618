#!/usr/bin/env bash
# Runs the README's main job and what follows in docs/getting-paid.md and docs/applications.md, word for word, against
# a fresh data directory and the simulated provider, and shows each command with its answer. Ends with a code other
# than 0 as soon as a step fails: `make demo`.
set -euo pipefail
cd "$(dirname "$0")/.."

home=$(mktemp -d /tmp/supply-demo.XXXXXX)
chmod 711 "$home" # Started as root, PostgreSQL runs as another user and has to get through here.
processes=()
end() {
  for one in "${processes[@]}"; do
    kill "$one" 2>/dev/null && wait "$one" || true
  done
  rm -rf "$home"
}
trap end EXIT

# Starts the rest of the line and prints the address it says it listens on.
listening() {
  local name=$1 address
  shift
  env "$@" >"$home/$name.log" 2>&1 &
  processes+=($!)
  for _ in {1..300}; do
    address=$(sed -n "s|^$name: listening on ||p" "$home/$name.log")
    [[ -z $address ]] || break
    kill -0 "${processes[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  [[ -n $address ]] || { cat "$home/$name.log" >&2; echo "$name did not start" >&2; exit 1; }
  printf -v "$name" %s "$address"
}

listening upstream dotnet artifacts/bin/Upstream/release/upstream.dll --urls http://127.0.0.1:0
listening supply -u ConnectionStrings__Supply ASPNETCORE_URLS=http://127.0.0.1:0 Supply__DataDirectory="$home/data" \
  Supply__Providers__openai__BaseUrl="$upstream" artifacts/supply serve
export API=$supply LOG=$home/supply.log TMPDIR=$home

# The first sh block after each file's marker; an empty line ends a step.
for file in README.md docs/getting-paid.md docs/applications.md; do
  awk '/^<!-- demo -->/{seen = 1} /^```/{if (inside) exit; inside = seen; next} inside' $file >"$home/block"
  [[ -s $home/block ]] || { echo "$file has no commands after <!-- demo -->" >&2; exit 1; }
  cat "$home/block" - <<<'' >>"$home/commands"
done

step=
count=0
while IFS= read -r line <&3; do
  if [[ -n $line ]]; then
    step+=$line$'\n'
    continue
  fi
  [[ -n $step ]] || continue
  printf '\n\033[1m%s\033[0m' "$step"
  eval "$step"
  echo
  step=
  count=$((count + 1))
done 3< <(cat "$home/commands"; printf '\n\n')
printf '\ndemo: %d steps, all well\n' "$count"
